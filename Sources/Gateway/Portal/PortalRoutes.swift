import HTTPServer
import WebPages

/// The addresses of the pages.
struct PortalRoutes: Sendable {
    private typealias Run = @Sendable (PageRequest) async throws(PageFailure) -> PageResponse

    let portal: Portal

    /// Registers all of them.
    func register(in router: inout Router) throws(RouteError) {
        try router.on(.get, "/assets/{name}", AssetHandler(portal: portal))
        try on(.get, "/", .everyone, in: &router, HomePages(portal: portal).home)
        try registerLogin(in: &router)
        try registerTokens(in: &router)
        try registerActions(in: &router)
        try registerAccount(in: &router)
        try registerFormAddresses(in: &router)
        router.onNotFound(notFound)
        router.onMethodNotAllowed(errorPage(.methodNotAllowed, .methodNotAllowed))
    }

    /// The page for browsers where there is nothing.
    var notFound: any HTTPHandler { errorPage(.notFound, .notFound) }

    private func errorPage(_ failure: PageFailure, _ error: HTTPError) -> ErrorPageHandler {
        let page = handler(.everyone) { (_) async throws(PageFailure) -> PageResponse in throw failure }
        return ErrorPageHandler(page: page, failure: failure, error: error)
    }

    private func registerLogin(in router: inout Router) throws(RouteError) {
        try router.on(.get, AccountPaths.login, LoginHandler(portal: portal))
        try router.on(.get, AccountPaths.callback, LoginCallbackHandler(portal: portal))
        try router.on(.post, AccountPaths.logout, LogoutHandler(portal: portal))
        guard portal.accounts.isDevelopmentLogin else { return }
        try router.on(.post, AccountPaths.development, DevelopmentLoginHandler(portal: portal))
    }

    private func registerTokens(in router: inout Router) throws(RouteError) {
        let (new, details) = (NewTokenPages(portal: portal), TokenDetailPages(portal: portal))
        try on(.get, "/tokens", in: &router, TokenListPages(portal: portal).list)
        try on(.get, "/tokens/new", in: &router, new.form)
        try on(.post, "/tokens/new", in: &router, new.create)
        try on(.get, "/tokens/{id}", in: &router, details.show)
        try on(.get, "/tokens/{id}/setup", in: &router, SetupPages(portal: portal).show)
        try on(.get, "/tokens/{id}/secret", in: &router, SecretPages(portal: portal).show)
        try on(.get, "/tokens/{id}/status", .script, in: &router, details.status)
    }

    private func registerActions(in router: inout Router) throws(RouteError) {
        let actions = TokenActions(portal: portal)
        try on(.post, "/tokens/{id}/settings", in: &router, actions.edit)
        try on(.post, "/tokens/{id}/scope", in: &router, actions.changeScope)
        try on(.post, "/tokens/{id}/rotate", in: &router, actions.rotate)
        try on(.post, "/tokens/{id}/disable", in: &router, actions.disable)
        try on(.post, "/tokens/{id}/enable", in: &router, actions.enable)
        try on(.post, "/tokens/{id}/delete", in: &router, actions.delete)
        try on(.post, "/tokens/{id}/test", in: &router, actions.test)
        try on(.post, "/tokens/{id}/owners/add", in: &router, actions.addOwner)
        try on(.post, "/tokens/{id}/owners/remove", in: &router, actions.removeOwner)
    }

    private func registerAccount(in router: inout Router) throws(RouteError) {
        let (account, admin) = (AccountPages(portal: portal), AdminPages(portal: portal))
        try on(.get, "/account", in: &router, account.show)
        try on(.post, "/account/sessions/end", in: &router, account.endSession)
        try on(.post, "/account/logout-everywhere", in: &router, account.logOutEverywhere)
        try on(.get, "/admin", in: &router, admin.overview)
        try on(.get, "/admin/tokens", in: &router, admin.tokens)
        try on(.get, "/admin/people", in: &router, admin.people)
    }

    /// Leads whoever opens the address of a form to the page with the form.
    private func registerFormAddresses(in router: inout Router) throws(RouteError) {
        for (action, place) in [
            ("settings", "#settings"), ("scope", "#settings"), ("rotate", "#secret"), ("disable", "#danger"),
            ("enable", "#danger"), ("delete", "#danger"), ("test", ""), ("owners/add", "#owners"),
            ("owners/remove", "#owners"),
        ] {
            try on(.get, "/tokens/{id}/\(action)", in: &router) { (request) async throws(PageFailure) in
                PageResponse(body: .redirect("/tokens/\(try request.tokenID())\(place)"))
            }
        }
        for path in ["/account/sessions/end", "/account/logout-everywhere", AccountPaths.logout] {
            try on(.get, path, in: &router) { (_) async throws(PageFailure) in
                PageResponse(body: .redirect("/account"))
            }
        }
        try on(.get, AccountPaths.development, .everyone, in: &router) { (_) async throws(PageFailure) in
            PageResponse(body: .redirect(AccountPaths.login))
        }
    }

    private func on(
        _ method: HTTPMethod, _ pattern: String, _ access: PageHandler.Access = .people, in router: inout Router,
        _ run: @escaping Run
    ) throws(RouteError) {
        try router.on(method, pattern, handler(access, names: pattern.contains("{id}") ? ["id"] : [], run))
    }

    private func handler(_ access: PageHandler.Access, names: [String] = [], _ run: @escaping Run) -> PageHandler {
        PageHandler(portal: portal, access: access, names: names, run: run)
    }
}

/// The response where there is nothing, or nothing for this method: a page for browsers, an error for programs.
private struct ErrorPageHandler: HTTPHandler {
    let page: PageHandler
    let failure: PageFailure
    let error: HTTPError

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        guard exchange.head.wantsHTML else { return exchange.refuse(error) }
        // A page that is not there may be one whose address was typed with capital letters.
        if case .notFound = failure { return await page.respond(to: exchange) }
        return await page.refusal(of: exchange, failure)
    }
}

/// `GET /assets/<name>`: the style, the script and the drawings. Their names change with their content.
private struct AssetHandler: HTTPHandler {
    let portal: Portal

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        let name = exchange.pathParameters["name"].map { String(decoding: $0, as: UTF8.self) } ?? ""
        var headers = SecurityHeaders.fields(isSecure: portal.settings.isSecure)
        guard let asset = portal.renderer.assets.asset(named: name) else {
            return .text(.notFound, "File not found.\n", headers: headers + [SecurityHeaders.noStore])
        }
        headers.append(SecurityHeaders.immutable)
        return ServerResponse(.ok, contentType: asset.contentType, headers: headers, body: asset.bytes)
    }
}
