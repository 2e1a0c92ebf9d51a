/// When webhooks are sent: as soon as a connection is free, or at a rate; until so many were, or a time has come.
struct Schedule: Sendable {
    private var remaining: Int
    private let end: ContinuousClock.Instant
    private let interval: Duration?
    private var due: ContinuousClock.Instant

    /// - Parameters:
    ///   - count: the most webhooks.
    ///   - start: when the first one is due, if there is a rate.
    ///   - end: from then on none is sent.
    ///   - interval: from one webhook to the next; nil sends as fast as answers come.
    init(count: Int, start: ContinuousClock.Instant, end: ContinuousClock.Instant, interval: Duration?) {
        remaining = count
        self.end = end
        self.interval = interval
        due = start
    }

    /// A Boolean value that indicates whether webhooks have a time of their own.
    var hasRate: Bool { interval != nil }

    /// Takes the next webhook.
    /// - Returns: when it is to be sent, which is `now` without a rate and may be past with one; nil when all is done.
    mutating func next(now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let time = interval == nil ? now : due
        guard remaining > 0, time < end, now < end else { return nil }
        remaining -= 1
        if let interval { due = due.advanced(by: interval) }
        return time
    }
}
