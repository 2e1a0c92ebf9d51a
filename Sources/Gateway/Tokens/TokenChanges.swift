import WebhookServices

/// What is to be changed of a token, checked; what is `nil` stays as it is.
public struct TokenChanges: Sendable, Hashable {
    /// What people call it.
    public var name: String?
    /// What it is limited to; an inner `nil` takes the scope away.
    public var scope: TokenScope??
    /// Which events it lets through; an inner `nil` lets all through.
    public var eventFilter: EventFilter??
    /// Whether private content is published.
    public var publishesPrivate: Bool?
    /// All that its service asks for.
    public var settings: [String: String]?
    /// Those of them that stay as the token has them when it is changed, whatever they were when somebody looked.
    public var keptSettings: [String] = []

    /// No change yet.
    public init() {}

    /// All that the service of `token` asks for, once it is changed.
    func settings(of token: Token) -> [String: String] {
        guard var settings else { return token.settings }
        for key in keptSettings { settings[key] = token.settings[key] }
        return settings
    }

    /// The parts that are another thing now than in `token`, named as people know them.
    func differing(from token: Token) -> [String] {
        var parts: [String] = []
        if let name, name != token.name { parts.append("name") }
        if let scope, scope?.text != token.scope?.text { parts.append("repository or owner") }
        if let eventFilter, eventFilter != token.eventFilter { parts.append("events to publish") }
        if let publishesPrivate, publishesPrivate != token.publishesPrivate { parts.append("private content") }
        if settings(of: token) != token.settings { parts.append("settings") }
        return parts
    }
}
