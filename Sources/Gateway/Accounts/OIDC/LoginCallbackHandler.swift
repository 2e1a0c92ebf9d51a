import Database
import Encodings
import HTTPServer
import Logging
import OIDC

/// `GET /login/callback`: the person is back from the provider.
struct LoginCallbackHandler: HTTPHandler {
    /// The reason why there is no session.
    private enum Refusal: Error {
        /// It was used before, is over, or is another browser's.
        case unknownAttempt
        /// Nobody here may be called so.
        case unusableAccount(String)
        /// Too many logins from there.
        case tooMany(retryAfter: Int)
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
            guard let attempt = accounts.loginCookies.find(callback.state, in: exchange.head, now: .now()) else {
                throw Refusal.unknownAttempt
            }
            let next = ReturnAddress(attempt.returnAddress)
            retry = next.login(fresh: attempt.maxAge != nil)
            // Whatever comes of it, this login is over.
            fields = [accounts.loginCookies.end(attempt.state)]
            let redemption = try await party.redemption(of: callback, attempt: attempt)
            let session = try await redeem(redemption, attempt, party, exchange)
            logger.info("login", metadata: ["account": "\(session.account)", "request": "\(exchange.requestID)"])
            return try await accounts.begin(session, for: exchange, then: next, fields: fields)
        } catch {
            let context = (try? await accounts.context(of: exchange)) ?? accounts.anonymous
            // Someone who is logged in came back to this address, or an impatient browser loaded it twice.
            if Self.isStray(error), context.session != nil {
                let next = accounts.loginCookies.returnAddress(of: exchange, now: .now())
                return accounts.answers.redirect(to: next.path, fields: fields)
            }
            let failure = failure(for: error, retry: retry, exchange)
            var response = accounts.answers.page(
                failure.status, .loginFailed(failure), context, fields: fields)
            if case Refusal.tooMany(let seconds) = error {
                response.headers.append(.init("Retry-After", "\(seconds)"))
            }
            return response
        }
    }

    /// Redeems a code: from here on, it costs requests to the provider, and a row once the provider has said who it is.
    /// Whatever else comes of it leaves nothing behind: made-up codes, and real ones while the provider is away, are many.
    ///
    /// Twice the same one makes one session: here, the second is refused while the first is under way; elsewhere, the
    /// provider refuses one of them (RFC 6749 section 4.1.2), and if it does not, the row does.
    private func redeem(
        _ redemption: RelyingParty.Redemption, _ attempt: LoginAttempt, _ party: RelyingParty,
        _ exchange: HTTPExchange
    ) async throws -> NewSession {
        let source = exchange.clientAddress.source ?? .new()
        if case .closed(let seconds) = await accounts.loginGate.enter(source) {
            throw Refusal.tooMany(retryAfter: seconds)
        }
        guard await accounts.loginGate.begin(attempt.state) else {
            await accounts.loginGate.leave(source, isMadeUp: false)
            throw Refusal.unknownAttempt
        }
        do {
            // To ask with a code that was redeemed would make the provider take back what came of it.
            guard try await !accounts.store.isUsed(state: attempt.state) else { throw Refusal.unknownAttempt }
            let session = try newSession(try await party.login(redemption), exchange)
            let end = UnixTime.now().advanced(by: accounts.loginTimeout)
            guard try await accounts.store.use(state: attempt.state, until: end) else {
                throw Refusal.unknownAttempt
            }
            await accounts.loginGate.end(attempt.state)
            await accounts.loginGate.leave(source, isMadeUp: false)
            return session
        } catch {
            var isMadeUp = false
            if case OIDCError.tokenRefused = error { isMadeUp = true }
            await accounts.loginGate.end(attempt.state)
            await accounts.loginGate.leave(source, isMadeUp: isMadeUp)
            throw error
        }
    }

    /// Returns a Boolean value that indicates whether a callback came that no login waits for.
    private static func isStray(_ error: any Error) -> Bool {
        switch error {
        case Refusal.unknownAttempt, OIDCError.stateMismatch, OIDCError.badCallback: true
        default: false
        }
    }

    private func newSession(_ login: Login, _ exchange: HTTPExchange) throws -> NewSession {
        guard let account = AccountNames.account(login.identity.account) else {
            throw Refusal.unusableAccount(login.identity.account)
        }
        let authenticatedAt = login.authenticatedAt.map { UnixTime(secondsSince1970: $0) }
        return NewSession(
            account: account, subject: login.identity.subject, name: login.identity.name,
            groups: AccountNames.groups(login.identity.groups), credentials: login.credentials, isDevelopment: false,
            userAgent: accounts.userAgent(of: exchange), authenticatedAt: authenticatedAt)
    }

    private func failure(for error: any Error, retry: String, _ exchange: HTTPExchange) -> LoginFailure {
        let metadata: Logger.Metadata = ["error": "\(error)", "request": "\(exchange.requestID)"]
        switch error {
        case Refusal.unknownAttempt:
            logger.debug("a callback without its login", metadata: ["request": "\(exchange.requestID)"])
            return .unknownAttempt(requestID: exchange.requestID)
        case Refusal.unusableAccount(let name):
            logger.throttled(
                .warning, "an account's name cannot be used",
                metadata: ["account": "\(String(name.printable.prefix(80)))", "request": "\(exchange.requestID)"])
            return .unusableAccount(requestID: exchange.requestID)
        case Refusal.tooMany:
            logger.throttled(
                .warning, "too many logins from one address",
                metadata: ["from": "\(exchange.clientAddress)", "request": "\(exchange.requestID)"])
            return .tooMany(retry: retry, requestID: exchange.requestID)
        case let error as OIDCError:
            logger.throttled(error.isOurs ? .error : .info, "a login failed", metadata: metadata)
            return .of(error, retry: retry, requestID: exchange.requestID)
        default:
            logger.throttled(.error, "cannot begin a session", metadata: metadata)
            return .unavailable(retry: retry, requestID: exchange.requestID)
        }
    }
}

extension OIDCError {
    /// A Boolean value that indicates whether administrators should look at it: not what people or their browsers bring
    /// about.
    fileprivate var isOurs: Bool {
        switch self {
        case .badCallback, .stateMismatch, .refused(code: "access_denied"), .tokenRefused(code: "invalid_grant"): false
        default: true
        }
    }
}
