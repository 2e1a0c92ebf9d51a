import EventLoop

/// Options for a transaction.
public struct TransactionOptions: Sendable, Hashable {
    /// The number of times that the body is run in all, if the transaction fails because it met another one
    /// (`serializationFailure`, `busy`). A body that may run twice has no effects outside the database.
    public var attempts: Int
    /// The longest that one statement may take; the database's own limit where this is `nil`.
    public var queryTimeout: Duration?
    /// Until when the caller can wait for all of it; only the database's own limits if nil.
    public var deadline: ContinuousClock.Instant?

    /// By default the body is run once, with the database's own limits.
    public init(attempts: Int = 1, queryTimeout: Duration? = nil, deadline: ContinuousClock.Instant? = nil) {
        self.attempts = max(1, attempts)
        self.queryTimeout = queryTimeout
        self.deadline = deadline
    }

    /// Waits before another attempt: a few milliseconds, doubled each time, with jitter, so that the two
    /// transactions that met do not meet again.
    static let pause = Backoff(first: .milliseconds(10), longest: .milliseconds(500))

    /// Runs `attempt` until it gives something else than a transient error, or as often as `attempts` says.
    func run<Value>(_ attempt: () async throws -> Value) async throws -> Value {
        var failures = 0
        while true {
            do {
                return try await attempt()
            } catch let error as DatabaseError where error.isTransient {
                failures += 1
                let pause = Self.pause.delay(after: failures, jitter: .random(in: 0..<1))
                guard failures < attempts, deadline.map({ .now + pause < $0 }) ?? true else { throw error }
                try await Task.sleep(for: pause)
            }
        }
    }
}
