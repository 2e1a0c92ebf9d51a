import Database

/// Which tokens a page lists, and how.
public struct TokenQuery: Sendable, Hashable {
    /// Whose tokens.
    public enum Reach: Sendable, Hashable {
        /// Those that the person may manage as an owner or as a member of an owning group.
        case own
        /// Everybody's: administrators only.
        case all
    }

    /// The order of the list. Equal ones are ordered by their age.
    public enum Order: String, Sendable, Hashable, CaseIterable {
        /// When it was made.
        case created
        /// Its name, without regard to the case of ASCII letters.
        case name
        /// Its service, then its name.
        case service
        /// When the last delivery came; those without one come last, either way.
        case lastDelivery
    }

    /// The end of a page of a list in the order of age; the next begins after it.
    public struct Cursor: Sendable, Hashable {
        let createdAt: UnixTime
        let row: String

        /// After this row of the table `token`, which may be one that cannot be read.
        init(after row: SQLRow) throws(DatabaseError) {
            createdAt = try row.time("created_at")
            self.row = try row.text("uuid")
        }
    }

    /// Most tokens on a page.
    public static let maximumPerPage = 500
    /// The last page that can be asked for: beyond every list, and far from where its products overflow.
    public static let maximumPage = 1_000_000_000
    /// Most characters of a search that count.
    public static let maximumSearch = 100

    /// Whose tokens.
    public var reach: Reach
    /// A Boolean value that indicates whether something came in for them, ever; `nil` for either.
    public var isUsed: Bool?
    /// Only those that stand so by their last delivery.
    public var standing: TokenStanding?
    /// A Boolean value that indicates whether they are counted; otherwise there is just one page.
    public var isCounted = true
    /// Only those whose name, scope or id contains this text, without regard to the case of ASCII letters.
    public var search: String
    /// Only of this service.
    public var service: String?
    /// Only with this scope, and not with one that it is within.
    public var scope: TokenScope?
    /// Only the token whose messages carry this tag. Looks at all of them: for people, not for webhooks.
    public var tag: TokenTag?
    /// Only in this state.
    public var state: TokenState?
    /// Only those of which webhooks were refused since then because there were too many in a minute.
    public var limitedSince: UnixTime?
    /// Only of this owner.
    public var owner: TokenOwner?
    /// The order.
    public var order: Order
    /// A Boolean value that indicates whether the order is turned round: newest first, Z to A.
    public var descending: Bool
    /// Only those after this, if the order is that of age.
    public var after: Cursor?
    /// The page, 1...``maximumPage``.
    public let page: Int
    /// Tokens on a page, 1...``maximumPerPage``.
    public let perPage: Int

    /// The person's own tokens, newest first, unless something else is said.
    public init(
        reach: Reach = .own, search: String = "", service: String? = nil, state: TokenState? = nil,
        standing: TokenStanding? = nil, owner: TokenOwner? = nil, order: Order = .created, descending: Bool = true,
        page: Int = 1, perPage: Int = 25
    ) {
        self.reach = reach
        self.search = search
        self.service = service
        self.state = state
        self.standing = standing
        self.owner = owner
        self.order = order
        self.descending = descending
        self.page = min(max(1, page), Self.maximumPage)
        self.perPage = min(max(1, perPage), Self.maximumPerPage)
    }
}

/// The standing of a token by its last delivery, for lists and counts: the same rule as ``TokenActivity/last``.
public enum TokenStanding: String, Sendable, Hashable, CaseIterable {
    /// Its last delivery was refused.
    case refused
    /// Its last delivery was accepted, and kept from the bus.
    case withheld
    /// Nothing came for it yet.
    case unused

    /// The condition on a row of `token_activity`; the indexes have the same. `nil` where there is no such row.
    var condition: String? {
        switch self {
        case .refused: "last_refused_at > COALESCE(last_accepted_at, -1)"
        case .withheld:
            "last_withheld_at > COALESCE(last_published_at, -1) AND last_withheld_at >= COALESCE(last_refused_at, -1)"
        case .unused: nil
        }
    }
}
