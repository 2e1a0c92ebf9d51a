import Database
import Encodings
import EventLoop
import HTTPServer
import Logging
import OIDC

/// The people behind requests: sessions, logins, and the forms that their browsers send.
struct Accounts: Sendable {
    let store: SessionStore
    let party: RelyingParty?
    let keys: KeyRing
    let policy: CookiePolicy
    let loginCookies: LoginCookies
    let loginGate: LoginGate
    let logger: Logger
    let settings: SessionSettings
    /// A Boolean value that indicates whether anybody on this machine may be anyone: every page says so.
    let isDevelopmentLogin: Bool
    /// The base of URLs; no slash at its end.
    let baseURL: String
    let isLoopback: Bool

    static let cookieName = "w2f"

    /// The configuration of logins.
    struct Settings: Sendable {
        var sessions: SessionSettings
        /// The time that a refresh may take before another replica tries.
        var refreshLease: Duration
        /// Logins that ask the provider at the same time.
        var loginsAtOnce: Int
        /// The base of URLs; no slash at its end.
        var baseURL: String
        var isDevelopmentLogin: Bool
    }

    /// - Parameters:
    ///   - party: The provider's relying party; nil where there is no provider.
    ///   - refresher: who is asked again for groups; by default the provider.
    init(
        _ settings: Settings, database: any Database, keys: KeyRing, party: RelyingParty?,
        refresher: (any SessionRefresher)? = nil, logger: Logger
    ) {
        isDevelopmentLogin = settings.isDevelopmentLogin
        baseURL = settings.baseURL
        isLoopback = LoopbackHost.isLoopback(url: baseURL)
        self.keys = keys
        self.logger = logger
        policy = CookiePolicy(baseURL: baseURL)
        self.settings = settings.sessions
        self.party = party
        loginCookies = LoginCookies(
            sealed: SealedCookie(keys: keys, policy: policy), policy: policy, lifetime: settings.sessions.loginTimeout)
        loginGate = LoginGate(atOnce: settings.loginsAtOnce)
        store = SessionStore(
            database: database, keys: keys, settings: settings.sessions, refreshLease: settings.refreshLease,
            refresher: refresher ?? party,
            revocation: party.map { GrantRevocation(party: $0, logger: logger) }, logger: logger)
    }

    /// Returns the session of the request's sender.
    /// - Throws: 503 while the database cannot be asked.
    func context(of exchange: HTTPExchange) async throws(HTTPError) -> SessionContext {
        let (now, head) = (UnixTime.now(), exchange.head)
        guard let text = policy.value(of: Self.cookieName, in: head) else { return SessionContext() }
        guard let id = SessionID(cookie: text, keys: keys) else { return expired }
        do {
            guard let record = try await store.find(id), isAdmissible(record, exchange) else { return expired }
            let session = try Session(
                record, id: id, rules: settings.rules, adminGroups: settings.adminGroups, now: now)
            return SessionContext(session: session)
        } catch {
            logger.throttled(.error, "cannot read a session", metadata: ["error": "\(error)"])
            throw .databaseAway
        }
    }

    /// The development login's sessions count where it could be used, and nowhere else.
    private func isAdmissible(_ record: SessionRecord, _ exchange: HTTPExchange) -> Bool {
        guard record.isDevelopment else { return true }
        return isDevelopmentLogin && DevelopmentLoginRules.isTrusted(exchange.head, from: exchange.remoteAddress)
    }

    /// A sealed cookie of one's own, for messages that the next page shows.
    var sealedCookie: SealedCookie { SealedCookie(keys: keys, policy: policy) }

    /// The field that takes the session's cookie away.
    var deleteCookie: ServerResponse.Field { policy.delete(Self.cookieName) }

    private var expired: SessionContext { SessionContext(responseFields: [deleteCookie]) }

    var adminLoginMaxAge: Int64 { settings.rules.adminLoginMaxAge.components.seconds }

    /// Begins a session under a new id.
    ///
    /// - Returns: The field that sets its cookie.
    func begin(_ session: NewSession, for exchange: HTTPExchange) async throws -> ServerResponse.Field {
        let old = policy.value(of: Self.cookieName, in: exchange.head).flatMap { SessionID(cookie: $0, keys: keys) }
        let id = try await store.begin(session, replacing: old)
        return policy.set(Self.cookieName, id.cookie(keys), maxAge: settings.lifetime)
    }

    /// The session's id at the provider.
    func credentials(of session: Session) async throws -> Credentials? {
        guard !session.isDevelopment, let record = try await store.find(session.id) else { return nil }
        return await store.credentials(of: record)
    }

    /// Returns the address at which the provider's own session ends.
    func providerLogout(for session: Session, _ credentials: Credentials?) async -> String? {
        session.isDevelopment ? nil : await party?.logoutURL(for: credentials)
    }

    /// Returns the header fields of the response to a logout: the browser forgets the session, secrets that were to be
    /// shown, and logins that were begun. Not all cookies of the site: that would be those of its neighbors, too.
    func logoutFields(for exchange: HTTPExchange) -> [ServerResponse.Field] {
        [deleteCookie, .init("Clear-Site-Data", "\"cache\", \"storage\"")]
            + PageCookie.allCases.map { policy.delete($0.rawValue) } + loginCookies.endAll(in: exchange.head)
    }

    /// Returns a Boolean value that indicates whether the browser has a session's cookie, of whatever worth.
    func hasCookie(_ exchange: HTTPExchange) -> Bool {
        policy.value(of: Self.cookieName, in: exchange.head) != nil
    }

    /// Returns the browser's name for itself: 200 harmless characters of it.
    func userAgent(of exchange: HTTPExchange) -> String? {
        guard let bytes = exchange.head.first("user-agent"), !bytes.isEmpty else { return nil }
        let text = String(decoding: bytes.prefix(400), as: UTF8.self)
        return String(String.UnicodeScalarView(text.unicodeScalars.filter { !$0.isControlOrSeparator }.prefix(200)))
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

/// The sender of a request.
struct SessionContext: Sendable {
    /// `nil` if nobody is logged in.
    var session: Session?
    /// The fields for every response, which delete a cookie of no use.
    var responseFields: [ServerResponse.Field] = []
}
