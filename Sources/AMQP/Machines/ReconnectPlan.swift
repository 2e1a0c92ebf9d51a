import EventLoop

/// The choice of the next address and the pause before it: all addresses in turn; then, within a round of several
/// attempts, the pause that was asked for; after a round, one that grows. No I/O; the randomness is passed in.
struct ReconnectPlan: Sendable {
    private let endpoints: Int
    private let attemptsPerRound: Int
    private let retryDelay: Duration
    private let backoff: Backoff

    /// The address to try now, as an index.
    private(set) var endpoint = 0
    /// Addresses tried since the last pause.
    private var tried = 0
    /// Times that all addresses were tried in this round.
    private var attempts = 0
    /// Rounds that failed, one after the other.
    private var failures = 0

    /// - Parameter endpoints: how many addresses there are, at least 1.
    init(endpoints: Int, attemptsPerRound: Int, retryDelay: Duration, backoff: Backoff) {
        self.endpoints = max(1, endpoints)
        self.attemptsPerRound = max(1, attemptsPerRound)
        self.retryDelay = retryDelay
        self.backoff = backoff
    }

    /// A connection ended or was not made: the next address is due.
    /// - Parameters:
    ///   - wasGood: it was of use, so that the broker is worth coming back to soon.
    ///   - jitter: a random number, 0 or more and less than 1.
    /// - Returns: the pause before it.
    mutating func ended(wasGood: Bool, jitter: Double) -> Duration {
        endpoint = (endpoint + 1) % endpoints
        if wasGood {
            (tried, attempts, failures) = (0, 0, 1)
            return backoff.delay(after: 1, jitter: jitter)
        }
        tried += 1
        guard tried >= endpoints else { return .zero }
        tried = 0
        attempts += 1
        // Never none at all: many attempts without a pause would be a busy loop.
        if attempts < attemptsPerRound { return max(retryDelay, backoff.first) }
        attempts = 0
        failures += 1
        return backoff.delay(after: failures, jitter: jitter)
    }
}
