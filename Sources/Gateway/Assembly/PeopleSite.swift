import Database
import EventLoop
import HTTPClient
import HTTPServer
import Logging
import OIDC
import WebPages
import WebhookServices

/// The server's part for people: the login and the pages.
struct PeopleSite: Sendable {
    private let accounts: Accounts
    private let routes: PortalRoutes

    /// Made from a configuration.
    ///
    /// - Parameters:
    ///   - tokens: What tokens are managed by.
    ///   - loop: Where requests to the login's provider are made.
    ///   - developmentLogin: Whether anybody on this machine may be anyone.
    /// - Throws: `TemplateError`, ``DevelopmentLoginError``, `DatabaseError`.
    init(
        _ configuration: Configuration, _ storage: Storage, tokens: TokenService, loop: EventLoop,
        developmentLogin: Bool, logger: Logger
    ) async throws {
        let settings = PortalSettings(
            configuration, version: ProgramVersion.text, database: try await Self.version(of: storage.database),
            isDevelopmentLogin: developmentLogin)
        accounts = try Accounts(
            configuration, database: storage.database, keys: storage.keys, loop: loop,
            developmentLogin: developmentLogin, logger: logger)
        routes = PortalRoutes(
            portal: Portal(
                renderer: try PageRenderer(), accounts: accounts, tokens: tokens,
                users: DatabaseUserDirectory(database: storage.database),
                services: configuration.services.registry, messages: MessageRenderer(configuration),
                forms: FormLedger(database: storage.database, keys: storage.keys, logger: logger),
                settings: settings, logger: logger))
    }

    /// Returns the watch for sessions that were ended elsewhere.
    func sessionNotices(of database: any Database) -> SessionChangeListener {
        SessionChangeListener(database: database, store: accounts.store)
    }

    /// A Boolean value that indicates whether an administrator sends this request.
    @Sendable func isAdministrator(_ exchange: HTTPExchange) async -> Bool {
        guard exchange.head.count(of: "cookie") > 0, let context = try? await accounts.context(of: exchange) else {
            return false
        }
        return context.session?.person.isAdmin ?? false
    }

    /// The page for browsers where there is nothing.
    var notFound: any HTTPHandler { routes.notFound }

    /// Registers everything.
    /// - Throws: `RouteError`.
    func addRoutes(to router: inout Router) throws {
        try routes.register(in: &router)
    }

    /// As "PostgreSQL 17.2".
    private static func version(of database: any Database) async throws -> String {
        let (name, question) =
            switch database.dialect {
            case .sqlite: ("SQLite", "SELECT sqlite_version() AS version")
            case .postgresql: ("PostgreSQL", "SELECT current_setting('server_version') AS version")
            }
        let version = try await database.query(question).rows.first?.text("version") ?? ""
        // Distributions add what they call their package.
        return "\(name) \(version.prefix { $0 != " " })"
    }
}

extension PortalSettings {
    /// The settings in a configuration.
    ///
    /// - Parameters:
    ///   - version: The program's.
    ///   - database: What the database is, in a word or two.
    init(_ configuration: Configuration, version: String, database: String, isDevelopmentLogin: Bool) {
        let pages = configuration.pages
        self.init(baseURL: configuration.server.baseURL, version: version)
        // What goes to a file is in no archive.
        if case .broker = configuration.publisher { messageURL = pages.messageURL }
        links = [(pages.helpURL, "Help"), (pages.sourceURL, "Source")].compactMap { url, text in
            url.map { PageLink(url: $0, text: text) }
        }
        self.pages = pages
        self.isDevelopmentLogin = isDevelopmentLogin
        canLogIn = isDevelopmentLogin || configuration.oidc.isConfigured
        versions = [
            LabelledValue(label: "webhook2fedmsg", value: version), LabelledValue(label: "Database", value: database),
        ]
    }
}

extension Accounts {
    /// Those of a configuration.
    ///
    /// - Parameters:
    ///   - loop: Where requests to the provider are made.
    ///   - developmentLogin: Whether anybody on this machine may be anyone.
    ///   - transport: what carries requests to the provider; by default the HTTP client on `loop`.
    ///   - refresher: who is asked again for groups; by default the provider.
    /// - Throws: ``DevelopmentLoginError``.
    init(
        _ configuration: Configuration, database: any Database, keys: KeyRing, loop: EventLoop,
        developmentLogin: Bool = false,
        transport: (any ProviderTransport)? = nil, refresher: (any SessionRefresher)? = nil, logger: Logger
    ) throws {
        if developmentLogin { try DevelopmentLoginRules.check(configuration) }
        let (oidc, baseURL) = (configuration.oidc, configuration.server.baseURL)
        var party: RelyingParty?
        if oidc.isConfigured {
            var settings = oidc.settings
            settings.redirectURI = baseURL + AccountPaths.callback
            settings.postLogoutRedirectURI = baseURL + "/"
            let client = HTTPClient(on: loop, limits: oidc.limits, settings: oidc.client)
            party = RelyingParty(settings: settings, transport: transport ?? HTTPClientTransport(client: client))
        }
        self.init(
            Settings(
                sessions: configuration.sessions,
                // A refresh is at most discovery, token endpoint and UserInfo, each bounded so.
                refreshLease: oidc.limits.totalTimeout * 4,
                // Half of the requests to the provider are left for everybody else.
                loginsAtOnce: oidc.limits.concurrency / 2, baseURL: baseURL,
                isDevelopmentLogin: developmentLogin),
            database: database, keys: keys, party: party, refresher: refresher, logger: logger)
    }
}

extension DevelopmentLoginRules {
    /// Checks the configuration at the start.
    /// - Throws: ``DevelopmentLoginError``, which says what is in the way.
    static func check(_ configuration: Configuration) throws(DevelopmentLoginError) {
        guard !configuration.oidc.isConfigured else { throw .provider }
        guard let listen = configuration.server.listen.first(where: { !$0.isLoopback }) else {
            guard LoopbackHost.isLoopback(url: configuration.server.baseURL) else { throw .publicURL }
            return
        }
        throw .listen("\(listen)")
    }
}

extension TokenService {
    /// Over open storage, with the URL, the services and the limits of a configuration.
    public init(_ configuration: Configuration, _ storage: Storage) {
        self.init(configuration, storage, tester: nil)
    }

    /// Of a server, which sends test events.
    init(_ configuration: Configuration, _ storage: Storage, tester: (any TestSending)?) {
        self.init(
            store: storage.tokens, services: configuration.services.registry, baseURL: configuration.server.baseURL,
            limits: configuration.tokens, tester: tester)
    }
}

extension MessageRenderer {
    /// By the topics, the services and the limits of a configuration.
    public init(_ configuration: Configuration) {
        self.init(
            registry: configuration.services.registry, settings: configuration.ingest,
            broker: configuration.broker.settings)
    }
}
