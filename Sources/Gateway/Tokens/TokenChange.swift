import Database

/// A change of a token that is about to be committed.
public struct TokenChange: Sendable, Hashable {
    /// The change.
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

    /// The change.
    public let kind: Kind
    /// The token's id in its URL.
    public let id: TokenID
    /// The token's key in the database.
    public let row: String
    /// Its name, as it is from now on.
    public let name: String
    /// The actor.
    public let actor: TokenActor
    /// When.
    public let at: UnixTime
}

/// An actor that changes tokens, for the history.
public struct TokenActor: Sendable, Hashable {
    /// The account's name; `nil` for the command line.
    public let account: String?
    /// A Boolean value that indicates whether it is done by the right of an administrator, and not of an owner.
    public let byAdmin: Bool

    /// Whoever can run the program's commands.
    public static let commandLine = TokenActor(account: nil, byAdmin: false)

    /// A person.
    public init(account: String?, byAdmin: Bool) {
        self.account = account
        self.byAdmin = byAdmin
    }
}

/// A step that belongs to every change of a token, whoever makes it, such as its history.
public protocol TokenChangeHook: Sendable {
    /// Called in the change's own transaction, after its statements; what it throws undoes the change.
    func tokenChanges(_ change: TokenChange, on connection: any DatabaseConnection) async throws
}
