/// Lets one line of a kind through to the log in a while, and counts those that it holds back. No clock: the time is passed
/// in.
public struct LogThrottle: Sendable {
    private let interval: Duration
    private var next: ContinuousClock.Instant?
    private var held = 0

    /// - Parameter interval: The least time between two lines.
    public init(every interval: Duration = .seconds(60)) {
        self.interval = interval
    }

    /// Returns a Boolean value that indicates whether a line may be written now.
    /// - Returns: How many were held back since the last one; `nil` if this one is held back, too.
    public mutating func pass(now: ContinuousClock.Instant) -> Int? {
        if let next, now < next {
            held += 1
            return nil
        }
        defer { held = 0 }
        next = now + interval
        return held
    }
}
