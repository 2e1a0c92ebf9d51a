import EventLoop
import HTTPServer
import Logging
import WebhookServices

/// What is at which address.
enum GatewayRouter {
    /// The routes of a server: `POST /<service>/<id>`, `GET /healthz`, `GET /readyz`.
    static func make(
        _ configuration: Configuration, loops: LoopGroup, workspace: Workspace, publisher: any MessagePublisher,
        logger: Logger
    ) throws -> Router {
        let services = configuration.services.registry.offered
        let loader = TokenRecordLoader(store: workspace.tokens) { name in services.first { $0.name == name } }
        let webhooks = WebhookHandler(
            services: services,
            tokens: TokenCache(
                loader: loader, authority: TokenIDAuthority(workspace.keys),
                settings: TokenCacheSettings(configuration.cache)),
            publisher: publisher,
            deduplication: DeduplicationWindow(
                entries: configuration.ingest.deduplicationEntries, window: configuration.ingest.deduplicationWindow),
            settings: IngestSettings(configuration),
            parsers: try LoopLocal(loops.loops) { _ in try JSONParser() },
            logger: logger)
        var router = Router()
        try router.on(.get, "/healthz", HealthHandler())
        try router.on(.get, "/readyz", ReadinessHandler(database: workspace.database, publisher: publisher))
        try router.on(.post, "/{service}/{id}", webhooks)
        return router
    }
}
