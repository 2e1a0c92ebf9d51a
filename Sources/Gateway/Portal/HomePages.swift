import WebPages

/// `/`, for someone who is not logged in.
struct LandingPage: PageContent {
    static let template = "landing"

    var title: String { "Webhooks in, Fedora messages out" }

    /// The address of the login; `nil` if that is not set up.
    var login: PageLink?
    /// The services that it works with.
    var services: [ServiceBadge]
}

/// `/`, for someone who is logged in: how their tokens stand.
struct HomePage: PageContent {
    static let template = "home"

    var title: String { "Overview" }

    /// The name of the person.
    var name: String
    /// The state of the tokens, in a sentence.
    var summary: String
    /// A Boolean value that indicates whether there are any tokens.
    var hasTokens: Bool
    /// The state of the tokens, in numbers.
    var figures: [Figure] = []
    /// Tokens that need attention.
    var attention: [AttentionRow] = []
    /// The tokens with the latest deliveries.
    var recent: [TokenRow] = []
}

/// A count with its label and a link.
struct Figure: Sendable {
    var value: String
    var label: String
    var url: String
}

/// A token that needs attention.
struct AttentionRow: Sendable {
    var service: ServiceBadge
    /// Its page.
    var url: String
    var name: String
    /// The reason.
    var reason: String
    /// The time of the delivery in question, or of the token's creation.
    var when: Moment?
}

/// `/`: for anybody, and for someone who is logged in.
struct HomePages: Sendable {
    let portal: Portal

    /// The maximum number of tokens in each of the two lists.
    private static let listLength = 6
    /// The number of tokens up to which those without a delivery are listed.
    private static let unusedLimit = 500

    /// The start page: a description for anybody; the state of their tokens for someone who is logged in.
    func home(_ request: PageRequest) async throws(PageFailure) -> PageResponse {
        guard let session = request.session else { return landing() }
        let overview = try await attempt {
            try await portal.tokens.overview(by: .person(session.person))
        }
        guard overview.tokens > 0 else {
            return .page(
                HomePage(
                    name: session.displayName ?? session.account, summary: "You have no tokens yet.", hasTokens: false),
                .home)
        }
        let latest = try await list(session.person) { $0.isUsed = true }
        var attention: [AttentionRow] = []
        for standing in TokenStanding.allCases where attention.count < Self.listLength && overview.has(standing) {
            // Of thousands without a delivery, their number says enough.
            if standing == .unused, overview.tokens > Self.unusedLimit { continue }
            let views = try await list(session.person) { query in
                query.standing = standing
                query.state = .enabled
                if standing == .unused { query.order = .created }
            }
            attention += views.map { Self.attention($0, standing) }
        }
        return .page(
            HomePage(
                name: session.displayName ?? session.account, summary: Self.summary(overview), hasTokens: true,
                figures: Self.figures(overview), attention: Array(attention.prefix(Self.listLength)),
                recent: latest.filter { $0.activity.last != nil }.map { TokenRow($0) }),
            .home)
    }

    /// Returns a few of somebody's tokens: those with the latest deliveries, unless `narrow` asks for others.
    private func list(_ person: Person, _ narrow: (inout TokenQuery) -> Void) async throws(PageFailure) -> [TokenView] {
        var query = TokenQuery(order: .lastDelivery, perPage: Self.listLength)
        query.isCounted = false
        narrow(&query)
        let asked = query
        return try await attempt {
            try await portal.tokens.list(asked, by: .person(person)).tokens
        }
    }

    private func landing() -> PageResponse {
        let title = portal.settings.isDevelopmentLogin ? "Log in" : "Log in with your Fedora account"
        var answer = PageResponse.page(
            LandingPage(
                login: portal.settings.canLogIn ? PageLink(url: "/login?next=%2Ftokens", text: title) : nil,
                services: portal.services.offered.map { ServiceBadge($0) }),
            .home)
        answer.isIndexed = true
        return answer
    }

    private static func summary(_ overview: TokenOverview) -> String {
        var sentences: [String] = []
        if overview.failing > 0 {
            sentences.append(
                "The last delivery was refused for \(NumberText.counted(overview.failing, "token", "tokens")).")
        }
        if overview.withheld > 0 {
            sentences.append(
                "The last delivery wasn’t published for \(NumberText.counted(overview.withheld, "token", "tokens")).")
        }
        if overview.unused > 0 {
            let number = NumberText.counted(overview.unused, "token is", "tokens are")
            sentences.append(
                "\(number) waiting for \(overview.unused == 1 ? "its" : "their") first delivery."
                    + (sentences.isEmpty ? " No problems otherwise." : ""))
        }
        return sentences.isEmpty ? "No problems with your tokens." : sentences.joined(separator: " ")
    }

    /// Returns the counts; each leads to the tokens that it counts.
    private static func figures(_ overview: TokenOverview) -> [Figure] {
        [
            Figure(
                value: NumberText.grouped(overview.tokens), label: overview.tokens == 1 ? "token" : "tokens",
                url: "/tokens"),
            Figure(value: NumberText.grouped(overview.disabled), label: "disabled", url: "/tokens?state=disabled"),
            Figure(
                value: NumberText.grouped(overview.unused), label: "no deliveries yet", url: "/tokens?state=unused"),
            Figure(
                value: NumberText.grouped(overview.withheld), label: "last delivery not published",
                url: "/tokens?state=withheld"
            ),
            Figure(
                value: NumberText.grouped(overview.failing), label: "last delivery refused",
                url: "/tokens?state=refused"),
        ]
    }

    private static func attention(_ view: TokenView, _ standing: TokenStanding) -> AttentionRow {
        let reason =
            switch standing {
            case .refused: "Last delivery refused."
            case .withheld:
                view.activity.lastPublishedAt == nil
                    ? "Nothing has been published yet: all deliveries were accepted but not published."
                    : "The last delivery was accepted but not published."
            case .unused: "No deliveries since it was created."
            }
        return AttentionRow(
            service: view.badge, url: view.path, name: view.token.name, reason: reason,
            when: Moment(view.activity.last?.at ?? view.token.createdAt))
    }
}

extension TokenOverview {
    /// Returns a Boolean value that indicates whether any token has this standing.
    fileprivate func has(_ standing: TokenStanding) -> Bool {
        switch standing {
        case .refused: failing > 0
        case .withheld: withheld > 0
        case .unused: unused > 0
        }
    }
}
