import Database

/// Who did what to a token, and when.
public struct HistoryEntry: Sendable, Hashable {
    /// What was done. The raw values are what the database holds.
    public enum Event: String, Sendable, Hashable, CaseIterable {
        /// The token was made.
        case created
        /// Name, scope, event filter, settings or the private-content switch were changed; `detail` says which.
        case edited
        /// It got another secret; `detail` is the grace period.
        case rotated
        /// It was disabled.
        case disabled
        /// It was enabled.
        case enabled
        /// It was deleted.
        case deleted
        /// An owner was added; `detail` is `user NAME` or `group NAME`.
        case ownerAdded = "owner_added"
        /// An owner was removed.
        case ownerRemoved = "owner_removed"
        /// A test event was sent.
        case tested
    }

    /// When.
    public let at: UnixTime
    /// The account's name; `nil` for the command line.
    public let actor: String?
    /// Whether it was done by the right of an administrator.
    public let byAdmin: Bool
    /// The token's id in its URL: the token itself may be gone.
    public let token: TokenID
    /// The token's name at that time.
    public let tokenName: String
    /// What.
    public let event: Event
    /// More about it, for people; no secret is ever in it.
    public let detail: String

    /// An entry.
    public init(
        at: UnixTime, actor: String?, byAdmin: Bool, token: TokenID, tokenName: String, event: Event, detail: String
    ) {
        self.at = at
        self.actor = actor
        self.byAdmin = byAdmin
        self.token = token
        self.tokenName = tokenName
        self.event = event
        self.detail = detail
    }
}
