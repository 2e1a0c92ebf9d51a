import Cryptography
import Database
import Encodings
import EventLoop
import HTTPServer
import Logging
import OIDC

/// Who is who: what handlers ask about the person behind a request, and the login's own routes.
public struct Accounts: Sendable {
    let store: SessionStore
    let party: RelyingParty?
    let keys: KeyRing
    let policy: CookiePolicy
    let loginCookies: LoginCookies
    let loginGate: LoginGate
    let answers: AccountAnswers
    let logger: Logger
    let loginTimeout: Duration
    private let settings: SessionSettings
    private let adminGroups: [String]
    /// Whether anybody on this machine may be anyone: every page says so.
    public let isDevelopmentLogin: Bool
    /// What URLs are made from; no slash at its end.
    public let baseURL: String
    private let isLoopback: Bool

    static let cookieName = "w2f"
    /// How long the form of somebody without a session may take: browsers send it with the head, or right after it.
    private static let strangersTime = Duration.seconds(2)

    /// What the configuration says of logins.
    struct Settings: Sendable {
        var sessions: SessionSettings
        var adminGroups: [String]
        /// From the click on "Log in" to the provider's answer.
        var loginTimeout: Duration
        /// Logins that ask the provider at the same time.
        var loginsAtOnce: Int
        /// What URLs are made from; no slash at its end.
        var baseURL: String
        var isDevelopmentLogin: Bool
    }

    /// - Parameters:
    ///   - party: The provider's relying party; nil where there is no provider.
    ///   - refresher: who is asked again for groups; by default the provider.
    init(
        _ settings: Settings, database: any Database, keys: KeyRing, party: RelyingParty?,
        renderer: any AccountPageRenderer, refresher: (any SessionRefresher)? = nil, logger: Logger
    ) {
        isDevelopmentLogin = settings.isDevelopmentLogin
        baseURL = settings.baseURL
        isLoopback = LoopbackHost.isLoopback(url: baseURL)
        self.keys = keys
        self.logger = logger
        policy = CookiePolicy(baseURL: baseURL)
        self.settings = settings.sessions
        adminGroups = settings.adminGroups
        loginTimeout = settings.loginTimeout
        self.party = party
        loginCookies = LoginCookies(
            sealed: SealedCookie(keys: keys, policy: policy), policy: policy, lifetime: loginTimeout)
        loginGate = LoginGate(atOnce: settings.loginsAtOnce)
        answers = AccountAnswers(renderer: renderer, isSecure: policy.isSecure)
        store = SessionStore(
            database: database, keys: keys, settings: settings.sessions, refresher: refresher ?? party,
            revocation: party.map { GrantRevocation(party: $0, logger: logger) }, logger: logger)
    }

    /// Registers the login's routes.
    func addRoutes(to router: inout Router) throws {
        try router.on(.get, AccountPaths.login, LoginHandler(accounts: self, logger: logger))
        try router.on(.get, AccountPaths.callback, LoginCallbackHandler(accounts: self, logger: logger))
        try router.on(.post, AccountPaths.logout, LogoutHandler(accounts: self, logger: logger))
        guard isDevelopmentLogin else { return }
        try router.on(.post, AccountPaths.development, DevelopmentLoginHandler(accounts: self, logger: logger))
    }

    // MARK: For handlers

    /// Who sends this request.
    /// - Throws: 503 while the database cannot be asked.
    func context(of exchange: HTTPExchange) async throws(HTTPError) -> SessionContext {
        let (now, head) = (UnixTime.now(), exchange.head)
        guard let text = policy.value(of: Self.cookieName, in: head) else { return anonymous }
        // The development login's sessions count where it could be used, and nowhere else.
        guard let id = SessionID(cookie: text, keys: keys) else { return dead }
        do {
            guard let record = try await store.find(id), isAdmissible(record, exchange) else { return dead }
            let session = try Session(
                record, id: id, rules: settings.rules, adminGroups: adminGroups, now: now)
            return SessionContext(session: session, isDevelopmentLogin: isDevelopmentLogin, responseFields: [])
        } catch {
            logger.throttled(.error, "cannot read a session", metadata: ["error": "\(error)"])
            throw .databaseAway
        }
    }

    private func isAdmissible(_ record: SessionRecord, _ exchange: HTTPExchange) -> Bool {
        guard record.isDevelopment else { return true }
        return isDevelopmentLogin && DevelopmentLoginRules.isTrusted(exchange.head, from: exchange.remoteAddress)
    }

    /// Reads a form, and checks that a page of this session sent it.
    /// - Throws: ``FormRefusal``, or `HTTPError` where the body cannot be read.
    func form(of exchange: HTTPExchange, in context: SessionContext) async throws -> FormFields {
        guard let session = context.session else { throw FormRefusal.loggedOut }
        let body = try await exchange.readBody(limit: FormFields.maximumSize)
        guard RequestOrigin.isOurs(exchange.head, origins: origins(for: exchange)) else { throw FormRefusal.forged }
        let type = exchange.head.first("content-type").map { String(decoding: $0, as: UTF8.self).lowercased() } ?? ""
        guard type.hasPrefix("application/x-www-form-urlencoded"), let form = FormFields(body) else {
            throw FormRefusal.malformed
        }
        let token = form.all("csrf")
        guard token.count == 1, constantTimeEqual(Array(token[0].utf8), Array(session.csrfToken.utf8)) else {
            throw FormRefusal.forged
        }
        return form
    }

    /// What a form holds, before anything of it is checked: for showing it again to whoever sent it. Nothing, unless the
    /// browser says that a page of ours sent it, or it carries the token of the session that the browser has, or had.
    ///
    /// What is not read yet is from somebody without a session, who gets no more than a moment for it.
    func typed(in exchange: HTTPExchange) async -> FormFields? {
        let body = try? await exchange.readBody(limit: FormFields.maximumSize, until: .now + Self.strangersTime)
        guard let body, let form = FormFields(body) else { return nil }
        let origins = origins(for: exchange)
        if RequestOrigin.isCertainlyOurs(exchange.head, origins: origins) { return form }
        guard RequestOrigin.isOurs(exchange.head, origins: origins),
            let id = policy.value(of: Self.cookieName, in: exchange.head).flatMap({ SessionID(cookie: $0, keys: keys) }
            ),
            let token = try? id.csrfToken(), let given = form["csrf"],
            constantTimeEqual(Array(given.utf8), Array(token.utf8))
        else { return nil }
        return form
    }

    /// To the login, and back to this page.
    func loginRedirect(for exchange: HTTPExchange) -> ServerResponse {
        answers.redirect(to: address(of: exchange).login())
    }

    /// To a fresh login at the provider, for what only administrators may change, and back to this page.
    func freshLoginRedirect(for exchange: HTTPExchange) -> ServerResponse {
        answers.redirect(to: address(of: exchange).login(fresh: true))
    }

    private func address(of exchange: HTTPExchange) -> ReturnAddress {
        guard exchange.head.method == .get || exchange.head.method == .head else { return .home }
        let query = exchange.head.query.map { "?" + String(decoding: $0, as: UTF8.self) } ?? ""
        return ReturnAddress(exchange.head.path + query)
    }

    /// The person's sessions, newest first.
    func sessions(of session: Session) async throws -> [SessionListing] {
        try await store.list(of: session.account).map { record in
            SessionListing(
                id: record.handle, createdAt: record.createdAt, lastSeenAt: record.seenAt,
                expiresAt: record.expiresAt, userAgent: record.userAgent, isCurrent: record.handle == session.handle)
        }
    }

    /// Ends one of the person's sessions.
    /// - Returns: whether there was one.
    func endSession(_ id: SessionListing.ID, of session: Session) async throws -> Bool {
        try await store.end(handle: id, of: session.account)
    }

    /// Ends all of the person's sessions, this one included.
    func endAllSessions(of session: Session) async throws {
        try await store.endAll(of: session.account)
    }

    /// A sealed cookie of one's own, for messages that the next page shows.
    var sealedCookie: SealedCookie { SealedCookie(keys: keys, policy: policy) }

    /// The field that takes the session's cookie away.
    var deleteCookie: ServerResponse.Field { policy.delete(Self.cookieName) }

    // MARK: For the login's own handlers

    var anonymous: SessionContext {
        SessionContext(session: nil, isDevelopmentLogin: isDevelopmentLogin, responseFields: [])
    }

    private var dead: SessionContext {
        SessionContext(session: nil, isDevelopmentLogin: isDevelopmentLogin, responseFields: [deleteCookie])
    }

    var adminLoginMaxAge: Int64 { settings.rules.adminLoginMaxAge.components.seconds }

    /// Begins a session under a new id, and sends its person on.
    func begin(
        _ session: NewSession, for exchange: HTTPExchange, then next: ReturnAddress,
        fields: [ServerResponse.Field] = []
    ) async throws -> ServerResponse {
        let old = policy.value(of: Self.cookieName, in: exchange.head).flatMap { SessionID(cookie: $0, keys: keys) }
        let id = try await store.begin(session, replacing: old)
        let cookie = policy.set(Self.cookieName, id.cookie(keys), maxAge: settings.lifetime)
        return answers.redirect(to: next.path, fields: fields + [cookie])
    }

    /// What the provider knows a session by.
    func credentials(of session: Session) async throws -> Credentials? {
        guard !session.isDevelopment, let record = try await store.find(session.id) else { return nil }
        return await store.credentials(of: record)
    }

    /// Where the provider's own session ends.
    func providerLogout(for session: Session, _ credentials: Credentials?) async -> String? {
        session.isDevelopment ? nil : await party?.logoutURL(for: credentials)
    }

    /// What the answer to a logout has besides: the browser forgets the session, secrets that were to be shown, and logins
    /// that were begun. Not all cookies of the site: that would be those of its neighbors, too.
    func goodbye(to exchange: HTTPExchange) -> [ServerResponse.Field] {
        [deleteCookie, .init("Clear-Site-Data", "\"cache\", \"storage\"")]
            + SealedNote.allCases.map { policy.delete($0.rawValue) } + loginCookies.endAll(in: exchange.head)
    }

    /// Whether the browser has a session's cookie, of whatever worth.
    func hasCookie(_ exchange: HTTPExchange) -> Bool {
        policy.value(of: Self.cookieName, in: exchange.head) != nil
    }

    /// What a browser calls itself: 200 harmless characters of it.
    func userAgent(of exchange: HTTPExchange) -> String? {
        guard let bytes = exchange.head.first("user-agent"), !bytes.isEmpty else { return nil }
        let text = String(decoding: bytes.prefix(400), as: UTF8.self)
        return String(String.UnicodeScalarView(text.unicodeScalars.filter { !$0.isControlOrSeparator }.prefix(200)))
    }

    /// The origins that our pages have: that of the base URL, and on this machine, without TLS, the name that the browser
    /// used.
    func origins(for exchange: HTTPExchange) -> [String] {
        guard isLoopback, !policy.isSecure, let authority = exchange.head.authority,
            LoopbackHost.isLoopback(authority: authority)
        else { return [baseURL] }
        return [baseURL, "http://" + String(decoding: authority, as: UTF8.self).lowercased()]
    }

    /// The base URL, where a browser on this machine uses another of loopback's names: the provider sends people back
    /// to that one, and cookies go by name.
    func otherLoopbackName(for exchange: HTTPExchange) -> String? {
        guard party != nil, isLoopback, let authority = exchange.head.authority,
            DevelopmentLoginRules.isTrusted(exchange.head, from: exchange.remoteAddress)
        else { return nil }
        let own = baseURL.drop { $0 != ":" }.dropFirst(3)
        return own == String(decoding: authority, as: UTF8.self).lowercased() ? nil : baseURL
    }
}

extension HTTPError {
    /// 503: nobody can be recognized without the database.
    static let databaseAway = HTTPError(
        .serviceUnavailable, code: "database_unavailable",
        message: "The server can’t reach its database. Try again in a minute.", retryAfter: 5)
}
