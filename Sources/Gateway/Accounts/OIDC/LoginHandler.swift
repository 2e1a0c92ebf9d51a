import Database
import HTTPServer
import Logging
import OIDC

/// `GET /login`: sends a person on to the provider, or shows the development login's form.
struct LoginHandler: HTTPHandler {
    let accounts: Accounts
    let logger: Logger

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        let query = FormFields(exchange.head.query ?? [])
        let next = ReturnAddress(query?["next"])
        let isFresh = query?["fresh"] == "1"
        if let elsewhere = accounts.otherLoopbackName(for: exchange) {
            return accounts.answers.redirect(to: elsewhere + next.login(fresh: isFresh))
        }
        let context: SessionContext
        do throws(HTTPError) {
            context = try await accounts.context(of: exchange)
        } catch {
            let failure = LoginFailure.unavailable(retry: next.login(), requestID: exchange.requestID)
            return accounts.answers.page(failure.status, .loginFailed(failure), accounts.anonymous)
        }
        if context.session != nil, !isFresh { return accounts.answers.redirect(to: next.path) }
        if accounts.isDevelopmentLogin {
            guard DevelopmentLoginRules.isTrusted(exchange.head, from: exchange.remoteAddress) else {
                return accounts.answers.page(
                    .forbidden, .forbidden(reason: "Development login only works on this machine."), context)
            }
            return accounts.answers.page(.ok, .developmentLogin(next: next, problem: nil), context)
        }
        guard let party = accounts.party else {
            return accounts.answers.page(.serviceUnavailable, .loginNotConfigured, context)
        }
        return await begin(party, exchange, context, next, isFresh: isFresh)
    }

    private func begin(
        _ party: RelyingParty, _ exchange: HTTPExchange, _ context: SessionContext, _ next: ReturnAddress, isFresh: Bool
    ) async -> ServerResponse {
        let retry = next.login(fresh: isFresh)
        do {
            let now = UnixTime.now()
            let attempt = try LoginAttempt(
                returnAddress: next.path, maxAge: isFresh ? accounts.adminLoginMaxAge : nil,
                startedAt: now.milliseconds / 1000)
            let url = try await party.authorizationURL(for: attempt)
            let fields = try accounts.loginCookies.begin(attempt, in: exchange.head, now: now)
            return accounts.answers.redirect(to: url, fields: fields)
        } catch let error as OIDCError {
            logger.throttled(
                .error, "cannot begin a login", metadata: ["error": "\(error)", "request": "\(exchange.requestID)"])
            let failure = LoginFailure.of(error, retry: retry, requestID: exchange.requestID)
            return accounts.answers.page(failure.status, .loginFailed(failure), context)
        } catch {
            logger.throttled(
                .error, "cannot begin a login", metadata: ["error": "\(error)", "request": "\(exchange.requestID)"])
            let failure = LoginFailure.unavailable(retry: retry, requestID: exchange.requestID)
            return accounts.answers.page(failure.status, .loginFailed(failure), context)
        }
    }
}
