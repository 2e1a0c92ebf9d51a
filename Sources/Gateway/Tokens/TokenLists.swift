import Database

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

    /// Whose tokens the query is about, and, for SQLite, how many of all these are.
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
