import Database
import DequeModule
import EventLoop

/// The index of tokens by scope and by secret, for webhooks that come without a token's id.
///
/// The keys that it holds and its reads at once are bounded, and there is one read a key, however many ask. Changes of
/// tokens are told to `note`; a read under way does not count then.
actor TokenScopeIndex {
    private struct Waiting {
        /// The end of its wait: its deadline or, if something is known, a time before that.
        var end: ContinuousClock.Instant
        let deadline: ContinuousClock.Instant
        let continuation: CheckedContinuation<CandidateTable.Answer, any Error>
    }

    /// The maximum number of reads of a key, one after the other, while changes overtake them.
    private static let maximumReads = 4

    private nonisolated let table: Locked<CandidateTable>
    private let loader: any CandidateLoading
    private let maximumLookups: Int
    private let times: CacheTimes
    private let clock: @Sendable () -> ContinuousClock.Instant
    private let loop: EventLoop?
    private var waiting: [CandidateKey: [Waiting]] = [:]
    private var queue: Deque<CandidateKey> = []
    private var running = 0
    private var generation: UInt64 = 0
    /// The time until which the database is taken for unable to answer, after it did not.
    private var isAwayUntil: ContinuousClock.Instant?
    private var timer: LoopTimer?
    private var timerFires: ContinuousClock.Instant?

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
        self.maximumLookups = maximumLookups
        times = table.times
        self.loop = loop
        self.clock = clock
    }

    /// The number of webhooks that wait for reads.
    var waiters: Int { waiting.values.reduce(0) { $0 + $1.count } }

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
    nonisolated func noteVerified(_ id: TokenID, for key: CandidateKey) {
        table.withLock { $0.noteVerified(id, for: key) }
    }

    /// Makes everything be read again at its next use: a token was made, changed or deleted, here or elsewhere.
    func note(_ notice: TokenNotice) {
        generation += 1
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
        for (key, waiters) in waiting where waiters.contains(where: { $0.end <= now }) { expire(key, waiters, now) }
        schedule()
    }

    private func expire(_ key: CandidateKey, _ waiters: [Waiting], _ now: ContinuousClock.Instant) {
        let known = table.withLock { $0.useStale(key, now: now) }
        // Where nothing is known any more, there is the rest of one's own time.
        let left = waiters.filter { now < (known == nil ? $0.deadline : $0.end) }
        waiting[key] = left.map { waiter in
            var waiter = waiter
            if waiter.end <= now { waiter.end = waiter.deadline }
            return waiter
        }
        if left.isEmpty, let place = queue.firstIndex(of: key) {
            queue.remove(at: place)
            waiting[key] = nil
        }
        guard let known else {
            for waiter in waiters where waiter.deadline <= now {
                waiter.continuation.resume(throwing: DatabaseError(.timeout, "tokens were not read in time"))
            }
            return
        }
        for waiter in waiters where waiter.end <= now {
            // The database had its time, which is more than that some waiter had none left.
            if waiter.end < waiter.deadline { isAwayUntil = now + times.staleRetry }
            waiter.continuation.resume(returning: known)
        }
    }

    /// Waits for a read: until the deadline, or for a short time if something is known, and not at all while the database is
    /// known to be away. Those who wait are at most as many as there are slots.
    private func load(
        _ key: CandidateKey, until deadline: ContinuousClock.Instant
    ) async throws -> CandidateTable.Answer {
        let now = clock()
        if let isAwayUntil, now < isAwayUntil, let known = table.withLock({ $0.useStale(key, now: now) }) {
            return known
        }
        let isKnown = table.withLock { $0.hasStale(key, now: now) }
        let end = isKnown ? min(deadline, now + times.recheckWait) : deadline
        return try await withCheckedThrowingContinuation { continuation in
            let isFirst = waiting[key] == nil
            waiting[key, default: []].append(Waiting(end: end, deadline: deadline, continuation: continuation))
            if isFirst { queue.append(key) }
            schedule()
            startReads()
        }
    }

    private func startReads() {
        while running < maximumLookups, let key = queue.popFirst() {
            running += 1
            Task { await read(key) }
        }
    }

    private func read(_ key: CandidateKey) async {
        var result = await readOnce(key)
        for _ in 1..<Self.maximumReads where result.wasOvertaken { result = await readOnce(key) }
        running -= 1
        for waiter in waiting.removeValue(forKey: key) ?? [] { waiter.continuation.resume(with: result.answer) }
        startReads()
    }

    /// Reads candidates. A result that a change overtook is not kept: it may be what was there before. Still it is right for
    /// those who asked before the change. The read has the database's own limits: the webhook that began it may have less
    /// time than those that joined.
    private func readOnce(
        _ key: CandidateKey
    ) async -> (answer: Result<CandidateTable.Answer, any Error>, wasOvertaken: Bool) {
        let seen = generation
        let candidates: [Candidate]
        do {
            candidates = try await loader.candidates(for: key)
        } catch {
            return (settle(error, key), seen != generation)
        }
        isAwayUntil = nil
        let now = clock()
        let isCurrent = seen == generation
        let answer = table.withLock { table in
            isCurrent ? table.store(candidates, for: key, now: now) : table.choose(from: candidates)
        }
        return (.success(answer), !isCurrent)
    }

    private func settle(_ error: any Error, _ key: CandidateKey) -> Result<CandidateTable.Answer, any Error> {
        // What the database holds and cannot be read is no reason to go on with what it held before.
        guard let failure = error as? DatabaseError, failure.leavesKnownValid else { return .failure(error) }
        let now = clock()
        isAwayUntil = now + times.staleRetry
        return table.withLock { $0.useStale(key, now: now) }.map { .success($0) } ?? .failure(error)
    }

    // MARK: The timer

    /// Sees to it that the timer fires no later than the next deadline. One that fires too early is cheap.
    private func schedule() {
        guard let loop, let deadline = waiting.values.joined().map(\.end).min() else { return }
        if let timerFires, timerFires <= deadline { return }
        timerFires = deadline
        let timer = timer ?? LoopTimer(on: loop) { [weak self] in Task { await self?.timerFired() } }
        self.timer = timer
        loop.execute { timer.schedule(after: max(.zero, ContinuousClock.now.duration(to: deadline))) }
    }

    private func timerFired() {
        timerFires = nil
        expire()
    }
}
