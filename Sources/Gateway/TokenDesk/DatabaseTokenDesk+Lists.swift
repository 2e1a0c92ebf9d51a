import Database

// Lists and numbers of many tokens.
extension DatabaseTokenDesk {
    func list(_ query: TokenQuery, by person: Person?) async throws(TokenDeskError) -> TokenPage {
        try await attempt {
            let person = try listing(query.reach, by: person)
            var selection = TokenSelection(
                query, of: try await membership(query, person), dialect: database.dialect)
            let found = try await tagged(query)
            if let row = found.row { selection.find(row) }
            let (rows, total, page, pages) = try await rows(of: selection, query)
            let known = try StoredRows.readable(rows, of: "token") {
                (token: try StoredToken(row: $0).token, activity: try TokenActivity(row: $0))
            }
            let owners = try await store.owners(of: known.map(\.token))
            let now = clock()
            let views = known.compactMap { token, activity -> TokenView? in
                var token = token
                token.owners = owners[token.row] ?? []
                // Whose right went between two statements sees it no more.
                guard case .allow(let role) = Authorization.decide(person, .view, owners: token.owners, now: now)
                else { return nil }
                return view(token, role, activity)
            }
            return TokenPage(
                tokens: views, total: total, page: page, pages: pages, unreadable: rows.count - known.count,
                goneHistory: found.goneHistory)
        }
    }

    /// The token whose tag is searched for: whoever saw a message that should not be there has that; what is known of it,
    /// where it is gone. In a function of its own, as is what comes next: the optimiser of Swift 6.3 crashes on the whole as
    /// one coroutine.
    private func tagged(_ query: TokenQuery) async throws -> (row: String?, goneHistory: [HistoryEntry]) {
        guard query.reach == .all, let tag = TokenTag(query.search) else { return (nil, []) }
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

    func overview(by person: Person?) async throws(TokenDeskError) -> TokenOverview {
        try await attempt {
            let person = try listing(.own, by: person)
            let query = TokenQuery()
            let selection = TokenSelection(
                query, of: try await membership(query, person), dialect: database.dialect)
            guard let row = try await database.query(selection.overview).rows.first else { return TokenOverview() }
            let tokens = Int(try row.integer("tokens"))
            return TokenOverview(
                tokens: tokens, disabled: Int(try row.integer("disabled")),
                unused: max(0, tokens - Int(try row.integer("used"))), failing: Int(try row.integer("failing")),
                withheld: Int(try row.integer("withheld")))
        }
    }

    /// Whose tokens the query is about, and, for SQLite, how many of all these are.
    private func membership(_ query: TokenQuery, _ person: Person) async throws -> TokenMembership? {
        guard
            var membership = query.reach == .own
                ? TokenMembership(person: person) : query.owner.map(TokenMembership.init(owner:))
        else { return nil }
        guard database.dialect == .sqlite else { return membership }
        guard let row = try await database.query(membership.share).rows.first else { return membership }
        membership.measured(
            byUser: try row.integer("by_user"), byGroups: try row.integer("by_groups"),
            tokens: try row.integer("tokens"))
        return membership
    }

    private func listing(_ reach: TokenQuery.Reach, by person: Person?) throws -> Person {
        guard let person else { throw TokenDeskError.forbidden(.loggedOut) }
        if reach == .all { _ = try Self.role(of: person, .listAll, owners: nil, now: clock()) }
        return person
    }
}
