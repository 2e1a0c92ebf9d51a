import Database

/// A token as its pages show it.
public struct TokenView: Sendable {
    /// The token, with its owners.
    public let token: Token
    /// The URL for its webhooks.
    public let url: String
    /// The service's name for people.
    public let serviceTitle: String
    /// A Boolean value that indicates whether the service is offered; if not, the URL answers 404 and the token is
    /// shown as "service off".
    public let isServiceOffered: Bool
    /// A Boolean value that indicates whether the service takes a secret at all.
    public let takesSecret: Bool
    /// The right by which the person sees it.
    public let role: Authorization.Role
    /// The tag that its messages carry.
    public let messageTag: TokenTag
    /// The activity so far.
    public let activity: TokenActivity

    /// A view.
    public init(
        token: Token, url: String, serviceTitle: String, isServiceOffered: Bool, takesSecret: Bool,
        role: Authorization.Role, messageTag: TokenTag, activity: TokenActivity
    ) {
        self.token = token
        self.url = url
        self.serviceTitle = serviceTitle
        self.isServiceOffered = isServiceOffered
        self.takesSecret = takesSecret
        self.role = role
        self.messageTag = messageTag
        self.activity = activity
    }

    /// Until when former secrets work, those that do; the last one first.
    public func formerSecretExpiries(now: UnixTime = .now()) -> [UnixTime] {
        token.formerSecretExpiries(at: now)
    }
}

/// A token with what came in for it and what was done with it.
struct TokenDetails: Sendable {
    let view: TokenView
    let deliveries: DeliveryList
    /// The newest entries first.
    let history: [HistoryEntry]
}

/// A token with a secret that it just got: the only time that it can be shown.
public struct IssuedToken: Sendable {
    /// The token.
    public let view: TokenView
    /// The secret; ``TokenSecret/reveal()`` shows it.
    public let secret: TokenSecret

    /// A token and its new secret.
    public init(view: TokenView, secret: TokenSecret) {
        self.view = view
        self.secret = secret
    }
}
