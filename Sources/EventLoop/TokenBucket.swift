/// A number of tokens at once, and more as time passes. A value without a clock: times come in.
package struct TokenBucket: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// The tokens that are left; below zero if more were taken than were there.
    package private(set) var level: Double
    private var filledAt: Instant

    /// Creates a full bucket.
    package init(capacity: Double, now: Instant) {
        level = capacity
        filledAt = now
    }

    /// Adds what has come since the last time, at most up to the capacity.
    package mutating func refill(capacity: Double, perSecond rate: Double, now: Instant) {
        let passed = filledAt.duration(to: now)
        guard passed > .zero else { return }
        filledAt = now
        level = min(capacity, level + passed / .seconds(1) * rate)
    }

    /// Takes some, even if there are fewer. What is owed has to come again before there is anything: nothing is
    /// forgiven.
    package mutating func take(_ amount: Double) {
        level -= amount
    }
}
