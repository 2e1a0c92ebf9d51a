/// Until when a body may keep the server waiting: `grace`, and then as long as it holds the minimum rate on average, but
/// never beyond `end`.
struct BodyDeadline {
    /// A read that ends this much after its deadline shows that the server stood still: timers are never as late else.
    static let stall = Duration.milliseconds(100)

    private var start: ContinuousClock.Instant
    private let grace: Duration
    private let minRate: Int
    private let end: ContinuousClock.Instant?

    init(start: ContinuousClock.Instant, grace: Duration, minRate: Int, end: ContinuousClock.Instant? = nil) {
        self.start = start
        self.grace = grace
        self.minRate = max(1, minRate)
        self.end = end
    }

    /// When patience ends if nothing more comes after `received` bytes.
    func deadline(received: Int) -> ContinuousClock.Instant {
        let deadline = start + grace + .milliseconds(received * 1000 / minRate)
        return end.map { min($0, deadline) } ?? deadline
    }

    /// Returns the time that a wait of this side's may take that begins now and would take `timeout`.
    func bound(_ timeout: Duration, from now: ContinuousClock.Instant) -> Duration {
        end.map { max(.zero, min(timeout, now.duration(to: $0))) } ?? timeout
    }

    /// Bytes were read after the deadline. Where that is because this side stood still, they may have come long before, and
    /// their sender may have waited for room in the socket: none of that wait is the sender's.
    /// - Parameter begin: when the read began.
    mutating func came(
        _ now: ContinuousClock.Instant, after deadline: ContinuousClock.Instant, since begin: ContinuousClock.Instant
    ) {
        guard now > deadline + Self.stall else { return }
        forgive(begin.duration(to: now))
    }

    /// Time in which it was this side that did not read is not the sender's.
    mutating func forgive(_ pause: Duration) {
        start += pause
    }
}
