/// Until when a body may keep the server waiting: `grace`, and then as long as it holds the minimum rate on average.
struct BodyDeadline {
    private var start: ContinuousClock.Instant
    private let grace: Duration
    private let minRate: Int

    init(start: ContinuousClock.Instant, grace: Duration, minRate: Int) {
        self.start = start
        self.grace = grace
        self.minRate = max(1, minRate)
    }

    /// When patience ends if nothing more comes after `received` bytes.
    func deadline(received: Int) -> ContinuousClock.Instant {
        start + grace + .milliseconds(received * 1000 / minRate)
    }

    /// Time in which it was this side that did not read is not the sender's.
    mutating func forgive(_ pause: Duration) {
        start += pause
    }
}
