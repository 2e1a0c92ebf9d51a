/// Candidates by what they are looked up by, those of which there are none included. A value without lock or clock.
struct CandidateTable: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// What is known.
    struct Answer: Sendable, Hashable {
        /// The candidates, in the order in which they are to be tried.
        let candidates: [Candidate]
        /// Whether it is what the database has. If not, the database could not be asked, and this is what it had.
        let isCertain: Bool
    }

    private struct Entry: Sendable {
        var candidates: [Candidate]
        /// Those that a webhook was of, the last one first.
        var verified: [TokenID] = []
        var isCertain = true
        /// Answers that were made of it.
        var turn = 0
        /// What was held before a change is not fresh any more.
        var generation: UInt64
        var freshUntil: Instant
        var staleUntil: Instant
    }

    private let choice: CandidateChoice
    let times: CandidateTimes
    private var entries: ClockTable<CandidateKey, Entry>
    private var generation: UInt64 = 0
    /// Whether changes made elsewhere are heard of. If not, what is held is soon asked for anew.
    var isWatched = false

    /// - Parameter capacity: keys held at most.
    init(capacity: Int, choice: CandidateChoice, times: CandidateTimes) {
        self.choice = choice
        self.times = times
        entries = ClockTable(capacity: capacity)
    }

    var count: Int { entries.count }

    /// What is known of a key and fresh; `nil` if the database must be asked.
    mutating func lookup(_ key: CandidateKey, now: Instant) -> Answer? {
        guard let entry = entries.use(key), entry.generation == generation, now < entry.freshUntil else { return nil }
        return answer(entry, for: key)
    }

    /// Keeps what the database has.
    mutating func store(_ candidates: [Candidate], for key: CandidateKey, now: Instant) -> Answer {
        let time = candidates.isEmpty ? times.absentTimeToLive : times.timeToLive
        let former = entries.use(key)
        let verified = former?.verified.filter { id in candidates.contains { $0.id == id } } ?? []
        let entry = Entry(
            candidates: candidates, verified: verified, turn: former?.turn ?? 0, generation: generation,
            freshUntil: now + (isWatched ? time : min(time, times.staleAfter)),
            staleUntil: now + max(time, times.staleTimeToLive))
        entries.set(entry, for: key)
        return answer(entry, for: key)
    }

    /// The answer that those make, without keeping them.
    func choose(from candidates: [Candidate]) -> Answer {
        Answer(candidates: choice.choose(from: candidates, verified: []), isCertain: true)
    }

    /// Whether `useStale` would have an answer.
    mutating func hasStale(_ key: CandidateKey, now: Instant) -> Bool { stale(key, now: now) != nil }

    /// What the database had when it could last be asked; `nil` if that is too long ago, or nothing was there.
    mutating func useStale(_ key: CandidateKey, now: Instant) -> Answer? {
        guard var entry = stale(key, now: now) else { return nil }
        entry.isCertain = false
        entry.generation = generation
        entry.freshUntil = min(now + times.staleRetry, entry.staleUntil)
        entries.set(entry, for: key)
        return answer(entry, for: key)
    }

    /// A webhook was of this token: it is tried first from now on.
    mutating func noteVerified(_ id: TokenID, for key: CandidateKey) {
        guard entries.use(key)?.verified.first != id else { return }
        let limit = choice.limit
        entries.update(key) { entry in
            entry.verified.removeAll { $0 == id }
            entry.verified.insert(id, at: 0)
            entry.verified = Array(entry.verified.prefix(limit))
        }
    }

    /// Makes everything be asked anew at its next use.
    mutating func expireAll() {
        generation += 1
    }

    private mutating func stale(_ key: CandidateKey, now: Instant) -> Entry? {
        guard let entry = entries.use(key), now < entry.staleUntil, !entry.candidates.isEmpty else { return nil }
        return entry
    }

    private mutating func answer(_ entry: Entry, for key: CandidateKey) -> Answer {
        // Where all have a place there are no turns.
        if entry.candidates.count > choice.limit { entries.update(key) { $0.turn &+= 1 } }
        return Answer(
            candidates: choice.choose(from: entry.candidates, verified: entry.verified, turn: entry.turn),
            isCertain: entry.isCertain)
    }
}
