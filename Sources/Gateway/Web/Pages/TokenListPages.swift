import WebPages

/// `/tokens`.
struct TokenListPages: Sendable {
    let site: WebSite

    /// The tokens that the person may manage.
    func list(_ request: PageRequest) async throws(PageFailure) -> PageAnswer {
        let person = try request.person()
        let asked = TokenListRequest(request, path: "/tokens", services: site.services)
        let perPage = site.settings.tokensPerPage
        let page = try await asking { () async throws(TokenServiceError) in
            try await site.tokens.list(asked.query(.own, perPage: perPage), by: .person(person))
        }
        let isMixed = page.tokens.contains { $0.token.owners.count > 1 || $0.role != .owner }
        return .page(
            TokensPage(
                title: "Your tokens", isEmpty: page.total == 0 && !asked.isFiltered,
                table: asked.table(page, perPage: perPage, showsOwners: isMixed)),
            .tokens)
    }
}
