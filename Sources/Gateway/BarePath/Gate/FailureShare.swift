/// The processor's time that failures may take: a share of one core, of which a part is kept for proven sources. A value
/// without a clock: times come in.
///
/// A second's share may be spent at once; what was overspent has to come again first.
struct FailureShare: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// What is counted in.
    private static let microsecond = Duration.microseconds(1)

    private let commonShare: Double
    private let keptShare: Double
    private var common: TokenBucket
    private var kept: TokenBucket

    /// - Parameters:
    ///   - share: The part of one core.
    ///   - keptPart: The part of that which is kept for proven sources.
    init(share: Double, keptPart: Double, now: Instant) {
        keptShare = share * keptPart
        commonShare = share - keptShare
        common = TokenBucket(capacity: commonShare * 1e6, now: now)
        kept = TokenBucket(capacity: keptShare * 1e6, now: now)
    }

    /// Whether a source may fail once more. A proven one may do so at the cost of either part.
    mutating func isLeft(forProven isProven: Bool, now: Instant) -> Bool {
        refill(now: now)
        return common.level > 0 || (isProven && kept.level > 0)
    }

    /// A failure took so much.
    mutating func take(_ time: Duration, byProven isProven: Bool, now: Instant) {
        refill(now: now)
        let amount = time / Self.microsecond
        // What is kept is spent first, so that proven sources do not take the others' part without need.
        if isProven, kept.level > 0 {
            kept.take(amount)
        } else {
            common.take(amount)
        }
    }

    private mutating func refill(now: Instant) {
        Self.refill(&common, share: commonShare, now: now)
        Self.refill(&kept, share: keptShare, now: now)
    }

    private static func refill(_ bucket: inout TokenBucket, share: Double, now: Instant) {
        guard share > 0 else { return }
        bucket.refill(capacity: share * 1e6, interval: microsecond / share, now: now)
    }
}
