import Database
import FoundationEssentials

/// A token as the commands show it: text for people, JSON for programs.
public struct TokenReport: Sendable, Encodable {
    /// The token.
    public let token: Token
    /// Where its webhooks go.
    public let url: String
    /// What people call its service.
    public let serviceTitle: String
    /// The tag that its messages carry.
    public let messageTag: TokenTag
    /// Whether the service takes a secret at all.
    public let takesSecret: Bool
    /// Its secret, right after it was made.
    public let secret: TokenSecret?

    private enum CodingKeys: String, CodingKey {
        case id
        case url
        case secret
        case service
        case name
        case scope
        case events
        case publishesPrivate = "publish_private"
        case messageTag = "message_tag"
        case settings
        case owners
        case createdBy = "created_by"
        case state
        case created = "created_at"
        case updated = "updated_at"
        case rotated = "rotated_at"
        case previousSecretExpires = "previous_secret_expires_at"
        case earlierSecretExpires = "earlier_secret_expires_at"
    }

    /// Every key each time, `null` for what is not there; but `secret` only where there is one to show.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(token.id.description, forKey: .id)
        try container.encode(url, forKey: .url)
        try container.encodeIfPresent(secret?.reveal(), forKey: .secret)
        try container.encode(token.service, forKey: .service)
        try container.encode(token.name, forKey: .name)
        try container.encode(token.scope?.text, forKey: .scope)
        try container.encode(token.eventFilter?.patterns, forKey: .events)
        try container.encode(token.publishesPrivate, forKey: .publishesPrivate)
        try container.encode(messageTag.description, forKey: .messageTag)
        try container.encode(token.settings, forKey: .settings)
        try container.encode(token.owners.map(\.name), forKey: .owners)
        try container.encode(token.state.rawValue, forKey: .state)
        try container.encode(token.createdBy, forKey: .createdBy)
        try container.encode(token.createdAt.description, forKey: .created)
        try container.encode(token.updatedAt.description, forKey: .updated)
        try container.encode(token.rotatedAt?.description, forKey: .rotated)
        try container.encode(previousSecretExpiresAt?.description, forKey: .previousSecretExpires)
        try container.encode(earlierSecretExpiresAt?.description, forKey: .earlierSecretExpires)
    }

    /// The JSON of reports, of one, or of anything else that the commands print: one line.
    public static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Until when the previous secret works, if it still does.
    var previousSecretExpiresAt: UnixTime? {
        token.previousSecretExpiresAt.flatMap { UnixTime.now() < $0 ? $0 : nil }
    }

    /// Until when the secret before that works, if it still does.
    var earlierSecretExpiresAt: UnixTime? {
        token.earlierSecretExpiresAt.flatMap { UnixTime.now() < $0 ? $0 : nil }
    }
}
