import Encodings
import WebhookServices

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
    /// Which events it lets through; `nil` for all.
    public let eventFilter: EventFilter?
    /// Whether private content is published.
    public let publishesPrivate: Bool
    /// What its service asks for.
    public let settings: [String: String]
    /// Who may manage it, each once.
    public let owners: [TokenOwner]
    /// The account of whoever makes it; `nil` for the command line.
    public let createdBy: String?
    /// A secret that someone brought; `nil` to have one made.
    public internal(set) var secret: TokenSecret?

    /// Checks what was given. What depends on the service is checked by whoever knows the services: ``TokenIntake``.
    ///
    /// - Throws: ``TokenInputError``.
    public init(
        service: String, name: String, scope: TokenScope? = nil, eventFilter: EventFilter? = nil,
        publishesPrivate: Bool = false, settings: [String: String] = [:], owners: [TokenOwner] = [],
        createdBy: String? = nil, secret: TokenSecret? = nil
    ) throws(TokenInputError) {
        try Self.checkName(name)
        var unique: [TokenOwner] = []
        for owner in owners where !unique.contains(owner) { unique.append(owner) }
        guard unique.count <= Self.maximumOwners else { throw .tooManyOwners(limit: Self.maximumOwners) }
        self.service = service
        self.name = name
        self.scope = scope
        self.eventFilter = eventFilter
        self.publishesPrivate = publishesPrivate
        self.settings = settings
        self.owners = unique
        self.createdBy = createdBy
        self.secret = secret
    }

    /// Whether a text can be a token's name.
    ///
    /// - Throws: ``TokenInputError`` `name`.
    static func checkName(_ name: String) throws(TokenInputError) {
        guard name.utf8.count <= 4 * maximumNameCount, (1...maximumNameCount).contains(name.count),
            !name.unicodeScalars.contains(where: \.isUnfitForNames),
            name.unicodeScalars.contains(where: \.isVisible)
        else { throw .name }
    }
}
