import Database
import Encodings
import WebPages

/// `/admin`, for members of the configured groups. What they change is in the history, by the token service.
struct AdminPages: Sendable {
    let site: WebSite

    /// Numbers, versions, and what was done lately.
    func overview(_ request: PageRequest) async throws(PageFailure) -> PageAnswer {
        let person = try administrator(request)
        let before = request.query.before
        let limit = site.settings.historyEntries
        let (all, disabled, history) = try await asking { () async throws(TokenServiceError) in
            (
                try await site.tokens.list(TokenQuery(reach: .all, perPage: 1), by: .person(person)).total,
                try await site.tokens.list(TokenQuery(reach: .all, state: .disabled, perPage: 1), by: .person(person))
                    .total,
                try await site.tokens.history(before: before, limit: limit, by: .person(person))
            )
        }
        let people = try await site.people.list(search: "", page: 1, perPage: 1).total
        let limited = try await limited(person)
        let older = history.count >= limit ? history.last.map { "/admin?before=\($0.at.milliseconds)#history" } : nil
        return .page(
            AdminPage(
                tabs: tabs(0),
                figures: [
                    Figure(value: NumberText.grouped(all), label: all == 1 ? "token" : "tokens", url: "/admin/tokens"),
                    Figure(
                        value: NumberText.grouped(disabled), label: "disabled", url: "/admin/tokens?state=disabled"),
                    Figure(
                        value: NumberText.grouped(people), label: people == 1 ? "person" : "people",
                        url: "/admin/people"),
                ],
                limited: limited, versions: site.settings.versions,
                history: history.map { HistoryRow($0, namesToken: true) },
                olderHistory: older),
            .admin)
    }

    /// Everybody's tokens.
    func tokens(_ request: PageRequest) async throws(PageFailure) -> PageAnswer {
        let person = try administrator(request)
        let asked = TokenListRequest(request, path: "/admin/tokens", services: site.services)
        let perPage = site.settings.tokensPerPage
        let page = try await asking { () async throws(TokenServiceError) in
            try await site.tokens.list(asked.query(.all, perPage: perPage), by: .person(person))
        }
        return .page(
            AdminTokensPage(
                tabs: tabs(1), table: asked.table(page, perPage: perPage, showsOwners: true),
                history: page.goneHistory.map { HistoryRow($0, namesToken: true) }),
            .admin)
    }

    /// The page of the people who own tokens or have logged in.
    func people(_ request: PageRequest) async throws(PageFailure) -> PageAnswer {
        _ = try administrator(request)
        let search = request.query["q"] ?? ""
        let perPage = site.settings.tokensPerPage
        let page = try await site.people.list(
            search: search, page: request.query.page, perPage: perPage)
        return .page(
            AdminPeoplePage(
                tabs: tabs(2), summary: NumberText.counted(page.total, "person", "people"), query: search,
                people: page.people.map { person in
                    PersonRow(
                        name: person.account, tokens: NumberText.grouped(person.tokens),
                        tokensURL: "/admin/tokens?owner=\(PercentEncoding.encode(person.account))",
                        sessions: NumberText.grouped(person.sessions),
                        lastLogin: person.lastLoginAt.map { Moment($0) })
                },
                pager: Pager(
                    page: page.page, of: page.pages, perPage: perPage, total: page.total, noun: ("person", "people")
                ) { "/admin/people" + request.query.replacing("page", by: $0 == 1 ? "" : String($0)).text }),
            .admin)
    }

    /// Tokens of which webhooks were refused in the last days because there were too many, the latest first.
    private func limited(_ person: Person) async throws(PageFailure) -> [AttentionRow] {
        let since = UnixTime.now().advanced(by: .seconds(-7 * 86_400))
        var query = TokenQuery(reach: .all, order: .lastDelivery, perPage: 20)
        query.limitedSince = since
        query.isCounted = false
        let asked = query
        let page = try await asking { () async throws(TokenServiceError) in
            try await site.tokens.list(asked, by: .person(person))
        }
        return page.tokens.compactMap { view in
            guard let last = view.activity.lastLimitedAt, since < last else { return nil }
            let owners = view.token.owners.isEmpty ? "no owners" : view.ownersText
            return AttentionRow(
                service: view.badge, url: view.path, name: view.token.name,
                reason: NumberText.counted(view.activity.limited, "delivery", "deliveries") + " refused · \(owners)",
                when: Moment(last))
        }
    }

    private func administrator(_ request: PageRequest) throws(PageFailure) -> Person {
        let person = try request.person()
        guard person.isAdmin else { throw .service(.forbidden(.notAdmin)) }
        return person
    }

    private func tabs(_ current: Int) -> [PageLink] {
        [("/admin", "Overview"), ("/admin/tokens", "Tokens"), ("/admin/people", "People")].enumerated().map {
            PageLink(url: $1.0, text: $1.1, isCurrent: $0 == current)
        }
    }
}
