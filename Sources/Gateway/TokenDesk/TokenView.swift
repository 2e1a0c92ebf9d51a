import Database

/// A token as its pages show it.
public struct TokenView: Sendable {
    /// The token, with its owners.
    public let token: Token
    /// Where its webhooks go.
    public let url: String
    /// What people call its service.
    public let serviceTitle: String
    /// Whether the service is offered; if not, the URL answers 404 and the token is shown as "service off".
    public let isServiceOffered: Bool
    /// By what right the person sees it.
    public let role: Authorization.Role
    /// The tag that its messages carry.
    public let messageTag: TokenTag?
    /// What came in so far.
    public let activity: TokenActivity

    /// A view.
    public init(
        token: Token, url: String, serviceTitle: String, isServiceOffered: Bool, role: Authorization.Role,
        messageTag: TokenTag? = nil, activity: TokenActivity
    ) {
        self.token = token
        self.url = url
        self.serviceTitle = serviceTitle
        self.isServiceOffered = isServiceOffered
        self.role = role
        self.messageTag = messageTag
        self.activity = activity
    }

    /// Until when former secrets work, those that do; the last one first.
    public func formerSecretExpiries(now: UnixTime = .now()) -> [UnixTime] {
        token.formerSecretExpiries(at: now)
    }
}
