/// So many at once, and one more after each interval. A value without a clock: times come in.
struct TokenBucket: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// What is left; below zero if more was taken than was there.
    private(set) var level: Double
    private var filledAt: Instant

    /// A full one.
    init(capacity: Double, now: Instant) {
        level = capacity
        filledAt = now
    }

    /// Adds what has come since the last time, at most up to the capacity.
    mutating func refill(capacity: Double, interval: Duration, now: Instant) {
        let passed = filledAt.duration(to: now)
        guard passed > .zero else { return }
        filledAt = now
        level = min(capacity, level + passed / interval)
    }

    /// Takes some, whether it is there or not. What is owed has to come again before there is anything: nothing is
    /// forgiven.
    mutating func take(_ amount: Double) {
        level -= amount
    }
}
