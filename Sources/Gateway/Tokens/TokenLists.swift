import Database

/// Which tokens a page lists, and how.
public struct TokenQuery: Sendable, Hashable {
    /// The tokens that a list may hold.
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

    /// The tokens that the list may hold.
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

// Lists and numbers of many tokens.
extension TokenService {
    /// A page of tokens.
    ///
    /// - Throws: `forbidden`, `unavailable`.
    public func list(
        _ query: TokenQuery, by authorization: TokenAuthorization
    ) async throws(TokenServiceError) -> TokenPage {
        try await attempt {
            try requireReach(query.reach, by: authorization)
            var selection = TokenSelection(
                query, of: try await membership(query, authorization), dialect: database.dialect)
            let found = try await tagged(query)
            if let row = found.row {
                if query.tag == nil { selection.find(row) } else { selection.only(row) }
            } else if query.tag != nil {
                return TokenPage(tokens: [], total: 0, goneHistory: found.goneHistory)
            }
            let (rows, total, page, pages) = try await rows(of: selection, query)
            let views = try await views(of: rows, by: authorization)
            // What cannot be read counts as well.
            let isFull = query.order == .created && rows.count == query.perPage
            return TokenPage(
                tokens: views.seen, total: total, page: page, pages: pages,
                next: isFull ? try rows.last.map(TokenQuery.Cursor.init(after:)) : nil, unreadable: views.unreadable,
                goneHistory: found.goneHistory)
        }
    }

    /// All tokens of a list in the order of age, on one page.
    ///
    /// - Throws: `forbidden`, `unavailable`.
    public func listAll(
        _ query: TokenQuery, by authorization: TokenAuthorization
    ) async throws(TokenServiceError) -> TokenPage {
        var query = query
        query.order = .created
        query.isCounted = false
        let first = try await list(query, by: authorization)
        var (tokens, unreadable) = (first.tokens, first.unreadable)
        query.after = first.next
        while query.after != nil {
            let page = try await list(query, by: authorization)
            tokens += page.tokens
            unreadable += page.unreadable
            query.after = page.next
        }
        return TokenPage(
            tokens: tokens, total: tokens.count, unreadable: unreadable, goneHistory: first.goneHistory)
    }

    /// Returns the numbers of tokens that the person may manage: for `/`.
    func overview(by authorization: TokenAuthorization) async throws(TokenServiceError) -> TokenOverview {
        try await attempt {
            let query = TokenQuery()
            let selection = TokenSelection(
                query, of: try await membership(query, authorization), dialect: database.dialect)
            guard let row = try await database.query(selection.overview).rows.first else { return TokenOverview() }
            let tokens = Int(try row.integer("tokens"))
            return TokenOverview(
                tokens: tokens, disabled: Int(try row.integer("disabled")),
                unused: max(0, tokens - Int(try row.integer("used"))), failing: Int(try row.integer("failing")),
                withheld: Int(try row.integer("withheld")))
        }
    }

    /// The tokens of a page's rows that can be read, and that may be seen.
    private func views(
        of rows: [SQLRow], by authorization: TokenAuthorization
    ) async throws -> (seen: [TokenView], unreadable: Int) {
        let known = try StoredRows.readable(rows, of: "token") {
            (token: try StoredToken(row: $0).token, activity: try TokenActivity(row: $0))
        }
        let owners = try await store.owners(of: known.map(\.token))
        let now = clock()
        let seen = known.compactMap { token, activity -> TokenView? in
            var token = token
            token.owners = owners[token.row] ?? []
            // Whose right went between two statements sees it no more.
            guard let role = try? authorization.role(for: .view, owners: token.owners, now: now) else { return nil }
            return view(AuthorizedToken(token: token, role: role, activity: activity))
        }
        return (seen, rows.count - known.count)
    }

    /// The token whose tag is searched for: whoever saw a message that should not be there has that; what is known of it,
    /// where it is gone. In a function of its own, as is what comes next: the optimiser of Swift 6.3 crashes on the whole as
    /// one coroutine.
    private func tagged(_ query: TokenQuery) async throws -> (row: String?, goneHistory: [HistoryEntry]) {
        guard query.reach == .all, let tag = query.tag ?? TokenTag(query.search) else { return (nil, []) }
        if let row = try await store.row(of: tag) { return (row, []) }
        return (nil, try await store.history(of: tag, limit: Self.goneEntries))
    }

    /// The page that is asked for, with how many there are in all; beyond the last page, the last.
    private func rows(
        of selection: TokenSelection, _ query: TokenQuery
    ) async throws -> (rows: [SQLRow], total: Int, page: Int, pages: Int) {
        let perPage = query.perPage
        var rows = try await database.query(selection.page(query.page, perPage: perPage)).rows
        // What fits on the first page is counted already.
        guard query.isCounted, query.page > 1 || rows.count == perPage else { return (rows, rows.count, 1, 1) }
        let total = Int(try await database.query(selection.count).rows.first?.integer("tokens") ?? 0)
        let pages = max(1, (total + perPage - 1) / perPage)
        let page = min(query.page, pages)
        if page < query.page { rows = try await database.query(selection.page(page, perPage: perPage)).rows }
        return (rows, total, page, pages)
    }

    /// The most entries that are shown of a token that is gone.
    private static let goneEntries = 100

    /// Returns the owners that the query is about, for SQLite with the number of their tokens; `nil` for all tokens.
    private func membership(
        _ query: TokenQuery, _ authorization: TokenAuthorization
    ) async throws -> TokenMembership? {
        var membership: TokenMembership
        if query.reach == .own {
            membership = TokenMembership(person: try authorization.requirePerson())
        } else if let owner = query.owner {
            membership = TokenMembership(owner: owner)
        } else {
            return nil
        }
        guard database.dialect == .sqlite else { return membership }
        guard let row = try await database.query(membership.share).rows.first else { return membership }
        membership.measured(
            byUser: try row.integer("by_user"), byGroups: try row.integer("by_groups"),
            tokens: try row.integer("tokens"))
        return membership
    }

    private func requireReach(
        _ reach: TokenQuery.Reach, by authorization: TokenAuthorization
    ) throws(TokenServiceError) {
        try authorization.requireLogin()
        if reach == .all { _ = try authorization.role(for: .listAll, owners: nil, now: clock()) }
    }
}
