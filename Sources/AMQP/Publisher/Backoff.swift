/// Exponential back-off with full jitter above the minimum: after the n-th failure in a row, a pause drawn evenly from
/// `minimum` to `minimum * 2^n`, capped at `maximum`, so that the gateways that lost a broker together do not come back
/// together.
public struct Backoff: Sendable, Hashable {
    /// The shortest pause.
    public let minimum: Duration
    /// The longest pause.
    public let maximum: Duration
    /// Failures since the last success.
    public private(set) var failures = 0

    /// A back-off between two pauses; a maximum below the minimum counts as the minimum.
    public init(minimum: Duration, maximum: Duration) {
        self.minimum = minimum
        self.maximum = max(minimum, maximum)
    }

    /// The pause after one more failure.
    /// - Parameter random: A number from 0 up to, but not including, 1.
    public mutating func next(random: Double) -> Duration {
        // Beyond 2^20 times the minimum any sensible maximum is reached; stopping there keeps the product small.
        let ceiling = min(maximum, minimum * (1 << min(failures + 1, 20)))
        if failures < 20 { failures += 1 }
        return minimum + (ceiling - minimum) * random
    }

    /// Starts from the shortest pause again.
    public mutating func succeeded() {
        failures = 0
    }
}
