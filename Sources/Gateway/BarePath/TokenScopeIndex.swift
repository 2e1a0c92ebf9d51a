import Database
import EventLoop

/// The index of tokens by scope and by secret, for webhooks that come without a token's id.
///
/// The keys that it holds and its reads at once are bounded, and there is one read a key, however many ask. Changes of
/// tokens are told to `handle`; a read under way does not count then.
actor TokenScopeIndex {
    private typealias Waiting = CheckedContinuation<CandidateTable.Answer, any Error>

    private nonisolated let table: Locked<CandidateTable>
    private let loader: any CandidateLoading
    private let times: CacheTimes
    private let clock: @Sendable () -> ContinuousClock.Instant
    private var loads: LoadTable<CandidateKey>
    private var timer: LoadTimer
    private var waiting: [LoadTable<CandidateKey>.Waiter: Waiting] = [:]
    private var lastWaiter: LoadTable<CandidateKey>.Waiter = 0
    /// The time until which the database is taken for unable to answer, after it did not.
    private var isAwayUntil: ContinuousClock.Instant?

    /// Creates an empty index.
    ///
    /// - Parameters:
    ///   - maximumLookups: The maximum number of reads at once.
    ///   - loop: The loop that watches deadlines; without one, ``expire()`` is to be called.
    ///   - clock: The time; tests bring their own.
    init(
        loader: any CandidateLoading, table: CandidateTable, maximumLookups: Int = 2, loop: EventLoop? = nil,
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.loader = loader
        self.table = Locked(table)
        // Those who wait are at most as many as the webhooks that are tried at once.
        loads = LoadTable(maximumLoads: maximumLookups, maximumWaiters: .max)
        times = table.times
        timer = LoadTimer(on: loop)
        self.clock = clock
    }

    /// The number of webhooks that wait for reads.
    var waiters: Int { loads.counts.waiters }

    /// Returns the candidates of a key.
    ///
    /// - Throws: `DatabaseError` if they cannot be known, or not by the deadline.
    nonisolated func candidates(
        for key: CandidateKey, until deadline: ContinuousClock.Instant
    ) async throws -> CandidateTable.Answer {
        let now = clock()
        if let answer = table.withLock({ $0.lookup(key, now: now) }) { return answer }
        return try await load(key, until: deadline)
    }

    /// Notes that a webhook was of this token: it is tried first from now on.
    nonisolated func markVerified(_ id: TokenID, for key: CandidateKey) {
        table.withLock { $0.markVerified(id, for: key) }
    }

    /// Makes everything be read again at its next use: a token was made, changed or deleted, here or elsewhere.
    func handle(_ notice: TokenNotice) {
        loads.invalidateAll()
        table.withLock { table in
            switch notice {
            case .watching: table.isWatched = true
            case .unwatched: table.isWatched = false
            case .token, .everything: break
            }
            table.expireAll()
        }
    }

    /// Answers those who have waited long enough: with what was known, or with an error. A read that nobody waits for any
    /// more is not begun.
    func expire() {
        let now = clock()
        let expired = loads.expire(now: now, isKnown: { key in table.withLock { $0.hasStale(key, now: now) } })
        for (waiter, key, startedAt) in expired {
            let result: Result<CandidateTable.Answer, any Error>
            if let known = useStale(key) {
                // The database had its time, whatever the waiter had: for this read, or for all that came before it.
                if let startedAt, startedAt + times.recheckWait <= now { isAwayUntil = now + times.staleRetry }
                result = .success(known)
            } else {
                result = .failure(Self.timeout)
            }
            waiting.removeValue(forKey: waiter)?.resume(with: result)
        }
        schedule()
    }

    /// Waits for a read: until the deadline, or for a short time if something is known, and not at all while the database is
    /// known to be away.
    private func load(
        _ key: CandidateKey, until deadline: ContinuousClock.Instant
    ) async throws -> CandidateTable.Answer {
        let now = clock()
        if let isAwayUntil, now < isAwayUntil, let known = useStale(key) { return known }
        lastWaiter += 1
        let waiter = lastWaiter
        let isKnown = table.withLock { $0.hasStale(key, now: now) }
        let patience = isKnown ? now + times.recheckWait : nil
        switch loads.join(key, waiter, until: deadline, patience: patience, now: now) {
        case .refuse: throw Self.timeout
        case .start(let generation): Task { await read(key, generation: generation) }
        case .wait: break
        }
        schedule()
        // Nothing suspends between joining and here, so the read cannot end before the continuation is in its place.
        return try await withCheckedThrowingContinuation { waiting[waiter] = $0 }
    }

    /// Reads a key, again if a change overtook the read, and gives the result to those who wait. The read has the database's
    /// own limits: the webhook that began it may have less time than those that joined.
    private func read(_ key: CandidateKey, generation: UInt64) async {
        var generation = generation
        while true {
            let result: Result<[Candidate], any Error>
            do {
                result = .success(try await loader.candidates(for: key))
            } catch {
                result = .failure(error)
            }
            switch loads.finish(key, generation: generation, now: clock()) {
            case .reload(let next):
                generation = next
                continue
            case .deliver(let waiters): resume(waiters, with: settle(result, of: key, isCurrent: true))
            // It may be what was there before the change. Still it is right for those who asked before that.
            case .giveUp(let waiters): resume(waiters, with: settle(result, of: key, isCurrent: false))
            }
            if let next = loads.startNext(now: clock()) { Task { await read(next.key, generation: next.generation) } }
            return
        }
    }

    /// Keeps what was read, if it is current; if the database could not be asked, falls back on what was known.
    private func settle(
        _ result: Result<[Candidate], any Error>, of key: CandidateKey, isCurrent: Bool
    ) -> Result<CandidateTable.Answer, any Error> {
        let now = clock()
        switch result {
        case .success(let candidates):
            isAwayUntil = nil
            return .success(
                table.withLock { table in
                    isCurrent ? table.store(candidates, for: key, now: now) : table.choose(from: candidates)
                })
        case .failure(let error):
            // What the database holds and cannot be read is no reason to go on with what it held before.
            guard let failure = error as? DatabaseError, failure.leavesKnownValid else { return .failure(error) }
            isAwayUntil = now + times.staleRetry
            return useStale(key).map { .success($0) } ?? .failure(error)
        }
    }

    private func useStale(_ key: CandidateKey) -> CandidateTable.Answer? {
        let now = clock()
        return table.withLock { $0.useStale(key, now: now) }
    }

    private func resume(
        _ waiters: [LoadTable<CandidateKey>.Waiter], with result: Result<CandidateTable.Answer, any Error>
    ) {
        for waiter in waiters { waiting.removeValue(forKey: waiter)?.resume(with: result) }
    }

    private static var timeout: DatabaseError { DatabaseError(.timeout, "tokens were not read in time") }

    // MARK: The timer

    private func schedule() {
        timer.schedule(loads.nextDeadline) { [weak self] in Task { await self?.timerFired() } }
    }

    private func timerFired() {
        timer.fired()
        expire()
    }
}
