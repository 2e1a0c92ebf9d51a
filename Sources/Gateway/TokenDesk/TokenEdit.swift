/// What someone entered to change a token; `nil` leaves a part as it is.
public struct TokenEdit: Sendable, Hashable {
    /// What people call it.
    public var name: String?
    /// `owner`, `owner/repository`; empty takes the scope away.
    public var scope: String?
    /// Events to publish, one a line or separated by commas or blanks; empty for all.
    public var events: String?
    /// Whether private content is published.
    public var publishesPrivate: Bool?
    /// All settings that the service asks for; those that are not in it are taken away.
    public var settings: [String: String]?

    /// A change.
    public init(
        name: String? = nil, scope: String? = nil, events: String? = nil, publishesPrivate: Bool? = nil,
        settings: [String: String]? = nil
    ) {
        self.name = name
        self.scope = scope
        self.events = events
        self.publishesPrivate = publishesPrivate
        self.settings = settings
    }
}
