import Encodings
import Glibc

/// A point in time as the database keeps it: milliseconds since 1970, UTC.
public struct UnixTime: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public let milliseconds: Int64

    /// A point in time.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// A number of seconds since 1970. Stops at the ends of the range.
    package init(secondsSince1970 seconds: Int64) {
        self.init(milliseconds: Int64(clamping: Int128(seconds) * 1000))
    }

    /// The system's clock.
    public static func now() -> UnixTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UnixTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Returns a Boolean value that indicates whether the first is earlier.
    public static func < (left: UnixTime, right: UnixTime) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// A later point (an earlier one, for a negative duration), to the millisecond. Stops at the ends of the range.
    public func advanced(by duration: Duration) -> UnixTime {
        let (seconds, attoseconds) = duration.components
        let sum = Int128(milliseconds) + Int128(seconds) * 1000 + Int128(attoseconds / 1_000_000_000_000_000)
        return UnixTime(milliseconds: Int64(clamping: sum))
    }

    /// The years 1970 to 9999: what else the database holds, nobody has written there in earnest.
    private static let known = 0...253_402_300_799_999 as ClosedRange<Int64>

    /// A Boolean value that indicates whether it is in one of the years 1970 to 9999.
    public var isKnown: Bool { Self.known.contains(milliseconds) }

    /// Whole seconds since 1970, rounded down.
    package var secondsSince1970: Int64 { milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0) }

    /// ISO 8601, UTC, whole seconds: `2026-11-23T19:35:28Z`; `unknown` outside of the years 1970 to 9999.
    public var description: String {
        guard isKnown else { return "unknown" }
        var bytes: [UInt8] = []
        CivilTime(secondsSince1970: secondsSince1970).appendISO8601(to: &bytes)
        return String(decoding: bytes, as: UTF8.self) + "Z"
    }
}
