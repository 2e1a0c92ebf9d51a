import Glibc

/// The source of the time: passed in, so that tests turn it.
public struct OIDCClock: Sendable {
    /// Seconds since 1970, for what tokens say.
    public let seconds: @Sendable () -> Int64
    /// For the age of documents.
    public let instant: @Sendable () -> ContinuousClock.Instant

    /// A clock of one's own.
    public init(
        seconds: @escaping @Sendable () -> Int64, instant: @escaping @Sendable () -> ContinuousClock.Instant
    ) {
        self.seconds = seconds
        self.instant = instant
    }

    /// The machine's.
    public static let system = OIDCClock(seconds: { Int64(time(nil)) }, instant: { .now })
}
