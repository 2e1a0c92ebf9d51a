/// A token that a webhook may be of.
struct Candidate: Hashable, Sendable {
    /// The token's id.
    let id: TokenID
    /// Who made the token, or its first owner; `nil` if neither is known, for tokens of the command line.
    let owner: String?
}
