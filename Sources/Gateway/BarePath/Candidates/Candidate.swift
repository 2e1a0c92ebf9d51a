/// A token that a webhook may be of.
struct Candidate: Hashable, Sendable {
    /// The token's id.
    let id: TokenID
    /// Who made the token, or its first owner; `nil` if neither is known, for tokens of the command line.
    let owner: String?
    /// When a webhook of it was first accepted at its service's address, in milliseconds since 1970; `nil` if none was, as far
    /// as the database knows.
    var firstAccepted: Int64?
    /// When the last one was.
    var lastAccepted: Int64?
}
