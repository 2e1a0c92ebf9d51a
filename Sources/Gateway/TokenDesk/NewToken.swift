/// What someone entered for a new token; not checked yet.
public struct NewToken: Sendable {
    /// The service, by its name in the URL.
    public var service: String
    /// What people call it.
    public var name: String
    /// `owner`, `owner/repository`, or empty.
    public var scope: String
    /// A secret of one's own; empty to have one made.
    public var secret: String
    /// Events to publish, one a line or separated by commas or blanks (`push pull_request.*`); empty for all.
    public var events: String
    /// Whether private content is published.
    public var publishesPrivate: Bool
    /// Settings that the service asks for: `instance_url`.
    public var settings: [String: String]

    /// What was entered.
    public init(
        service: String, name: String, scope: String = "", secret: String = "", events: String = "",
        publishesPrivate: Bool = false, settings: [String: String] = [:]
    ) {
        self.service = service
        self.name = name
        self.scope = scope
        self.secret = secret
        self.events = events
        self.publishesPrivate = publishesPrivate
        self.settings = settings
    }
}
