/// Which of the tokens that match are tried, and in what order.
///
/// Those come first that a webhook was of, here, by their service's address. Strangers can bring that about for tokens of
/// their own, too, so these places are shared: an owner gets a second one when each has one, and they go by turns to those
/// whose last webhook was the latest, and to those whose first one was the earliest. Nobody who comes later can take the
/// place of who was there, and nobody who was there before can keep out what is accepted now.
///
/// Nor can they keep out whom nothing was accepted of yet: two places are kept for those, by turns if they are more. They
/// are shared by owner as well.
struct CandidateChoice: Sendable, Hashable {
    /// Tokens that are tried at most.
    let limit: Int
    /// Of these, tokens of one owner: nobody can keep others' tokens from being tried by making many of the same
    /// scope. Whoever makes tokens by the command line is no such owner.
    let limitPerOwner: Int

    /// Places that are kept for tokens that no webhook was of yet, and of whose owner none was: each was new once.
    private static let placesByTurns = 2

    /// Chooses.
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

    /// The first tokens of all owners, then their second ones, and so on, up to each owner's limit.
    /// - Parameter counts: Tokens that owners have already.
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
