import Database
import Encodings
import HTTPServer
import Logging
import OIDC
import WebPages

/// `GET /login`: sends a person on to the provider, or shows the development login's form.
struct LoginHandler: HTTPHandler {
    let portal: Portal

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        let accounts = portal.accounts
        let query = FormFields(exchange.head.query ?? [])
        let next = ReturnAddress(query?["next"])
        let isFresh = query?["fresh"] == "1"
        if let elsewhere = accounts.otherLoopbackName(for: exchange) {
            return portal.redirect(to: elsewhere + next.login(fresh: isFresh))
        }
        let context: SessionContext
        do throws(HTTPError) {
            context = try await accounts.context(of: exchange)
        } catch {
            let failure = LoginFailure.unavailable(retry: next.login(), requestID: exchange.requestID)
            return portal.page(failure.page, status: failure.status)
        }
        if context.session != nil, !isFresh { return portal.redirect(to: next.path) }
        if accounts.isDevelopmentLogin {
            guard DevelopmentLoginRules.isTrusted(exchange.head, from: exchange.remoteAddress) else {
                return portal.page(.developmentLoginElsewhere, status: .forbidden, for: context)
            }
            return portal.page(DevelopmentLoginPage(next: next), for: context)
        }
        guard let party = accounts.party else {
            return portal.page(.loginNotConfigured, status: .serviceUnavailable, for: context)
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
                returnAddress: next.path, maxAge: isFresh ? portal.accounts.adminLoginMaxAge : nil,
                startedAt: now.milliseconds / 1000)
            let url = try await party.authorizationURL(for: attempt)
            let fields = try portal.accounts.loginCookies.begin(attempt, in: exchange.head, now: now)
            return portal.redirect(to: url, fields: fields)
        } catch {
            portal.logger.throttled(
                .error, "cannot begin a login", metadata: ["error": "\(error)", "request": "\(exchange.requestID)"])
            let failure =
                (error as? OIDCError).map { LoginFailure.of($0, retry: retry, requestID: exchange.requestID) }
                ?? .unavailable(retry: retry, requestID: exchange.requestID)
            return portal.page(failure.page, status: failure.status, for: context)
        }
    }
}

/// `GET /login/callback`: the person is back from the provider.
struct LoginCallbackHandler: HTTPHandler {
    let portal: Portal

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        let accounts = portal.accounts
        guard let party = accounts.party else { return portal.page(.loginNotConfigured, status: .notFound) }
        var retry = AccountPaths.login
        var fields: [ServerResponse.Field] = []
        do {
            let callback = try LoginCallback(query: exchange.head.query ?? [])
            guard let attempt = accounts.loginCookies.find(callback.state, in: exchange.head, now: .now()) else {
                throw LoginRefusal.unknownAttempt
            }
            let next = ReturnAddress(attempt.returnAddress)
            retry = next.login(fresh: attempt.maxAge != nil)
            // Whatever comes of it, this login is over.
            fields = [accounts.loginCookies.end(attempt.state)]
            let redemption = try await party.redemption(of: callback, attempt: attempt)
            let session = try await accounts.redeem(redemption, attempt, party, exchange)
            portal.logger.info(
                "login", metadata: ["account": "\(session.account)", "request": "\(exchange.requestID)"])
            return portal.redirect(to: next.path, fields: fields + [try await accounts.begin(session, for: exchange)])
        } catch {
            let context = (try? await accounts.context(of: exchange)) ?? SessionContext()
            // Someone who is logged in came back to this address, or an impatient browser loaded it twice.
            if Self.isStray(error), context.session != nil {
                let next = accounts.loginCookies.returnAddress(of: exchange, now: .now())
                return portal.redirect(to: next.path, fields: fields)
            }
            if case LoginRefusal.tooMany(let seconds) = error {
                fields.append(.init("Retry-After", "\(seconds)"))
            }
            let failure = failure(for: error, retry: retry, exchange)
            return portal.page(failure.page, status: failure.status, for: context, fields: fields)
        }
    }

    /// Returns a Boolean value that indicates whether no login waits for the callback.
    private static func isStray(_ error: any Error) -> Bool {
        switch error {
        case LoginRefusal.unknownAttempt, OIDCError.stateMismatch, OIDCError.badCallback: true
        default: false
        }
    }

    private func failure(for error: any Error, retry: String, _ exchange: HTTPExchange) -> LoginFailure {
        let logger = portal.logger
        let metadata: Logger.Metadata = ["error": "\(error)", "request": "\(exchange.requestID)"]
        switch error {
        case LoginRefusal.unknownAttempt:
            logger.debug("a callback without its login", metadata: ["request": "\(exchange.requestID)"])
            return .unknownAttempt(requestID: exchange.requestID)
        case LoginRefusal.unusableAccount(let name):
            logger.throttled(
                .warning, "an account's name cannot be used",
                metadata: ["account": "\(String(name.printable.prefix(80)))", "request": "\(exchange.requestID)"])
            return .unusableAccount(requestID: exchange.requestID)
        case LoginRefusal.tooMany:
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

/// `POST /login/development`: logs anybody in under any name, on this machine only.
struct DevelopmentLoginHandler: HTTPHandler {
    let portal: Portal

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        let accounts = portal.accounts
        guard DevelopmentLoginRules.isTrusted(exchange.head, from: exchange.remoteAddress),
            RequestOrigin.isOurs(exchange.head, origins: accounts.origins(for: exchange))
        else { return portal.page(.developmentLoginElsewhere, status: .forbidden) }
        do {
            let body = try await exchange.readBody(limit: FormFields.maximumSize)
            guard let form = FormFields(body) else {
                return portal.page(.notAllowed("The form couldn’t be read."), status: .badRequest)
            }
            let next = ReturnAddress(form["next"])
            guard let account = form["account"].flatMap({ AccountNames.account($0.trimmed) }) else {
                let problem = "Enter a name of up to 64 lowercase letters, digits, dots, dashes, and underscores."
                var frame = portal.frame(for: nil)
                frame.hasErrors = true
                return portal.page(
                    DevelopmentLoginPage(problem: problem, next: next), in: frame, status: HTTPStatus(422))
            }
            let groups = (form["groups"] ?? "").split(separator: ",").map { String($0).trimmed }
            let session = NewSession(
                account: account, subject: "", name: nil, groups: AccountNames.groups(groups), credentials: nil,
                isDevelopment: true, userAgent: accounts.userAgent(of: exchange), authenticatedAt: .now())
            return portal.redirect(to: next.path, fields: [try await accounts.begin(session, for: exchange)])
        } catch let error as HTTPError {
            return exchange.refuse(error)
        } catch {
            portal.logger.throttled(.error, "cannot begin a session", metadata: ["error": "\(error)"])
            let failure = LoginFailure.unavailable(retry: AccountPaths.login, requestID: exchange.requestID)
            return portal.page(failure.page, status: failure.status)
        }
    }
}

/// `/login` without a provider, for development.
struct DevelopmentLoginPage: PageContent {
    static let template = "devlogin"

    var title: String { "Log in" }

    /// The error message at the top.
    var problem: String?
    /// The page to go to afterwards.
    var next: String
    /// Account and groups.
    var fields = [
        TextField(
            id: "account", name: "account", label: "Account", hint: "Any name: lowercase letters, digits, - _ .",
            maximum: TokenOwner.maximumNameCount),
        TextField(
            id: "groups", name: "groups", label: "Groups", hint: "Separated by commas.",
            placeholder: "packager, infra-sig", maximum: 1000, isOptional: true),
    ]

    init(problem: String? = nil, next: ReturnAddress) {
        self.problem = problem
        self.next = next.path
    }
}
