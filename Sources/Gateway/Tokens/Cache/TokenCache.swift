import Database
import EventLoop

/// Tokens by id, for the hot path.
///
/// ``lookup(_:now:)`` is synchronous, from any thread: one lock among several, one table look-up. The actor owns what
/// takes time or order: reading from the database (once an id, however many ask), and invalidation.
///
/// A token that is past its time is used on where that is right: at once, and read again in the background, if we would
/// have heard of a change or if the database is known to be away; after a short wait for the database, if the token may
/// have changed.
public actor TokenCache {
    private typealias Waiting = CheckedContinuation<TokenRecord?, any Error>

    /// Why a token cannot be read, though the database has it.
    private struct Failure {
        let error: any Error
        let until: ContinuousClock.Instant
    }

    private nonisolated let shards: [Locked<TokenCacheShard>]
    private nonisolated let authority: TokenIDAuthority
    private let loader: any TokenRecordLoading
    private let settings: TokenCacheSettings
    private let clock: @Sendable () -> ContinuousClock.Instant
    private var loads: LoadTable<TokenID>
    private var timer: LoadTimer
    private var waiting: [LoadTable<TokenID>.Waiter: Waiting] = [:]
    private var lastWaiter: LoadTable<TokenID>.Waiter = 0
    /// Tokens that the database has and that cannot be read: it is not asked again for each request.
    private var failures: ClockTable<TokenID, Failure>
    /// A Boolean value that indicates whether changes are heard of.
    private var isWatched = false
    /// Until when the database is taken for unable to answer, after it did not.
    private var isAwayUntil: ContinuousClock.Instant?

    /// An empty cache, which does not hear of changes yet.
    ///
    /// - Parameters:
    ///   - loader: Where tokens are read from.
    ///   - authority: Refuses ids that were made up, before the database is asked.
    ///   - loop: Where deadlines are watched; without one, ``expire()`` is to be called.
    ///   - clock: The time; tests bring their own.
    init(
        loader: any TokenRecordLoading, authority: TokenIDAuthority, settings: TokenCacheSettings = .init(),
        loop: EventLoop? = nil, clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        let perShard = settings.perShard
        shards = (0..<settings.shardCount).map { _ in Locked(TokenCacheShard(perShard)) }
        loads = LoadTable(maximumLoads: settings.loads, maximumWaiters: settings.waiters)
        failures = ClockTable(capacity: settings.absentEntries)
        self.loader = loader
        self.authority = authority
        self.settings = settings
        timer = LoadTimer(on: loop)
        self.clock = clock
    }

    /// Returns the state of an id; `nil` if ``load(_:until:)`` must be asked. Takes a lock for some nanoseconds, and no turn.
    public nonisolated func lookup(_ id: TokenID, now: ContinuousClock.Instant) -> CachedToken? {
        shard(of: id).withLock { $0.lookup(id, now: now) }
    }

    /// Reads a token, or waits for a read of it that is under way; `nil` if there is none.
    ///
    /// A made-up id is `nil` at once. If the database cannot be asked, a token that was known is used on for
    /// `staleTimeToLive`.
    /// - Parameter deadline: Until when the caller can wait.
    /// - Throws: `DatabaseError` if it cannot be known whether there is such a token; ``TokenCacheError``;
    ///   `CancellationError`.
    public nonisolated func load(_ id: TokenID, until deadline: RequestDeadline? = nil) async throws -> TokenRecord? {
        guard authority.isAuthentic(id) else { return nil }
        return try await loadAuthentic(id, deadline)
    }

    /// Drops or ages what a notice of changes concerns, whoever made them.
    public func handle(_ notice: TokenNotice) {
        switch notice {
        case .token(let id): invalidate(id)
        case .everything: expireAll()
        case .watching:
            isWatched = true
            isAwayUntil = nil
            expireAll()
        case .unwatched:
            isWatched = false
            let now = clock()
            for shard in shards { shard.withLock { $0.unwatch(now: now) } }
        }
    }

    /// Drops an id at once: its token was changed. A read of it that is under way does not count.
    public func invalidate(_ id: TokenID) {
        loads.invalidate(id)
        failures.remove(id)
        shard(of: id).withLock { $0.remove(id) }
    }

    /// Makes everything be read again at its next use: changes may have been missed.
    public func expireAll() {
        loads.invalidateAll()
        failures.removeAll()
        let now = clock()
        for shard in shards { shard.withLock { $0.expireAll(now: now) } }
    }

    /// Answers those whose deadline has come, and those whose token is known and who have waited for the database.
    func expire() {
        let now = clock()
        for (waiter, id, startedAt) in loads.expire(now: now, isKnown: { stale($0, now) != nil }) {
            let result: Result<TokenRecord?, any Error>
            if let record = useStale(id) {
                // The database had its time, whatever the waiter had: for this read, or for all that came before it.
                if let startedAt, startedAt + settings.times.recheckWait <= now {
                    isAwayUntil = now + settings.times.timeToLive
                }
                result = .success(record)
            } else {
                result = .failure(TokenCacheError.timedOut)
            }
            waiting.removeValue(forKey: waiter)?.resume(with: result)
        }
        schedule()
    }

    /// Tokens held, ids known to have none, reads under way, and requests that wait for them.
    func counts() -> (tokens: Int, absent: Int, loads: Int, waiters: Int) {
        let held = shards.map { shard in shard.withLock { $0.counts } }
        return (
            held.reduce(0) { $0 + $1.tokens }, held.reduce(0) { $0 + $1.absent }, loads.counts.loads,
            loads.counts.waiters
        )
    }

    private nonisolated func shard(of id: TokenID) -> Locked<TokenCacheShard> {
        shards[id.spread & (shards.count - 1)]
    }

    private func loadAuthentic(_ id: TokenID, _ deadline: RequestDeadline?) async throws -> TokenRecord? {
        try Task.checkCancellation()
        let now = clock()
        // On the way here another read may have ended.
        switch lookup(id, now: now) {
        case .token(let record): return record
        case .absent: return nil
        case nil: break
        }
        if let failure = failures.use(id), now < failure.until { throw failure.error }
        let known = stale(id, now)
        if let known, known.isVouched || isAway(now) {
            if let generation = loads.refresh(id, now: now) { Task { await read(id, generation: generation) } }
            return useStale(id)
        }
        lastWaiter += 1
        let waiter = lastWaiter
        let patience = known == nil ? nil : now + settings.times.recheckWait
        switch loads.join(id, waiter, until: deadline?.instant, patience: patience, now: now) {
        case .refuse:
            if let record = useStale(id) { return record }
            throw TokenCacheError.overloaded
        case .start(let generation): Task { await read(id, generation: generation) }
        case .wait: break
        }
        schedule()
        // Nothing suspends between joining and here, so neither the read nor a cancellation can come before the
        // continuation is in its place.
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiting[waiter] = $0 }
        } onCancel: {
            Task { await self.leave(waiter) }
        }
    }

    private func isAway(_ now: ContinuousClock.Instant) -> Bool {
        isAwayUntil.map { now < $0 } ?? false
    }

    private func leave(_ waiter: LoadTable<TokenID>.Waiter) {
        guard loads.leave(waiter) else { return }
        waiting.removeValue(forKey: waiter)?.resume(throwing: CancellationError())
    }

    /// Reads an id, again if it was changed meanwhile, and gives the result to those who wait. It has the database's own
    /// limits: whoever began it may have less time than those who joined, and goes away at its own deadline.
    private func read(_ id: TokenID, generation: UInt64) async {
        var generation = generation
        while true {
            let result: Result<TokenRecord?, any Error>
            do {
                result = .success(try await loader.record(for: id))
            } catch {
                result = .failure(error)
            }
            switch loads.finish(id, generation: generation, now: clock()) {
            case .reload(let next):
                generation = next
                continue
            case .deliver(let waiters): resume(waiters, with: settle(result, of: id))
            case .giveUp(let waiters): resume(waiters, with: .failure(TokenCacheError.changing))
            }
            if let next = loads.startNext(now: clock()) { Task { await read(next.key, generation: next.generation) } }
            return
        }
    }

    /// Keeps what was read; if the database could not be asked, falls back on what was known.
    private func settle(
        _ result: Result<TokenRecord?, any Error>, of id: TokenID
    ) -> Result<TokenRecord?, any Error> {
        let now = clock()
        switch result {
        case .success(let record):
            isAwayUntil = nil
            shard(of: id).withLock { $0.store(record, for: id, isWatched: isWatched, now: now) }
            return result
        case .failure(let error):
            // What the database holds and cannot be read is no reason to go on with what it held before.
            guard let error = error as? DatabaseError, error.leavesKnownValid else {
                shard(of: id).withLock { $0.remove(id) }
                failures.set(Failure(error: error, until: now + settings.times.staleRetry), for: id)
                return result
            }
            isAwayUntil = now + settings.times.timeToLive
            guard let record = useStale(id) else { return result }
            return .success(record)
        }
    }

    private nonisolated func stale(
        _ id: TokenID, _ now: ContinuousClock.Instant
    ) -> (record: TokenRecord, isVouched: Bool)? {
        shard(of: id).withLock { $0.stale(id, now: now) }
    }

    private func useStale(_ id: TokenID) -> TokenRecord? {
        let now = clock()
        return shard(of: id).withLock { $0.useStale(id, now: now) }
    }

    private func resume(_ waiters: [LoadTable<TokenID>.Waiter], with result: Result<TokenRecord?, any Error>) {
        for waiter in waiters { waiting.removeValue(forKey: waiter)?.resume(with: result) }
    }

    // MARK: The timer

    private func schedule() {
        timer.schedule(loads.nextDeadline) { [weak self] in Task { await self?.timerFired() } }
    }

    private func timerFired() {
        timer.fired()
        expire()
    }
}

extension DatabaseError {
    /// A Boolean value that indicates whether what the database held before may be used while it cannot be asked: not if
    /// it holds now what cannot be read, and not if the file is another one.
    var leavesKnownValid: Bool { code != .decoding && code != .replaced }
}

/// The cache's knowledge of an id.
public enum CachedToken: Sendable {
    /// The token.
    case token(TokenRecord)
    /// There is no token with this id.
    case absent
}

/// Why the cache cannot tell whether there is such a token. None means that there is none: the answer is 503.
public enum TokenCacheError: Error, Hashable, CustomStringConvertible {
    /// As many requests wait for tokens to be read as may.
    case overloaded
    /// The token was changed again and again while it was read.
    case changing
    /// The time that the request had was over before the token was read.
    case timedOut

    /// The failure, for a log.
    public var description: String {
        switch self {
        case .overloaded: "too many requests wait for tokens to be read from the database"
        case .changing: "the token was changed while it was read"
        case .timedOut: "the token was not read in the time that the request had"
        }
    }
}

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
