extension TokenCacheSettings {
    /// The bounds and times of `[cache]`.
    public init(_ configuration: CacheConfiguration) {
        self.init(
            entries: configuration.entries, absentEntries: configuration.negativeEntries,
            timeToLive: configuration.timeToLive, absentTimeToLive: configuration.negativeTimeToLive,
            staleAfter: configuration.staleAfter, recheckWait: configuration.recheckWait,
            staleTimeToLive: configuration.staleTimeToLive, staleRetry: configuration.staleRetry,
            loads: configuration.maxLoads, waiters: configuration.maxWaiters, shards: configuration.shards)
    }
}
