/// The input for a new token; not checked yet.
public struct NewToken: Sendable {
    /// The service, by its name in the URL.
    public var service: String
    /// The name that people gave it.
    public var name: String
    /// `owner`, `owner/repository`, or empty.
    public var scope: String
    /// A secret of one's own; empty to have one made.
    public var secret: String
    /// Events to publish, one a line or separated by commas or blanks (`push pull_request.*`); empty for all.
    public var events: String
    /// A Boolean value that indicates whether private content is published.
    public var publishesPrivate: Bool
    /// Settings that the service asks for: `instance_url`.
    public var settings: [String: String]
    /// Fedora accounts that shall own it, at the command line; what a person makes is that person's.
    public var owners: [String]

    /// An input.
    public init(
        service: String, name: String, scope: String = "", secret: String = "", events: String = "",
        publishesPrivate: Bool = false, settings: [String: String] = [:], owners: [String] = []
    ) {
        self.service = service
        self.name = name
        self.scope = scope
        self.secret = secret
        self.events = events
        self.publishesPrivate = publishesPrivate
        self.settings = settings
        self.owners = owners
    }
}

/// The input for a change of a token; `nil` leaves a part as it is.
public struct TokenEdit: Sendable, Hashable {
    /// The settings that shall be there.
    public enum Settings: Sendable, Hashable {
        /// These, and no others: what a form has.
        case replacing([String: String])
        /// These besides the present ones; one with an empty value is taken away.
        case merging([String: String])
    }

    /// The name that people gave it.
    public var name: String?
    /// `owner`, `owner/repository`; empty takes the scope away.
    public var scope: String?
    /// Events to publish, one a line or separated by commas or blanks; empty for all.
    public var events: String?
    /// A Boolean value that indicates whether private content is published.
    public var publishesPrivate: Bool?
    /// Settings that the service asks for.
    public var settings: Settings?
    /// ``Token/settingsVersion`` of what was shown to whoever entered this; a token that is another by now is not changed.
    /// `nil` changes it as it is.
    public var version: String?

    /// A change.
    public init(
        name: String? = nil, scope: String? = nil, events: String? = nil, publishesPrivate: Bool? = nil,
        settings: Settings? = nil, version: String? = nil
    ) {
        self.name = name
        self.scope = scope
        self.events = events
        self.publishesPrivate = publishesPrivate
        self.settings = settings
        self.version = version
    }
}
