import WebPages

/// `/`.
struct FrontPages: Sendable {
    let site: WebSite

    /// Most tokens in each of the two lists.
    private static let listed = 6
    /// Tokens among which those without a delivery are looked for.
    private static let few = 500

    /// What this is, for anybody; how their tokens stand, for someone who is logged in.
    func front(_ request: PageRequest) async throws(PageFailure) -> PageAnswer {
        guard let visitor = request.visitor else { return landing() }
        let overview = try await asking { () async throws(TokenDeskError) in
            try await site.desk.overview(by: visitor.person)
        }
        guard overview.tokens > 0 else {
            return .page(
                HomePage(
                    name: visitor.displayName ?? visitor.account, summary: "You have no tokens yet.", hasTokens: false),
                .home)
        }
        let latest = try await list(.lastDelivery, isUsed: true, visitor)
        // Of thousands, their number says enough.
        let isListed = overview.unused > 0 && overview.tokens <= Self.few
        let newest = isListed ? try await list(.created, isUsed: false, visitor) : []
        return .page(
            HomePage(
                name: visitor.displayName ?? visitor.account, summary: Self.summary(overview), hasTokens: true,
                figures: Self.figures(overview), attention: Self.attention(latest, newest),
                recent: latest.filter { $0.activity.last != nil }.prefix(Self.listed).map { TokenRow($0) }),
            .home)
    }

    private func list(
        _ order: TokenQuery.Order, isUsed: Bool, _ visitor: Visitor
    ) async throws(PageFailure) -> [TokenView] {
        var query = TokenQuery(order: order)
        query.isUsed = isUsed
        query.isCounted = false
        return try await asking { () async throws(TokenDeskError) in
            try await site.desk.list(query, by: visitor.person).tokens
        }
    }

    private func landing() -> PageAnswer {
        let title = site.settings.isDevelopmentLogin ? "Log in" : "Log in with your Fedora account"
        var answer = PageAnswer.page(
            LandingPage(
                login: site.settings.canLogIn ? PageLink(url: "/login?next=%2Ftokens", text: title) : nil,
                services: site.services.offered.map { ServiceBadge($0) }),
            .home)
        answer.isIndexed = true
        return answer
    }

    private static func summary(_ overview: TokenOverview) -> String {
        switch (overview.failing, overview.unused) {
        case (0, 0): "All is well with your tokens."
        case (0, let unused):
            "\(NumberText.counted(unused, "token has", "tokens have")) not had a delivery yet; else all is well."
        case (let failing, _):
            "The last delivery of \(NumberText.counted(failing, "token was", "tokens was")) refused."
        }
    }

    private static func figures(_ overview: TokenOverview) -> [Figure] {
        [
            Figure(
                value: NumberText.grouped(overview.tokens), label: overview.tokens == 1 ? "token" : "tokens",
                url: "/tokens"),
            Figure(value: NumberText.grouped(overview.disabled), label: "disabled", url: "/tokens?state=disabled"),
            Figure(value: NumberText.grouped(overview.unused), label: "without a delivery", url: "/tokens?sort=new"),
            Figure(value: NumberText.grouped(overview.failing), label: "refused last", url: "/tokens?sort=delivery"),
        ]
    }

    private static func attention(_ latest: [TokenView], _ newest: [TokenView]) -> [AttentionRow] {
        let refused = latest.filter { $0.activity.last?.isAccepted == false && $0.token.state == .enabled }
        let unused = newest.filter { $0.activity.last == nil && $0.token.state == .enabled }
        let rows =
            refused.map { view in
                AttentionRow(
                    service: view.badge, url: view.path, name: view.token.name,
                    reason: "The last delivery was refused.",
                    when: view.activity.last.map { Moment($0.at) })
            }
            + unused.map { view in
                AttentionRow(
                    service: view.badge, url: view.path, name: view.token.name,
                    reason: "Nothing has come in since it was made.", when: Moment(view.token.createdAt))
            }
        return Array(rows.prefix(listed))
    }
}
