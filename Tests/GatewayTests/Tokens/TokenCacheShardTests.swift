import Testing

@testable import Gateway

@Suite struct TokenCacheShardTests {
    private let start = ContinuousClock.now
    private let settings = TokenCacheSettings(
        entries: 4, absentEntries: 2,
        times: CacheTimes(
            timeToLive: .seconds(10), absentTimeToLive: .seconds(5), staleAfter: .seconds(2),
            staleTimeToLive: .seconds(100), staleRetry: .seconds(1)))

    private func id(_ number: UInt64) -> TokenID { TokenID(high: number, low: 0) }

    private func at(_ seconds: Double) -> ContinuousClock.Instant { start.advanced(by: .seconds(seconds)) }

    @Test func `fresh then not then stale`() {
        var shard = TokenCacheShard(settings)
        #expect(shard.lookup(id(1), now: at(0)) == nil)
        let record = TestRecord.make(id(1))
        shard.store(record, for: id(1), isWatched: true, now: at(0))
        #expect(shard.lookup(id(1), now: at(0))?.record === record)
        #expect(shard.lookup(id(1), now: at(9.999))?.record === record)
        #expect(shard.lookup(id(1), now: at(10)) == nil)
        #expect(shard.lookup(id(2), now: at(0)) == nil)

        // The database is away: used on, and not asked for a second.
        #expect(shard.useStale(id(1), now: at(20)) === record)
        #expect(shard.lookup(id(1), now: at(20.999))?.record === record)
        #expect(shard.lookup(id(1), now: at(21)) == nil)
        // Not beyond its end, and never counted anew.
        #expect(shard.useStale(id(1), now: at(99.5)) === record)
        #expect(shard.lookup(id(1), now: at(99.9))?.record === record)
        #expect(shard.lookup(id(1), now: at(100)) == nil)
        #expect(shard.useStale(id(1), now: at(100)) == nil)
        #expect(shard.counts.tokens == 0)
        #expect(shard.useStale(id(2), now: at(0)) == nil)
    }

    @Test func `absent ids have their own time`() {
        var shard = TokenCacheShard(settings)
        shard.store(nil, for: id(1), isWatched: true, now: at(0))
        #expect(shard.lookup(id(1), now: at(4.999))?.isAbsent == true)
        #expect(shard.lookup(id(1), now: at(5)) == nil)
        #expect(shard.counts.absent == 0)
    }

    @Test func `one or the other`() {
        var shard = TokenCacheShard(settings)
        shard.store(nil, for: id(1), isWatched: true, now: at(0))
        let record = TestRecord.make(id(1))
        shard.store(record, for: id(1), isWatched: true, now: at(1))
        #expect(shard.lookup(id(1), now: at(1))?.record === record)
        #expect(shard.counts == (1, 0))
        shard.store(nil, for: id(1), isWatched: true, now: at(2))
        #expect(shard.lookup(id(1), now: at(2))?.isAbsent == true)
        #expect(shard.counts == (0, 1))
    }

    @Test func `bounds of both kinds`() {
        var shard = TokenCacheShard(settings)
        for number in 0..<50 as Range<UInt64> {
            shard.store(TestRecord.make(id(number)), for: id(number), isWatched: true, now: at(0))
            shard.store(nil, for: id(number + 1000), isWatched: true, now: at(0))
        }
        #expect(shard.counts == (4, 2))
    }

    @Test func `removal forgets even what would be stale`() {
        var shard = TokenCacheShard(settings)
        shard.store(TestRecord.make(id(1)), for: id(1), isWatched: true, now: at(0))
        shard.store(nil, for: id(2), isWatched: true, now: at(0))
        shard.remove(id(1))
        shard.remove(id(2))
        #expect(shard.lookup(id(1), now: at(0)) == nil)
        #expect(shard.useStale(id(1), now: at(0)) == nil)
        #expect(shard.lookup(id(2), now: at(0)) == nil)
    }

    @Test func `expiring all keeps what is stale`() {
        var shard = TokenCacheShard(settings)
        let record = TestRecord.make(id(1))
        shard.store(record, for: id(1), isWatched: true, now: at(0))
        shard.store(nil, for: id(2), isWatched: true, now: at(0))
        shard.expireAll(now: at(1))
        #expect(shard.lookup(id(1), now: at(1)) == nil)
        #expect(shard.lookup(id(2), now: at(1)) == nil)
        #expect(shard.useStale(id(1), now: at(1)) === record)
    }

    @Test func `while changes are not heard of it is read again sooner`() {
        var shard = TokenCacheShard(settings)
        let record = TestRecord.make(id(1))
        shard.store(record, for: id(1), isWatched: false, now: at(0))
        shard.store(nil, for: id(2), isWatched: false, now: at(0))
        #expect(shard.lookup(id(1), now: at(1.999))?.record === record)
        #expect(shard.lookup(id(2), now: at(1.999))?.isAbsent == true)
        #expect(shard.lookup(id(1), now: at(2)) == nil)
        #expect(shard.lookup(id(2), now: at(2)) == nil)
        #expect(shard.stale(id(1), now: at(2))?.isVouched == false)
        // It is not believed for longer than that.
        shard.store(record, for: id(1), isWatched: true, now: at(3))
        shard.store(nil, for: id(2), isWatched: true, now: at(3))
        #expect(shard.stale(id(1), now: at(3))?.isVouched == true)
        shard.unwatch(now: at(4))
        #expect(shard.lookup(id(1), now: at(5.999))?.record === record)
        #expect(shard.lookup(id(2), now: at(5.999))?.isAbsent == true)
        #expect(shard.stale(id(1), now: at(5))?.isVouched == false)
        #expect(shard.lookup(id(1), now: at(6)) == nil)
        #expect(shard.lookup(id(2), now: at(6)) == nil)
        // What had less time left keeps that.
        shard.store(record, for: id(1), isWatched: true, now: at(10))
        shard.unwatch(now: at(19.5))
        #expect(shard.lookup(id(1), now: at(20)) == nil)
    }

    @Test func `shares of the bounds`() {
        #expect(TokenCacheSettings(shards: 0).shardCount == 1)
        #expect(TokenCacheSettings(shards: 5).shardCount == 8)
        #expect(TokenCacheSettings(shards: 100_000).shardCount == 256)
        #expect(TokenCacheSettings(entries: 10, shards: 4).perShard.entries == 3)
    }
}
