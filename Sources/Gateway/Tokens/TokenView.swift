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

/// A page of a list of tokens.
public struct TokenPage: Sendable {
    /// The tokens on it.
    public let tokens: [TokenView]
    /// All tokens that match, on all pages.
    public let total: Int
    /// The page, from 1; the last one if a later one was asked for.
    public let page: Int
    /// All pages, 1 at least.
    public let pages: Int
    /// The end of the page, for the one after it; `nil` if there is none after it, or the list is not in order of age.
    public let next: TokenQuery.Cursor?
    /// Tokens on the page that the database holds nothing sensible of: they are not among those on it.
    public let unreadable: Int
    /// The history's entries of the token that was looked for by its messages' tag, where the token itself is gone.
    public let goneHistory: [HistoryEntry]

    /// A page.
    public init(
        tokens: [TokenView], total: Int, page: Int = 1, pages: Int = 1, next: TokenQuery.Cursor? = nil,
        unreadable: Int = 0, goneHistory: [HistoryEntry] = []
    ) {
        self.next = next
        self.unreadable = unreadable
        self.goneHistory = goneHistory
        self.tokens = tokens
        self.total = total
        self.page = page
        self.pages = pages
    }
}

/// The standing of a person's tokens, in numbers.
public struct TokenOverview: Sendable, Hashable {
    /// Tokens that the person may manage.
    public var tokens: Int
    /// Of these, disabled.
    public var disabled: Int
    /// Of these, without any delivery yet.
    public var unused: Int
    /// Of these, whose last delivery was refused.
    public var failing: Int
    /// Of these, whose last delivery was accepted, and not published.
    public var withheld: Int

    /// Numbers.
    public init(tokens: Int = 0, disabled: Int = 0, unused: Int = 0, failing: Int = 0, withheld: Int = 0) {
        self.tokens = tokens
        self.disabled = disabled
        self.unused = unused
        self.failing = failing
        self.withheld = withheld
    }
}
