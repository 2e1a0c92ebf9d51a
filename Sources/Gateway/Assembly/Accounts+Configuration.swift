import Database
import EventLoop
import HTTPClient
import HTTPServer
import Logging
import OIDC

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
        let party = OIDCSettings(configuration).map { settings in
            let client = HTTPClient(
                on: loop, limits: HTTPClientLimits(configuration.oidc),
                settings: HTTPClientSettings(caFile: configuration.oidc.caFile))
            return RelyingParty(settings: settings, transport: transport ?? HTTPClientTransport(client: client))
        }
        self.init(
            Settings(
                sessions: SessionSettings(configuration), adminGroups: configuration.sessions.adminGroups,
                loginTimeout: configuration.sessions.loginTimeout,
                // Half of the requests to the provider are left for everybody else.
                loginsAtOnce: configuration.oidc.maxRequests / 2, baseURL: configuration.server.baseURL,
                isDevelopmentLogin: developmentLogin),
            database: database, keys: keys, party: party, refresher: refresher, logger: logger)
    }
}

extension DevelopmentLoginRules {
    /// Checks the configuration at the start.
    /// - Throws: ``DevelopmentLoginError``, which says what is in the way.
    static func check(_ configuration: Configuration) throws(DevelopmentLoginError) {
        guard configuration.oidc.issuer == nil else { throw .provider }
        guard let listen = configuration.server.listen.first(where: { !$0.isLoopback }) else {
            guard LoopbackHost.isLoopback(url: configuration.server.baseURL) else { throw .publicURL }
            return
        }
        throw .listen("\(listen)")
    }
}
