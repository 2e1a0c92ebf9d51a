import Glibc

/// The `sent-at` header: ISO 8601, UTC, whole seconds, `+00:00` and never `Z`, as the Python library writes it.
///
/// A value of this type keeps the text of the second it saw last. It belongs to one task or loop.
public struct SentAt: Sendable {
    private var second = Int64.min
    private var text = ""

    /// An empty cache.
    public init() {}

    /// The text for a time, from the cache if it was this second's that was asked for last.
    /// - Parameter seconds: whole seconds since 1970-01-01T00:00:00Z.
    public mutating func text(secondsSince1970 seconds: Int64) -> String {
        if seconds != second {
            text = Self.format(secondsSince1970: seconds)
            second = seconds
        }
        return text
    }

    /// The text for the present second.
    public mutating func now() -> String {
        text(secondsSince1970: Int64(time(nil)))
    }

    /// For example `2026-11-23T17:50:19+00:00`.
    public static func format(secondsSince1970 seconds: Int64) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(25)
        CivilTime(secondsSince1970: seconds).appendISO8601(to: &bytes)
        bytes.append(contentsOf: "+00:00".utf8)
        return String(decoding: bytes, as: UTF8.self)
    }
}
