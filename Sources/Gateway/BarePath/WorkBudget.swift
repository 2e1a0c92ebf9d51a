import EventLoop

/// The bytes of work that failures of all sources may take, of which a part is kept for proven ones. A value without a
/// clock: times come in.
///
/// A second's bytes may be spent at once; what was overspent has to come again first.
struct WorkBudget: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// The bytes that come in a second, for everybody and for proven sources alone.
    private let rates: (common: Double, kept: Double)
    private var common: TokenBucket
    private var kept: TokenBucket

    /// - Parameters:
    ///   - rate: The bytes that come in a second.
    ///   - keptPart: The part of these that is kept for proven sources.
    init(perSecond rate: Double, keptPart: Double, now: Instant) {
        rates = (rate * (1 - keptPart), rate * keptPart)
        common = TokenBucket(capacity: rates.common, now: now)
        kept = TokenBucket(capacity: rates.kept, now: now)
    }

    /// Returns a Boolean value that indicates whether a source may fail once more. A proven one may do so at the cost of
    /// either part.
    mutating func isLeft(forProven isProven: Bool, now: Instant) -> Bool {
        refill(now: now)
        return common.level > 0 || (isProven && kept.level > 0)
    }

    /// Takes what a failure cost.
    ///
    /// - Parameter own: The most that may come out of what is kept. The rest is owed by all: else one proven source
    ///   could take what is kept from the others.
    mutating func take(_ amount: Double, kept own: Double, now: Instant) {
        refill(now: now)
        let part = max(0, min(amount, own, kept.level))
        kept.take(part)
        common.take(amount - part)
    }

    private mutating func refill(now: Instant) {
        common.refill(capacity: rates.common, perSecond: rates.common, now: now)
        kept.refill(capacity: rates.kept, perSecond: rates.kept, now: now)
    }
}
