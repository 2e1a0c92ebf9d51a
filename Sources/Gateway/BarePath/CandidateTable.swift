/// A token that a webhook may be of.
struct Candidate: Hashable, Sendable {
    /// The token's id.
    let id: TokenID
    /// The account that made the token, or its first owner; `nil` if neither is known, for tokens of the command line.
    let owner: String?
    /// The time at which a webhook of it was first accepted at its service's address, in milliseconds since 1970; `nil` if
    /// none was, as far as the database knows.
    var firstAccepted: Int64?
    /// The time at which the last one was.
    var lastAccepted: Int64?
}

/// Chooses the tokens that are tried, of those that match, and their order.
///
/// Those come first that a webhook was of, here, by their service's address. Strangers can bring that about for tokens of
/// their own, too, so these places are shared: an owner gets a second one when each has one, and they go by turns to those
/// whose last webhook was the latest, and to those whose first one was the earliest. Nobody who comes later can take the
/// place of who was there, and nobody who was there before can keep out what is accepted now.
///
/// Nor can they keep out whom nothing was accepted of yet: two places are kept for those, by turns if they are more. They
/// are shared by owner as well.
struct CandidateChoice: Sendable, Hashable {
    /// The maximum number of tokens that are tried.
    let limit: Int
    /// Of these, the maximum of one owner: nobody can keep others' tokens from being tried by making many of the same
    /// scope. Those who make tokens by the command line are no such owners.
    var limitPerOwner = 2

    /// The places that are kept for tokens that no webhook was of yet, and of whose owner none was: each was new once.
    private static let placesByTurns = 2

    /// Returns the tokens to try, in their order.
    ///
    /// - Parameters:
    ///   - candidates: Those that match, in the order of preference.
    ///   - verified: Those of them that a webhook was of since they are held, the last one first.
    ///   - turn: Counts choices from the same candidates: whom there is no place for has one at another turn.
    func choose(from candidates: [Candidate], verified: [TokenID], turn: Int = 0) -> [Candidate] {
        let proven = shares(of: proven(candidates, verified)).flatMap(\.self)
        let (known, owners) = (Set(proven.map(\.id)), Set(proven.compactMap(\.owner)))
        let rest = candidates.filter { !known.contains($0.id) }
        let others = rest.filter { candidate in candidate.owner.map { !owners.contains($0) } ?? true }
        let kept = min(Self.placesByTurns, limit / 2, shares(of: others).joined().count)
        var chosen = Array(proven.prefix(limit - kept))
        // Whoever has something proven that has no place has no other's place either.
        var counts = Dictionary(owners.map { ($0, 0) }) { first, _ in first }
        for owner in chosen.compactMap(\.owner) { counts[owner, default: 0] += 1 }
        var new = shares(of: rest, beyond: counts.mapValues { max(1, $0) })
        var places = max(0, limit - kept - chosen.count)
        for index in new.indices {
            let first = new[index].prefix(places)
            chosen += first
            places -= first.count
            new[index].removeFirst(first.count)
        }
        for share in new where !share.isEmpty {
            let start = Int(turn.magnitude % UInt(share.count)) * kept % share.count
            chosen += (share[start...] + share[..<start]).prefix(limit - chosen.count)
        }
        return chosen
    }

    /// Returns the first tokens of all owners, then their second ones, and so on, up to each owner's limit.
    ///
    /// - Parameter counts: The number of tokens that owners have already.
    private func shares(of candidates: [Candidate], beyond counts: [String: Int] = [:]) -> [[Candidate]] {
        var counts = counts
        var shares = [[Candidate]](repeating: [], count: max(1, limitPerOwner))
        for candidate in candidates {
            guard let owner = candidate.owner else {
                shares[0].append(candidate)
                continue
            }
            let count = counts[owner, default: 0]
            guard count < limitPerOwner else { continue }
            counts[owner] = count + 1
            shares[count].append(candidate)
        }
        return shares
    }

    /// Returns those that a webhook was of: by turns the latest and the earliest.
    private func proven(_ candidates: [Candidate], _ verified: [TokenID]) -> [Candidate] {
        let stored = candidates.filter { $0.lastAccepted != nil }
        // What was verified here since they were read is later than all that the database had.
        var latest = verified.compactMap { id in candidates.first { $0.id == id } }
        latest += stored.filter { !verified.contains($0.id) }.sorted { $0.lastAccepted ?? 0 > $1.lastAccepted ?? 0 }
        let earliest = stored.sorted { $0.firstAccepted ?? 0 < $1.firstAccepted ?? 0 }
        var proven: [Candidate] = []
        for index in latest.indices {
            proven.append(latest[index])
            if index < earliest.count { proven.append(earliest[index]) }
        }
        return proven
    }
}

/// Candidates by what they are looked up by, those of which there are none included. A value without lock or clock.
struct CandidateTable: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// The candidates of a key, as far as is known.
    struct Answer: Sendable, Hashable {
        /// The candidates, in the order in which they are to be tried.
        let candidates: [Candidate]
        /// A Boolean value that indicates whether it is what the database has. If not, the database could not be asked, and
        /// this is what it had.
        let isCertain: Bool
    }

    private struct Entry: Sendable {
        var candidates: [Candidate]
        /// The tokens that a webhook was of, the last one first.
        var verified: [TokenID] = []
        var isCertain = true
        /// The number of answers that were made of it.
        var turn = 0
        /// The table's when it was stored: what was held before a change is not fresh any more.
        var generation: UInt64
        var freshUntil: Instant
        var staleUntil: Instant
    }

    private let choice: CandidateChoice
    let times: CacheTimes
    private var entries: ClockTable<CandidateKey, Entry>
    private var generation: UInt64 = 0
    /// A Boolean value that indicates whether changes made elsewhere are heard of. If not, what is held is soon asked for
    /// anew.
    var isWatched = false

    /// - Parameter capacity: The maximum number of keys.
    init(capacity: Int, choice: CandidateChoice, times: CacheTimes) {
        self.choice = choice
        self.times = times
        entries = ClockTable(capacity: capacity)
    }

    var count: Int { entries.count }

    /// Returns what is known of a key and fresh, or `nil` if the database must be asked.
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

    /// Returns the answer that those make, without keeping them.
    func choose(from candidates: [Candidate]) -> Answer {
        Answer(candidates: choice.choose(from: candidates, verified: []), isCertain: true)
    }

    /// Returns a Boolean value that indicates whether `useStale` would have an answer.
    mutating func hasStale(_ key: CandidateKey, now: Instant) -> Bool { stale(key, now: now) != nil }

    /// Returns what the database had when it could last be asked, or `nil` if that is too long ago, or nothing was there.
    mutating func useStale(_ key: CandidateKey, now: Instant) -> Answer? {
        guard var entry = stale(key, now: now) else { return nil }
        entry.isCertain = false
        entry.generation = generation
        entry.freshUntil = min(now + times.staleRetry, entry.staleUntil)
        entries.set(entry, for: key)
        return answer(entry, for: key)
    }

    /// Notes that a webhook was of this token: it is tried first from now on.
    mutating func markVerified(_ id: TokenID, for key: CandidateKey) {
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
