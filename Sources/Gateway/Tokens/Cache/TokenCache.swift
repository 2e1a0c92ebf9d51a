import Database
import EventLoop

/// Tokens by id, for the hot path.
///
/// ``lookup(_:now:)`` is synchronous, from any thread: one lock among several, one table look-up. The actor owns what
/// takes time or order: reading from the database (once an id, however many ask), and invalidation.
public actor TokenCache {
    private typealias Waiting = CheckedContinuation<TokenRecord?, any Error>

    private nonisolated let shards: [Locked<TokenCacheShard>]
    private nonisolated let authority: TokenIDAuthority
    private let loader: any TokenRecordLoading
    private let clock: @Sendable () -> ContinuousClock.Instant
    private var loads: LoadTable
    private var waiting: [LoadTable.Waiter: Waiting] = [:]
    private var lastWaiter: LoadTable.Waiter = 0

    /// An empty cache.
    ///
    /// - Parameters:
    ///   - loader: Where tokens are read from.
    ///   - authority: Refuses ids that were made up, before the database is asked.
    ///   - clock: The time; tests bring their own.
    public init(
        loader: any TokenRecordLoading, authority: TokenIDAuthority, settings: TokenCacheSettings = .init(),
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        let perShard = settings.perShard
        shards = (0..<settings.shardCount).map { _ in Locked(TokenCacheShard(perShard)) }
        loads = LoadTable(maximumLoads: settings.loads, maximumWaiters: settings.waiters)
        self.loader = loader
        self.authority = authority
        self.clock = clock
    }

    /// What is known of an id; `nil` if ``load(_:)`` must be asked. Takes a lock for some nanoseconds, and no turn.
    public nonisolated func lookup(_ id: TokenID, now: ContinuousClock.Instant) -> CachedToken? {
        shard(of: id).withLock { $0.lookup(id, now: now) }
    }

    /// Reads a token, or waits for a read of it that is under way; `nil` if there is none.
    ///
    /// A made-up id is `nil` at once. If the database cannot be asked, a token that was known is used on for
    /// `staleTimeToLive`.
    /// - Throws: `DatabaseError` if it cannot be known whether there is such a token; ``TokenCacheError``;
    ///   `CancellationError`.
    public nonisolated func load(_ id: TokenID) async throws -> TokenRecord? {
        guard authority.isAuthentic(id) else { return nil }
        return try await loadAuthentic(id)
    }

    /// Drops an id at once: its token was changed. A read of it that is under way does not count.
    public func invalidate(_ id: TokenID) {
        loads.invalidate(id)
        shard(of: id).withLock { $0.remove(id) }
    }

    /// Makes everything be read again at its next use: changes may have been missed.
    public func expireAll() {
        loads.invalidateAll()
        let now = clock()
        for shard in shards { shard.withLock { $0.expireAll(now: now) } }
    }

    /// Tokens held, ids known to have none, reads under way, and requests that wait for them.
    public func counts() -> (tokens: Int, absent: Int, loads: Int, waiters: Int) {
        let held = shards.map { shard in shard.withLock { $0.counts } }
        return (
            held.reduce(0) { $0 + $1.tokens }, held.reduce(0) { $0 + $1.absent }, loads.counts.loads,
            loads.counts.waiters
        )
    }

    private nonisolated func shard(of id: TokenID) -> Locked<TokenCacheShard> {
        shards[id.spread & (shards.count - 1)]
    }

    private func loadAuthentic(_ id: TokenID) async throws -> TokenRecord? {
        try Task.checkCancellation()
        // On the way here another read may have ended.
        switch lookup(id, now: clock()) {
        case .token(let record): return record
        case .absent: return nil
        case nil: break
        }
        lastWaiter += 1
        let waiter = lastWaiter
        switch loads.join(id, waiter) {
        case .refuse:
            if let record = useStale(id) { return record }
            throw TokenCacheError.overloaded
        case .start(let generation): Task { await read(id, generation: generation) }
        case .wait: break
        }
        // Nothing suspends between joining and here, so neither the read nor a cancellation can come before the
        // continuation is in its place.
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiting[waiter] = $0 }
        } onCancel: {
            Task { await self.leave(waiter) }
        }
    }

    private func leave(_ waiter: LoadTable.Waiter) {
        guard loads.leave(waiter) else { return }
        waiting.removeValue(forKey: waiter)?.resume(throwing: CancellationError())
    }

    /// Reads an id, again if it was changed meanwhile, and gives the result to those who wait.
    private func read(_ id: TokenID, generation: UInt64) async {
        var generation = generation
        while true {
            let result: Result<TokenRecord?, any Error>
            do {
                result = .success(try await loader.record(for: id))
            } catch {
                result = .failure(error)
            }
            switch loads.finish(id, generation: generation) {
            case .reload(let next): generation = next
            case .deliver(let waiters): return resume(waiters, with: settle(result, of: id))
            case .giveUp(let waiters): return resume(waiters, with: .failure(TokenCacheError.changing))
            }
        }
    }

    /// Keeps what was read; if the database could not be asked, falls back on what was known.
    private func settle(
        _ result: Result<TokenRecord?, any Error>, of id: TokenID
    ) -> Result<TokenRecord?, any Error> {
        switch result {
        case .success(let record):
            let now = clock()
            shard(of: id).withLock { $0.store(record, for: id, now: now) }
            return result
        case .failure(let error):
            // What the database holds and cannot be read is no reason to go on with what it held before.
            guard let error = error as? DatabaseError, error.code != .decoding, let record = useStale(id) else {
                return result
            }
            return .success(record)
        }
    }

    private func useStale(_ id: TokenID) -> TokenRecord? {
        let now = clock()
        return shard(of: id).withLock { $0.useStale(id, now: now) }
    }

    private func resume(_ waiters: [LoadTable.Waiter], with result: Result<TokenRecord?, any Error>) {
        for waiter in waiters { waiting.removeValue(forKey: waiter)?.resume(with: result) }
    }
}
