/// The waits between attempts: doubling from `first` to `longest`, with jitter, so that many clients of a server that came
/// back do not all come at once. The randomness is passed in.
public struct Backoff: Sendable, Hashable {
    /// The wait after the first failure, before jitter.
    public var first: Duration
    /// The longest wait.
    public var longest: Duration

    /// A back-off.
    public init(first: Duration, longest: Duration) {
        self.first = first
        self.longest = max(first, longest)
    }

    /// The wait after the given number of failures in a row (from 1): between half and all of `first · 2^(failures-1)`,
    /// at most `longest`.
    /// - Parameter jitter: a random number, 0 or more and less than 1.
    public func delay(after failures: Int, jitter: Double) -> Duration {
        let exponent = min(max(failures, 1) - 1, 30)
        let full = min(longest, first * (1 << exponent))
        return full / 2 + full / 2 * min(max(jitter, 0), 1)
    }
}
