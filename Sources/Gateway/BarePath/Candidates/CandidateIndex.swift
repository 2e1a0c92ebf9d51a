import Database
import DequeModule
import EventLoop

/// Candidates by repository and by secret, for webhooks that come without a token's id.
///
/// Bounded in all it does: keys held, reads at once. One read a key, however many ask. What changes tokens calls
/// `note`; a read under way does not count then.
actor CandidateIndex {
    private struct Waiting {
        let ticket: UInt64
        let deadline: ContinuousClock.Instant
        let continuation: CheckedContinuation<CandidateTable.Answer, any Error>
    }

    private nonisolated let table: Locked<CandidateTable>
    private let loader: any CandidateLoading
    private let maximumLookups: Int
    private let clock: @Sendable () -> ContinuousClock.Instant
    private var waiting: [CandidateKey: [Waiting]] = [:]
    private var queue: Deque<CandidateKey> = []
    private var running = 0
    private var generation: UInt64 = 0
    private var lastTicket: UInt64 = 0

    /// An empty index.
    ///
    /// - Parameter maximumLookups: reads at once.
    init(
        loader: any CandidateLoading, table: CandidateTable, maximumLookups: Int,
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.loader = loader
        self.table = Locked(table)
        self.maximumLookups = maximumLookups
        self.clock = clock
    }

    /// The candidates of a key.
    ///
    /// - Throws: `DatabaseError` if they cannot be known, or not by the deadline.
    nonisolated func candidates(
        for key: CandidateKey, until deadline: ContinuousClock.Instant
    ) async throws -> CandidateTable.Answer {
        let now = clock()
        if let answer = table.withLock({ $0.lookup(key, now: now) }) { return answer }
        return try await load(key, until: deadline)
    }

    /// A webhook was of this token: it is tried first from now on.
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

    /// Waits for a read, until the deadline. Those who wait are at most as many as there are slots at the gate.
    private func load(
        _ key: CandidateKey, until deadline: ContinuousClock.Instant
    ) async throws -> CandidateTable.Answer {
        lastTicket += 1
        let ticket = lastTicket
        let timer = Task {
            try await Task.sleep(until: deadline, clock: .continuous)
            leave(key, ticket)
        }
        defer { timer.cancel() }
        return try await withCheckedThrowingContinuation { continuation in
            let waiter = Waiting(ticket: ticket, deadline: deadline, continuation: continuation)
            guard waiting[key] == nil else {
                waiting[key]?.append(waiter)
                return
            }
            waiting[key] = [waiter]
            queue.append(key)
            startReads()
        }
    }

    /// Its time is over. A read that nobody waits for any more is not begun.
    private func leave(_ key: CandidateKey, _ ticket: UInt64) {
        guard let place = waiting[key]?.firstIndex(where: { $0.ticket == ticket }),
            let waiter = waiting[key]?.remove(at: place)
        else { return }
        if waiting[key]?.isEmpty == true, let place = queue.firstIndex(of: key) {
            queue.remove(at: place)
            waiting[key] = nil
        }
        waiter.continuation.resume(throwing: DatabaseError(.timeout, "tokens were not read in time"))
    }

    private func startReads() {
        while running < maximumLookups, let key = queue.popFirst() {
            running += 1
            Task { await read(key) }
        }
    }

    private func read(_ key: CandidateKey) async {
        var result: Result<CandidateTable.Answer, any Error>
        var seen: UInt64
        var attempts = 0
        repeat {
            seen = generation
            attempts += 1
            let deadline = waiting[key]?.map(\.deadline).max() ?? clock()
            do {
                let candidates = try await loader.candidates(for: key, until: deadline)
                let now = clock()
                result = .success(table.withLock { $0.store(candidates, for: key, now: now) })
            } catch {
                result = settle(error, key)
            }
        } while seen != generation && attempts < 4
        // Overtaken to the end: right for those who asked before, but not to be kept.
        if seen != generation { table.withLock { $0.expireAll() } }
        running -= 1
        for waiter in waiting.removeValue(forKey: key) ?? [] { waiter.continuation.resume(with: result) }
        startReads()
    }

    private func settle(_ error: any Error, _ key: CandidateKey) -> Result<CandidateTable.Answer, any Error> {
        // What the database holds and cannot be read is no reason to go on with what it held before.
        guard let failure = error as? DatabaseError, failure.code != .decoding else { return .failure(error) }
        let now = clock()
        return table.withLock { $0.useStale(key, now: now) }.map { .success($0) } ?? .failure(error)
    }
}
