/// Bounds and times of the token cache.
public struct TokenCacheSettings: Sendable, Hashable {
    /// Most tokens held.
    public var entries: Int
    /// Most ids held of which it is known that there is no token, and as many whose token cannot be read.
    public var absentEntries: Int
    /// The time that a token is used before it is read again.
    public var timeToLive: Duration
    /// The time that an id without a token is refused before it is looked for again.
    public var absentTimeToLive: Duration
    /// The time that a token is used, or an id without one is refused, before it is looked for again while changes are not
    /// heard of.
    public var staleAfter: Duration
    /// The time that a request waits for a token that may have changed to be read again, before the known one is used.
    public var recheckWait: Duration
    /// The time that a token is used while the database cannot be asked, counted from when it was last read.
    public var staleTimeToLive: Duration
    /// The time that a token is used without asking again, after the database could not be asked; or refused, if what the
    /// database holds of it cannot be read.
    public var staleRetry: Duration
    /// Most ids read from the database at the same time; others wait for their turn.
    public var loads: Int
    /// Most requests that wait for reads.
    public var waiters: Int
    /// Locked parts that ids are spread over; rounded up to a power of two, at most 256.
    public var shards: Int

    /// The defaults.
    public init(
        entries: Int = 10_000, absentEntries: Int = 4096, timeToLive: Duration = .seconds(10),
        absentTimeToLive: Duration = .seconds(10), staleAfter: Duration = .seconds(1),
        recheckWait: Duration = .milliseconds(500), staleTimeToLive: Duration = .seconds(3600),
        staleRetry: Duration = .seconds(1), loads: Int = 64, waiters: Int = 4096, shards: Int = 16
    ) {
        self.entries = entries
        self.absentEntries = absentEntries
        self.timeToLive = timeToLive
        self.absentTimeToLive = absentTimeToLive
        self.staleAfter = staleAfter
        self.recheckWait = recheckWait
        self.staleTimeToLive = staleTimeToLive
        self.staleRetry = staleRetry
        self.loads = loads
        self.waiters = waiters
        self.shards = shards
    }

    /// The number of shards: a power of two.
    var shardCount: Int {
        var count = 1
        while count < min(shards, 256) { count *= 2 }
        return count
    }

    /// The part of these bounds that one shard has.
    var perShard: TokenCacheSettings {
        var part = self
        part.entries = (entries + shardCount - 1) / shardCount
        part.absentEntries = (absentEntries + shardCount - 1) / shardCount
        return part
    }
}
