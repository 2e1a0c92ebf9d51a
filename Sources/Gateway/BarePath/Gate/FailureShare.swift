/// The processor's time that failures may take, in microseconds: a share of one core, of which a part is kept for proven
/// sources. A value without a clock: times come in.
///
/// A second's share may be spent at once; what was overspent has to come again first.
struct FailureShare: Sendable {
    typealias Instant = ContinuousClock.Instant

    private let share: Double
    private let keptPart: Double
    private var common: TokenBucket
    private var kept: TokenBucket

    /// - Parameters:
    ///   - share: The part of one core.
    ///   - keptPart: The part of that which is kept for proven sources.
    init(share: Double, keptPart: Double, now: Instant) {
        self.share = share
        self.keptPart = keptPart
        common = Self.bucket(share: share * (1 - keptPart), now: now)
        kept = Self.bucket(share: share * keptPart, now: now)
    }

    /// Whether a source may fail once more. A proven one may do so at the cost of either part.
    mutating func isLeft(forProven isProven: Bool, now: Instant) -> Bool {
        refill(now: now)
        return common.level > 0 || (isProven && kept.level > 0)
    }

    /// A failure took so much.
    ///
    /// - Parameter own: How much of it may come out of what is kept. The rest is owed by all: else one proven source
    ///   could take what is kept from the others.
    mutating func take(_ amount: Double, kept own: Double, now: Instant) {
        refill(now: now)
        let part = max(0, min(amount, own, kept.level))
        kept.take(part)
        common.take(amount - part)
    }

    private mutating func refill(now: Instant) {
        Self.refill(&common, share: share * (1 - keptPart), now: now)
        Self.refill(&kept, share: share * keptPart, now: now)
    }

    // MARK: Shares as buckets

    /// A second's share.
    static func bucket(share: Double, now: Instant) -> TokenBucket { TokenBucket(capacity: share * 1e6, now: now) }

    /// Adds what has come of a share since the last time.
    static func refill(_ bucket: inout TokenBucket, share: Double, now: Instant) {
        guard share > 0 else { return }
        bucket.refill(capacity: share * 1e6, interval: .microseconds(1) / share, now: now)
    }
}
