import Database
import EventLoop
import HTTPServer
import Logging
import WebPages

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
        _ configuration: Configuration, _ workspace: Workspace, tokens: TokenService, loop: EventLoop,
        developmentLogin: Bool, logger: Logger
    ) async throws {
        let settings = PortalSettings(
            configuration, version: ProgramVersion.text, database: try await Self.version(of: workspace.database),
            isDevelopmentLogin: developmentLogin)
        accounts = try Accounts(
            configuration, database: workspace.database, keys: workspace.keys, loop: loop,
            developmentLogin: developmentLogin, logger: logger)
        routes = PortalRoutes(
            portal: Portal(
                renderer: try PageRenderer(), accounts: accounts, tokens: tokens,
                users: DatabaseUserDirectory(database: workspace.database),
                services: configuration.services.registry, messages: MessageRenderer(configuration),
                forms: FormLedger(database: workspace.database, keys: workspace.keys, logger: logger),
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
