import Database
import Encodings
import WebPages

/// `/admin`.
struct AdminPage: PageContent {
    static let template = "admin"

    var title: String { "Administration" }

    /// The administration's pages.
    var tabs: [PageLink]
    /// The counts at the top.
    var figures: [Figure]
    /// The tokens that exceeded their limit lately.
    var limited: [AttentionRow] = []
    /// The versions that run.
    var versions: [LabelledValue]
    /// The latest changes.
    var history: [HistoryRow]
    /// The address of older history.
    var olderHistory: String?
}

/// A value with its name.
struct LabelledValue: Sendable {
    var label: String
    var value: String
}

/// `/admin/tokens`.
struct AdminTokensPage: PageContent {
    static let template = "admintokens"

    var title: String { "All tokens" }

    /// The administration's pages.
    var tabs: [PageLink]
    var table: TokenTable
    /// The history of the token that was searched for by its tag, if it was deleted.
    var history: [HistoryRow] = []
    /// `nil`: there is no page for older entries of a deleted token.
    let olderHistory: String? = nil
}

/// `/admin/people`.
struct AdminPeoplePage: PageContent {
    static let template = "adminpeople"

    var title: String { "People" }

    /// The administration's pages.
    var tabs: [PageLink]
    /// The number of people, in words.
    var summary: String
    /// The search text.
    var query: String
    var people: [PersonRow]
    var pager: Pager?
}

/// A person in the administration.
struct PersonRow: Sendable {
    /// The account's name.
    var name: String
    /// The number of tokens that they own.
    var tokens: String
    /// The list of these.
    var tokensURL: String
    /// The number of their sessions.
    var sessions: String
    /// When they last logged in.
    var lastLogin: Moment?
}

/// `/admin`, for members of the configured groups. What they change is in the history, by the token service.
struct AdminPages: Sendable {
    let portal: Portal

    /// The overview: counts, versions and the latest changes.
    func overview(_ request: PageRequest) async throws(PageFailure) -> PageResponse {
        let person = try administrator(request)
        let before = request.query.before
        let limit = portal.settings.pages.historyLength
        let (all, disabled, history) = try await attempt {
            (
                try await portal.tokens.list(TokenQuery(reach: .all, perPage: 1), by: .person(person)).total,
                try await portal.tokens.list(TokenQuery(reach: .all, state: .disabled, perPage: 1), by: .person(person))
                    .total,
                try await portal.tokens.history(before: before, limit: limit, by: .person(person))
            )
        }
        let people = try await portal.users.list(search: "", page: 1, perPage: 1).total
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
                limited: limited, versions: portal.settings.versions,
                history: history.map { HistoryRow($0, namesToken: true) },
                olderHistory: older),
            .admin)
    }

    /// Everybody's tokens.
    func tokens(_ request: PageRequest) async throws(PageFailure) -> PageResponse {
        let person = try administrator(request)
        let asked = TokenListRequest(request, path: "/admin/tokens", services: portal.services)
        let perPage = portal.settings.pages.listLength
        let page = try await attempt {
            try await portal.tokens.list(asked.query(.all, perPage: perPage), by: .person(person))
        }
        return .page(
            AdminTokensPage(
                tabs: tabs(1), table: asked.table(page, perPage: perPage, showsOwners: true),
                history: page.goneHistory.map { HistoryRow($0, namesToken: true) }),
            .admin)
    }

    /// The page of the people who own tokens or have logged in.
    func people(_ request: PageRequest) async throws(PageFailure) -> PageResponse {
        _ = try administrator(request)
        let search = request.query["q"] ?? ""
        let perPage = portal.settings.pages.listLength
        let page = try await portal.users.list(
            search: search, page: request.query.page, perPage: perPage)
        return .page(
            AdminPeoplePage(
                tabs: tabs(2), summary: NumberText.counted(page.total, "person", "people"), query: search,
                people: page.users.map { person in
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

    /// Returns the tokens that exceeded their limit in the last days, the latest first.
    private func limited(_ person: Person) async throws(PageFailure) -> [AttentionRow] {
        let since = UnixTime.now().advanced(by: .seconds(-7 * 86_400))
        var query = TokenQuery(reach: .all, order: .lastDelivery, perPage: 20)
        query.limitedSince = since
        query.isCounted = false
        let asked = query
        let page = try await attempt {
            try await portal.tokens.list(asked, by: .person(person))
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
