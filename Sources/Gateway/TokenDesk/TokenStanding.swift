/// How a token stands by its last delivery, for lists and counts: the same rule as ``TokenActivity/last``.
public enum TokenStanding: String, Sendable, Hashable, CaseIterable {
    /// Its last delivery was refused.
    case refused
    /// Its last delivery was accepted, and kept from the bus.
    case withheld
    /// Nothing came for it yet.
    case unused

    /// The condition on a row of `token_activity`; the indexes have the same. `nil` where there is no such row.
    var condition: String? {
        switch self {
        case .refused: "last_refused_at > COALESCE(last_accepted_at, -1)"
        case .withheld:
            "last_withheld_at > COALESCE(last_published_at, -1) AND last_withheld_at >= COALESCE(last_refused_at, -1)"
        case .unused: nil
        }
    }
}
