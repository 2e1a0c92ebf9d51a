/// What a new token shall be, checked.
public struct TokenDraft: Sendable {
    /// Most characters of a name.
    public static let maximumNameCount = 100
    /// Most owners of a token.
    public static let maximumOwners = 50

    /// The service, by its name in the URL.
    public let service: String
    /// What people call it.
    public let name: String
    /// What it is limited to.
    public let scope: TokenScope?
    /// Who may manage it, each once.
    public let owners: [TokenOwner]
    /// A secret that someone brought; `nil` to have one made.
    public let secret: TokenSecret?

    /// Checks what was given. The service's name is checked by whoever knows the services.
    ///
    /// - Throws: ``TokenInputError``.
    public init(
        service: String, name: String, scope: TokenScope? = nil, owners: [TokenOwner] = [], secret: TokenSecret? = nil
    ) throws(TokenInputError) {
        guard (1...Self.maximumNameCount).contains(name.count), name.utf8.count <= 4 * Self.maximumNameCount,
            !name.unicodeScalars.contains(where: \.isControlOrSeparator),
            name.contains(where: { !$0.isWhitespace })
        else { throw .name }
        var unique: [TokenOwner] = []
        for owner in owners where !unique.contains(owner) { unique.append(owner) }
        guard unique.count <= Self.maximumOwners else { throw .tooManyOwners(limit: Self.maximumOwners) }
        self.service = service
        self.name = name
        self.scope = scope
        self.owners = unique
        self.secret = secret
    }
}
