import Database

/// A change of a token that is about to be committed.
public struct TokenChange: Sendable, Hashable {
    /// What is changed.
    public enum Kind: Sendable, Hashable {
        /// It was made.
        case created
        /// These parts were changed, named as people know them.
        case edited([String])
        /// It got another secret; the one before works on for so long.
        case rotated(grace: Duration)
        /// It was enabled or disabled.
        case state(TokenState)
        /// It was deleted.
        case deleted
        /// An owner was added.
        case ownerAdded(TokenOwner)
        /// An owner was removed.
        case ownerRemoved(TokenOwner)
    }

    /// What is changed.
    public let kind: Kind
    /// The token's id in its URL.
    public let id: TokenID
    /// The token's key in the database.
    public let row: String
    /// Its name, as it is from now on.
    public let name: String
    /// Who changes it.
    public let actor: TokenActor
    /// When.
    public let at: UnixTime
}
