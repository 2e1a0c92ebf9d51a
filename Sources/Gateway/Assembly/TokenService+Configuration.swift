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
