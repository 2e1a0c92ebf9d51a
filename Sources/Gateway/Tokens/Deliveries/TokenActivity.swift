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

extension TokenActivity {
    /// The columns that `init(row:)` reads; of a join in which they may be NULL.
    static let columns = """
        published, withheld, refused, last_accepted_at, last_refused_at, last_published_at, last_withheld_at, \
        secrets_since, secret_used_at, former_used_at, limited, last_limited_at
        """

    /// Reads the columns of the table `token_activity`; all are NULL for a token that nothing came for.
    ///
    /// - Throws: `DatabaseError` `decoding`.
    init(row: SQLRow) throws(DatabaseError) {
        self.init(
            published: try row.count("published"), withheld: try row.count("withheld"),
            refused: try row.count("refused"),
            lastAcceptedAt: try row.optionalTime("last_accepted_at"),
            lastRefusedAt: try row.optionalTime("last_refused_at"),
            lastPublishedAt: try row.optionalTime("last_published_at"),
            lastWithheldAt: try row.optionalTime("last_withheld_at"))
        secrets = SecretActivity(
            since: try row.optionalTime("secrets_since"), firstUsedAt: try row.optionalTime("secret_used_at"),
            formerUsedAt: try row.optionalTime("former_used_at"))
        limited = try row.count("limited")
        lastLimitedAt = try row.optionalTime("last_limited_at")
    }
}

/// The secret of a token that a webhook proved to have.
public struct SecretUse: Sendable, Hashable {
    /// When the token got the secrets that it had then.
    public let since: UnixTime
    /// A Boolean value that indicates whether it was the current one, and not a former one.
    public let isCurrent: Bool

    /// A use.
    ///
    /// - Parameter index: The secret's place among those that were tried, the current one first.
    init(since: UnixTime, index: Int) {
        self.since = since
        isCurrent = index == 0
    }
}

/// The secrets of a token that are in use since the last rotation that a webhook was seen after.
public struct SecretActivity: Sendable, Hashable {
    /// The rotation, or when the token was made; `nil` before the first webhook.
    public private(set) var since: UnixTime?
    /// When the current secret was first used.
    public private(set) var firstUsedAt: UnixTime?
    /// When a former secret was last used.
    public private(set) var formerUsedAt: UnixTime?

    /// Nothing yet, unless something is given.
    init(since: UnixTime? = nil, firstUsedAt: UnixTime? = nil, formerUsedAt: UnixTime? = nil) {
        self.since = since
        self.firstUsedAt = firstUsedAt
        self.formerUsedAt = formerUsedAt
    }

    /// Adds a use.
    mutating func add(_ use: SecretUse, at time: UnixTime) {
        add(
            SecretActivity(
                since: use.since, firstUsedAt: use.isCurrent ? time : nil, formerUsedAt: use.isCurrent ? nil : time))
    }

    /// Adds what another has: of two rotations, the later one counts.
    mutating func add(_ other: SecretActivity) {
        guard let theirs = other.since else { return }
        if let since, theirs < since { return }
        if since != theirs { self = SecretActivity(since: theirs) }
        if let time = other.firstUsedAt { firstUsedAt = firstUsedAt.map { min($0, time) } ?? time }
        if let time = other.formerUsedAt { formerUsedAt = formerUsedAt.map { max($0, time) } ?? time }
    }
}
