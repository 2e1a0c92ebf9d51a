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
