import EventLoop

/// Lets something that may happen thousands of times a second be said once a minute. From any thread.
public final class LogInterval: Sendable {
    private struct State: Sendable {
        var last: ContinuousClock.Instant?
        var passedOver = 0
    }

    private let interval: Duration
    private let state = Locked(State())

    /// - Parameter interval: the least time between two lines.
    public init(_ interval: Duration = .seconds(60)) {
        self.interval = interval
    }

    /// Calls `write`, unless it was called within the interval before.
    /// - Parameter write: is given how often it was passed over since the last time.
    public func note(at now: ContinuousClock.Instant, _ write: (Int) -> Void) {
        let passedOver: Int? = state.withLock { state in
            if let last = state.last, now < last + interval {
                if state.passedOver < .max { state.passedOver += 1 }
                return nil
            }
            defer { state = State(last: now) }
            return state.passedOver
        }
        if let passedOver { write(passedOver) }
    }
}
