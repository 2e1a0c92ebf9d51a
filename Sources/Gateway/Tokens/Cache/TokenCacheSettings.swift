/// The times for which what the database has is held, and used while it cannot be asked.
struct CacheTimes: Sendable, Hashable {
    /// The time that something is used before it is read again.
    var timeToLive = Duration.seconds(10)
    /// The time that something which is not there is refused before it is looked for again.
    var absentTimeToLive = Duration.seconds(10)
    /// The time until either is read again while changes made elsewhere are not heard of.
    var staleAfter = Duration.seconds(1)
    /// The time that a request waits for something that may have changed to be read again, before what is known is used.
    var recheckWait = Duration.milliseconds(500)
    /// The time that something is used while the database cannot be asked, counted from when it was last read.
    var staleTimeToLive = Duration.seconds(3600)
    /// The time that something is used without asking again, after the database could not be asked; or refused, if what
    /// the database holds of it cannot be read.
    var staleRetry = Duration.seconds(1)
}

/// Bounds and times of the token cache.
struct TokenCacheSettings: Sendable, Hashable {
    /// Most tokens held.
    var entries = 10_000
    /// Most ids held of which it is known that there is no token, and as many whose token cannot be read.
    var absentEntries = 4096
    /// The times for which tokens are held.
    var times = CacheTimes()
    /// Most ids read from the database at the same time; others wait for their turn.
    var loads = 64
    /// Most requests that wait for reads.
    var waiters = 4096
    /// Locked parts that ids are spread over; rounded up to a power of two, at most 256.
    var shards = 16

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
