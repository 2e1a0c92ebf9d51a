/// Which of the tokens that match are tried, and in what order.
///
/// Those come first that a webhook was of, here, by their service's address. Strangers can bring that about for tokens of
/// their own, too, so these places are shared: an owner gets a second one when each has one, and they go by turns to those
/// whose last webhook was the latest, and to those whose first one was the earliest. Nobody who comes later can take the
/// place of who was there, and nobody who was there before can keep out what is accepted now.
struct CandidateChoice: Sendable, Hashable {
    /// Tokens that are tried at most.
    let limit: Int
    /// Of these, tokens of one owner: nobody can keep others' tokens from being tried by making many of the same
    /// scope. Whoever makes tokens by the command line is no such owner.
    let limitPerOwner: Int

    /// Chooses.
    ///
    /// - Parameters:
    ///   - candidates: Those that match, in the order of preference.
    ///   - verified: Those of them that a webhook was of since they are held, the last one first.
    func choose(from candidates: [Candidate], verified: [TokenID]) -> [Candidate] {
        let proven = proven(candidates, verified)
        var chosen: [Candidate] = []
        var counts: [String: Int] = [:]
        for round in 1...max(1, limitPerOwner) { take(proven, perOwner: round, &chosen, &counts) }
        take(candidates, perOwner: limitPerOwner, &chosen, &counts)
        return chosen
    }

    private func take(
        _ candidates: [Candidate], perOwner limitPerOwner: Int, _ chosen: inout [Candidate],
        _ counts: inout [String: Int]
    ) {
        for candidate in candidates where !chosen.contains(where: { $0.id == candidate.id }) {
            guard chosen.count < limit else { return }
            if let owner = candidate.owner {
                guard counts[owner, default: 0] < limitPerOwner else { continue }
                counts[owner, default: 0] += 1
            }
            chosen.append(candidate)
        }
    }

    /// Those that a webhook was of: by turns the latest and the earliest.
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
