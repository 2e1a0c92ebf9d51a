import HTTPServer
import Logging
import WebPages

/// `POST /logout`: ends the session, and leads on to the provider's logout if it has one.
///
/// The response is a page and no redirect: a redirect to the provider would be forbidden by the pages' own
/// `form-action`. The page goes on by itself (`Refresh`), and has a link.
struct LogoutHandler: HTTPHandler {
    let portal: Portal

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        let accounts = portal.accounts
        do {
            let context = try await accounts.context(of: exchange)
            guard let session = context.session else {
                return portal.redirect(to: "/", fields: fieldsWithoutSession(for: exchange, context))
            }
            _ = try await accounts.form(of: exchange, in: context)
            let credentials = try await accounts.credentials(of: session)
            // First here, then there: a provider that is slow keeps nobody logged in.
            try await accounts.store.end(session.id)
            let logout = await accounts.providerLogout(for: session, credentials)
            var fields = accounts.logoutFields(for: exchange)
            if let logout { fields.append(.init("Refresh", "0; url=\(logout)")) }
            return portal.page(.loggedOut(providerLogout: logout), fields: fields)
        } catch let error as HTTPError {
            return refusal(of: exchange, error)
        } catch let error as FormRefusal {
            return portal.page(.notAllowed(error.description), status: .forbidden)
        } catch {
            portal.logger.throttled(.error, "cannot end a session", metadata: ["error": "\(error)"])
            return refusal(of: exchange, .databaseAway)
        }
    }

    /// A page for browsers, an error for programs.
    private func refusal(of exchange: HTTPExchange, _ error: HTTPError) -> ServerResponse {
        guard exchange.head.wantsHTML else { return exchange.refuse(error) }
        let retry = error.retryAfter.map { [ServerResponse.Field("Retry-After", String($0))] } ?? []
        let page = MessagePage(
            title: "You may still be logged in", text: error.message,
            advice: ["Go back to the page and log out again."],
            ways: [PageLink(url: "/account", text: "Your account", isPrimary: true), .home],
            requestID: "\(exchange.requestID)")
        return portal.page(page, status: error.status, fields: retry)
    }

    /// Returns the fields by which a browser forgets a session that is over already, with all its cookies. A page of
    /// another site may send this form, but not with our cookies (`SameSite`), nor without saying so: then nothing that
    /// is in use goes.
    private func fieldsWithoutSession(for exchange: HTTPExchange, _ context: SessionContext) -> [ServerResponse.Field] {
        let accounts = portal.accounts
        let origins = accounts.origins(for: exchange)
        guard accounts.hasCookie(exchange), RequestOrigin.isOurs(exchange.head, origins: origins) else {
            return context.responseFields
        }
        return accounts.logoutFields(for: exchange)
    }
}
