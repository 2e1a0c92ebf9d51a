/// One look at something for all who ask at the same time, whose result is good for a while. Without I/O: time is passed
/// in.
struct ProbeStateMachine<Result> {
    typealias Instant = ContinuousClock.Instant

    /// The action for someone who asks.
    enum Action {
        /// This is the result.
        case answer(Result)
        /// Look, and report `finished`; the asker waits for that.
        case look
        /// Somebody looks already; the asker waits for that.
        case wait
    }

    private let interval: Duration
    private var last: (result: Result, at: Instant)?
    private var isLooking = false

    /// - Parameter interval: how long a result is good for.
    init(interval: Duration) {
        self.interval = interval
    }

    /// Someone asks.
    mutating func ask(now: Instant) -> Action {
        if let last, last.at + interval > now { return .answer(last.result) }
        if isLooking { return .wait }
        isLooking = true
        return .look
    }

    /// The look is over.
    mutating func finished(_ result: Result, now: Instant) {
        isLooking = false
        last = (result, now)
    }
}
