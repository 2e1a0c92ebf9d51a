extension TokenCacheSettings {
    /// The settings of `[cache]`.
    init(_ cache: CacheConfiguration) {
        self.init(
            entries: cache.entries, absentEntries: cache.negativeEntries, timeToLive: cache.timeToLive,
            absentTimeToLive: cache.negativeTimeToLive, staleTimeToLive: cache.staleTimeToLive,
            staleRetry: cache.staleRetry, loads: cache.maxLoads, waiters: cache.maxWaiters, shards: cache.shards)
    }
}
