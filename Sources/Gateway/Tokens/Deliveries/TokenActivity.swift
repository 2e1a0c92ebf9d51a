import Database

/// The deliveries for a token, over all replicas and restarts; a second behind, at most.
public struct TokenActivity: Sendable, Hashable {
    /// Webhooks that were published, test events included, as in all counts; the times are those of others.
    public var published: Int64
    /// Authentic webhooks that were not published: the event filter, private content, or published before.
    public var withheld: Int64
    /// Webhooks that were refused.
    public var refused: Int64
    /// When the last one was published or withheld.
    public var lastAcceptedAt: UnixTime?
    /// When the last one was refused.
    public var lastRefusedAt: UnixTime?
    /// When the last one was published, now or before.
    public var lastPublishedAt: UnixTime?
    /// When the last one was kept from the bus.
    public var lastWithheldAt: UnixTime?
    /// The secrets in use.
    public var secrets = SecretActivity()
    /// Webhooks that were refused because there were too many in a minute; `refused` counts them, too.
    public var limited: Int64 = 0
    /// When the last one was.
    public var lastLimitedAt: UnixTime?

    /// Nothing yet, unless something is given.
    public init(
        published: Int64 = 0, withheld: Int64 = 0, refused: Int64 = 0, lastAcceptedAt: UnixTime? = nil,
        lastRefusedAt: UnixTime? = nil, lastPublishedAt: UnixTime? = nil, lastWithheldAt: UnixTime? = nil
    ) {
        self.published = published
        self.withheld = withheld
        self.refused = refused
        self.lastAcceptedAt = lastAcceptedAt
        self.lastRefusedAt = lastRefusedAt
        self.lastPublishedAt = lastPublishedAt
        self.lastWithheldAt = lastWithheldAt
    }

    /// The outcome of a token's last webhook.
    public enum Last: String, Sendable, Hashable {
        /// It was published, then or before.
        case published
        /// It was accepted, and kept from the bus.
        case withheld
        /// It was refused.
        case refused
    }

    /// When the last delivery came, and what became of it. Of two at one moment, the better one counts; the lists select by
    /// the same rule (``TokenStanding``).
    public var last: (at: UnixTime, outcome: Last)? {
        guard let accepted = lastAcceptedAt else { return lastRefusedAt.map { ($0, .refused) } }
        if let refused = lastRefusedAt, accepted < refused { return (refused, .refused) }
        let isWithheld = lastWithheldAt.map { withheld in lastPublishedAt.map { $0 < withheld } ?? true } ?? false
        return (accepted, isWithheld ? .withheld : .published)
    }

    /// Counts a delivery.
    mutating func count(_ record: DeliveryRecord) {
        let time = record.at
        switch record.outcome {
        case .published: published += 1
        case .repeated, .withheld: withheld += 1
        case .refused: refused += 1
        }
        // By a test event nobody sees how the webhook does.
        guard !record.isTest else { return }
        switch record.outcome {
        case .published, .repeated: lastPublishedAt = Self.later(lastPublishedAt, time)
        case .withheld: lastWithheldAt = Self.later(lastWithheldAt, time)
        case .refused: lastRefusedAt = Self.later(lastRefusedAt, time)
        }
        if record.outcome.isAccepted { lastAcceptedAt = Self.later(lastAcceptedAt, time) }
        if let use = record.secret { secrets.add(use, at: time) }
        if record.reason == DeliveryReason.rateLimited {
            limited += 1
            lastLimitedAt = Self.later(lastLimitedAt, time)
        }
    }

    /// Adds what another has.
    mutating func add(_ other: TokenActivity) {
        published += other.published
        withheld += other.withheld
        refused += other.refused
        if let time = other.lastAcceptedAt { lastAcceptedAt = Self.later(lastAcceptedAt, time) }
        if let time = other.lastRefusedAt { lastRefusedAt = Self.later(lastRefusedAt, time) }
        if let time = other.lastPublishedAt { lastPublishedAt = Self.later(lastPublishedAt, time) }
        if let time = other.lastWithheldAt { lastWithheldAt = Self.later(lastWithheldAt, time) }
        secrets.add(other.secrets)
        limited += other.limited
        if let time = other.lastLimitedAt { lastLimitedAt = Self.later(lastLimitedAt, time) }
    }

    private static func later(_ one: UnixTime?, _ other: UnixTime) -> UnixTime {
        one.map { max($0, other) } ?? other
    }

    /// A Boolean value that indicates whether any of it cannot be: a count below zero or beyond reason, a time outside of
    /// the years 1970 to 9999.
    public var isImpossible: Bool {
        ![published, withheld, refused, limited].allSatisfy(StoredNumber.isPossible)
            || [lastAcceptedAt, lastRefusedAt, lastPublishedAt, lastWithheldAt, lastLimitedAt].contains {
                $0.map { !$0.isKnown } ?? false
            }
    }
}
