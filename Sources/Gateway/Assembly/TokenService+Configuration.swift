import Database
import WebhookServices

extension TokenService {
    /// Over an open workspace, with the URL, the services and the limits of a configuration.
    public init(_ configuration: Configuration, _ workspace: Workspace) {
        self.init(configuration, workspace, tester: nil)
    }

    /// Of a server, which sends test events.
    init(_ configuration: Configuration, _ workspace: Workspace, tester: (any TestSending)?) {
        self.init(
            store: workspace.tokens, services: configuration.services.registry, baseURL: configuration.server.baseURL,
            settings: configuration.tokens, tester: tester)
    }

    /// With the limits of `[tokens]`.
    init(
        store: TokenStore, services: ServiceRegistry, baseURL: String, settings: TokensConfiguration,
        tester: (any TestSending)? = nil, clock: @escaping @Sendable () -> UnixTime = { .now() }
    ) {
        self.init(
            store: store, services: services, baseURL: baseURL, maxPerAccount: settings.maxPerAccount,
            maxTestsPerMinute: settings.maxTestsPerMinute, tester: tester, clock: clock)
    }
}
