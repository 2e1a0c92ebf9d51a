import HTTPServer
import Logging
import OIDC

/// `GET /login/callback`: the person is back from the provider.
struct LoginCallbackHandler: HTTPHandler {
    /// Why there is no session.
    private enum Refusal: Error {
        /// It was used before, is over, or is another browser's.
        case unknownAttempt
        case unusableAccount
    }

    let accounts: Accounts
    let logger: Logger

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        guard let party = accounts.party else {
            return accounts.answers.page(.notFound, .loginNotConfigured, accounts.anonymous)
        }
        var retry = AccountPaths.login
        var fields: [ServerResponse.Field] = []
        do {
            let callback = try LoginCallback(query: exchange.head.query ?? [])
            let now = UnixTime.now()
            guard let attempt = accounts.loginCookies.find(callback.state, in: exchange.head, now: now) else {
                throw Refusal.unknownAttempt
            }
            let next = ReturnAddress(attempt.returnAddress)
            retry = next.login(fresh: attempt.maxAge != nil)
            // Whatever comes of it, this login is over.
            fields = [accounts.loginCookies.end(attempt.state)]
            guard try await accounts.store.use(state: attempt.state, until: now.advanced(by: accounts.loginTimeout))
            else {
                // Loaded twice by an impatient browser: the first time worked, so go on.
                if try await accounts.context(of: exchange).session != nil {
                    return accounts.answers.redirect(to: next.path, fields: fields)
                }
                throw Refusal.unknownAttempt
            }
            let login = try await party.login(callback, attempt: attempt)
            let session = try newSession(login, exchange)
            logger.info("login", metadata: ["account": "\(session.account)", "request": "\(exchange.requestID)"])
            return try await accounts.begin(session, for: exchange, then: next, fields: fields)
        } catch {
            let failure = failure(for: error, retry: retry, exchange)
            return accounts.answers.page(failure.status, .loginFailed(failure), accounts.anonymous, fields: fields)
        }
    }

    private func newSession(_ login: Login, _ exchange: HTTPExchange) throws -> NewSession {
        guard let account = AccountNames.account(login.identity.account) else { throw Refusal.unusableAccount }
        let authenticatedAt = login.authenticatedAt.map { UnixTime(milliseconds: $0 * 1000) } ?? .now()
        return NewSession(
            account: account, subject: login.identity.subject, name: login.identity.name,
            groups: AccountNames.groups(login.identity.groups), credentials: login.credentials, isDevelopment: false,
            userAgent: accounts.userAgent(of: exchange), authenticatedAt: authenticatedAt)
    }

    private func failure(for error: any Error, retry: String, _ exchange: HTTPExchange) -> LoginFailure {
        let metadata: Logger.Metadata = ["error": "\(error)", "request": "\(exchange.requestID)"]
        switch error {
        case Refusal.unknownAttempt:
            logger.info("a callback without its login", metadata: ["request": "\(exchange.requestID)"])
            return .unknownAttempt(requestID: exchange.requestID)
        case Refusal.unusableAccount:
            logger.warning("an account's name cannot be used", metadata: ["request": "\(exchange.requestID)"])
            return .unusableAccount(requestID: exchange.requestID)
        case let error as OIDCError:
            logger.log(level: error.isOurs ? .error : .info, "a login failed", metadata: metadata)
            return .of(error, retry: retry, requestID: exchange.requestID)
        default:
            logger.error("cannot begin a session", metadata: metadata)
            return .unavailable(retry: retry, requestID: exchange.requestID)
        }
    }
}

extension OIDCError {
    /// Whether administrators should look at it: not what people or their browsers bring about.
    fileprivate var isOurs: Bool {
        switch self {
        case .badCallback, .stateMismatch, .refused(code: "access_denied"), .tokenRefused(code: "invalid_grant"): false
        default: true
        }
    }
}
