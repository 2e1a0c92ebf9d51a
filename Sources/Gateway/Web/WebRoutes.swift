import HTTPServer
import Logging

/// The addresses of the pages.
struct WebRoutes: Sendable {
    let site: WebSite
    let logger: Logger

    /// Registers all of them.
    func register(in router: inout Router) throws(RouteError) {
        let front = FrontPages(site: site)
        try on(.get, "/", .everyone, in: &router) { (request) async throws(PageFailure) in
            try await front.front(request)
        }
        try router.on(
            .get, "/assets/{name}", AssetHandler(catalog: site.renderer.assets, isSecure: site.settings.isSecure))
        try registerTokens(in: &router)
        try registerActions(in: &router)
        try registerAccount(in: &router)
        try registerFormAddresses(in: &router)
        router.onNotFound(notFound)
        router.onMethodNotAllowed(
            MethodNotAllowedHandler(
                page: handler(.everyone) { (_) async throws(PageFailure) -> PageAnswer in throw .methodNotAllowed }))
    }

    /// Returns the destination of somebody who opens the address of a form, which is only sent to: at the page with the
    /// form.
    private func registerFormAddresses(in router: inout Router) throws(RouteError) {
        for (action, place) in [
            ("settings", "#settings"), ("scope", "#settings"), ("rotate", "#secret"), ("disable", "#danger"),
            ("enable", "#danger"), ("delete", "#danger"), ("test", ""), ("owners/add", "#owners"),
            ("owners/remove", "#owners"),
        ] {
            try on(.get, "/tokens/{id}/\(action)", in: &router) { (request) async throws(PageFailure) in
                PageAnswer(body: .redirect("/tokens/\(try request.tokenID())\(place)"))
            }
        }
        for path in ["/account/sessions/end", "/account/logout-everywhere", AccountPaths.logout] {
            try on(.get, path, in: &router) { (_) async throws(PageFailure) in PageAnswer(body: .redirect("/account")) }
        }
        try on(.get, AccountPaths.development, .everyone, in: &router) { (_) async throws(PageFailure) in
            PageAnswer(body: .redirect(AccountPaths.login))
        }
    }

    /// The page for browsers where there is nothing.
    var notFound: any HTTPHandler {
        NotFoundHandler(page: handler(.everyone) { (_) async throws(PageFailure) -> PageAnswer in throw .notFound })
    }

    private func registerTokens(in router: inout Router) throws(RouteError) {
        let (list, new, details) = (
            TokenListPages(site: site), NewTokenPages(site: site), TokenDetailPages(site: site)
        )
        let secrets = SecretPages(site: site)
        try on(.get, "/tokens", in: &router) { (request) async throws(PageFailure) in try await list.list(request) }
        try on(.get, "/tokens/new", in: &router) { (request) async throws(PageFailure) in try await new.form(request) }
        try on(.post, "/tokens/new", in: &router) { (request) async throws(PageFailure) in
            try await new.create(request)
        }
        try on(.get, "/tokens/{id}", in: &router) { (request) async throws(PageFailure) in
            try await details.show(request)
        }
        try on(.get, "/tokens/{id}/setup", in: &router) { (request) async throws(PageFailure) in
            try await details.setup(request)
        }
        try on(.get, "/tokens/{id}/secret", in: &router) { (request) async throws(PageFailure) in
            try await secrets.show(request)
        }
        try on(.get, "/tokens/{id}/status", .script, in: &router) { (request) async throws(PageFailure) in
            try await details.status(request)
        }
    }

    private func registerActions(in router: inout Router) throws(RouteError) {
        let actions = TokenActions(site: site)
        try on(.post, "/tokens/{id}/settings", in: &router) { (request) async throws(PageFailure) in
            try await actions.edit(request)
        }
        try on(.post, "/tokens/{id}/scope", in: &router) { (request) async throws(PageFailure) in
            try await actions.changeScope(request)
        }
        try on(.post, "/tokens/{id}/rotate", in: &router) { (request) async throws(PageFailure) in
            try await actions.rotate(request)
        }
        try on(.post, "/tokens/{id}/disable", in: &router) { (request) async throws(PageFailure) in
            try await actions.disable(request)
        }
        try on(.post, "/tokens/{id}/enable", in: &router) { (request) async throws(PageFailure) in
            try await actions.enable(request)
        }
        try on(.post, "/tokens/{id}/delete", in: &router) { (request) async throws(PageFailure) in
            try await actions.delete(request)
        }
        try on(.post, "/tokens/{id}/test", in: &router) { (request) async throws(PageFailure) in
            try await actions.test(request)
        }
        try on(.post, "/tokens/{id}/owners/add", in: &router) { (request) async throws(PageFailure) in
            try await actions.addOwner(request)
        }
        try on(.post, "/tokens/{id}/owners/remove", in: &router) { (request) async throws(PageFailure) in
            try await actions.removeOwner(request)
        }
    }

    private func registerAccount(in router: inout Router) throws(RouteError) {
        let (account, admin) = (AccountPages(site: site), AdminPages(site: site))
        try on(.get, "/account", in: &router) { (request) async throws(PageFailure) in
            try await account.show(request)
        }
        try on(.post, "/account/sessions/end", in: &router) { (request) async throws(PageFailure) in
            try await account.endSession(request)
        }
        try on(.post, "/account/logout-everywhere", in: &router) { (request) async throws(PageFailure) in
            try await account.logOutEverywhere(request)
        }
        try on(.get, "/admin", in: &router) { (request) async throws(PageFailure) in try await admin.overview(request) }
        try on(.get, "/admin/tokens", in: &router) { (request) async throws(PageFailure) in
            try await admin.tokens(request)
        }
        try on(.get, "/admin/people", in: &router) { (request) async throws(PageFailure) in
            try await admin.people(request)
        }
    }

    private typealias Run = @Sendable (PageRequest) async throws(PageFailure) -> PageAnswer

    private func on(
        _ method: HTTPMethod, _ pattern: String, _ access: PageHandler.Access = .people, in router: inout Router,
        _ run: @escaping Run
    ) throws(RouteError) {
        try router.on(method, pattern, handler(access, names: pattern.contains("{id}") ? ["id"] : [], run))
    }

    private func handler(
        _ access: PageHandler.Access, names: [String] = [], _ run: @escaping Run
    ) -> PageHandler {
        PageHandler(site: site, access: access, names: names, logger: logger, run: run)
    }
}
