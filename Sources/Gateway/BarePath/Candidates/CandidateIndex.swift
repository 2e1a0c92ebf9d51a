import Database
import DequeModule
import EventLoop

/// Candidates by repository and by secret, for webhooks that come without a token's id.
///
/// Bounded in all it does: keys held, reads at once. One read a key, however many ask. What changes tokens calls
/// `expireAll`; a read under way does not count then.
actor CandidateIndex {
    private typealias Waiting = CheckedContinuation<CandidateTable.Answer, any Error>

    private nonisolated let table: Locked<CandidateTable>
    private let loader: any CandidateLoading
    private let maximumLookups: Int
    private let clock: @Sendable () -> ContinuousClock.Instant
    private var waiting: [CandidateKey: [Waiting]] = [:]
    private var queue: Deque<CandidateKey> = []
    private var running = 0
    private var generation: UInt64 = 0

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
    /// - Throws: `DatabaseError` if they cannot be known.
    nonisolated func candidates(for key: CandidateKey) async throws -> CandidateTable.Answer {
        let now = clock()
        if let answer = table.withLock({ $0.lookup(key, now: now) }) { return answer }
        return try await load(key)
    }

    /// A webhook was of this token: it is tried first from now on.
    nonisolated func noteVerified(_ id: TokenID, for key: CandidateKey) {
        table.withLock { $0.noteVerified(id, for: key) }
    }

    /// Makes everything be read again at its next use: a token was made, changed or deleted.
    func expireAll() {
        generation += 1
        let now = clock()
        table.withLock { $0.expireAll(now: now) }
    }

    /// Waits for a read. Those who wait are as many as there are slots at the gate, and a read has its time-out: so
    /// nobody need leave before its end.
    private func load(_ key: CandidateKey) async throws -> CandidateTable.Answer {
        try await withCheckedThrowingContinuation { (continuation: Waiting) in
            guard waiting[key] == nil else {
                waiting[key]?.append(continuation)
                return
            }
            waiting[key] = [continuation]
            queue.append(key)
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
        var result: Result<CandidateTable.Answer, any Error>
        var seen: UInt64
        var attempts = 0
        repeat {
            seen = generation
            attempts += 1
            do {
                let candidates = try await loader.candidates(for: key)
                let now = clock()
                result = .success(table.withLock { $0.store(candidates, for: key, now: now) })
            } catch {
                result = settle(error, key)
            }
        } while seen != generation && attempts < 4
        // Overtaken to the end: right for those who asked before, but not to be kept.
        if seen != generation {
            let now = clock()
            table.withLock { $0.expireAll(now: now) }
        }
        running -= 1
        for continuation in waiting.removeValue(forKey: key) ?? [] { continuation.resume(with: result) }
        startReads()
    }

    private func settle(_ error: any Error, _ key: CandidateKey) -> Result<CandidateTable.Answer, any Error> {
        // What the database holds and cannot be read is no reason to go on with what it held before.
        guard let failure = error as? DatabaseError, failure.code != .decoding else { return .failure(error) }
        let now = clock()
        return table.withLock { $0.useStale(key, now: now) }.map { .success($0) } ?? .failure(error)
    }
}
