/// Which of the tokens that match are tried, and in what order.
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
    ///   - verified: Those of them that a webhook was of, the last one first: they come before all others.
    func choose(from candidates: [Candidate], verified: [TokenID]) -> [Candidate] {
        var counts: [String: Int] = [:]
        var chosen: [Candidate] = []
        let known = verified.compactMap { id in candidates.first { $0.id == id } }
        for candidate in known + candidates.filter({ !verified.contains($0.id) }) {
            guard chosen.count < limit else { break }
            if let owner = candidate.owner {
                guard counts[owner, default: 0] < limitPerOwner else { continue }
                counts[owner, default: 0] += 1
            }
            chosen.append(candidate)
        }
        return chosen
    }
}
