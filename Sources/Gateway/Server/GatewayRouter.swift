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
        let tokens = TokenCache(
            loader: loader, authority: TokenIDAuthority(workspace.keys),
            settings: TokenCacheSettings(configuration.cache), loop: loops.loops[0])
        workspace.tokenNotices.listen { await tokens.note($0) }
        let webhooks = WebhookHandler(
            services: services,
            tokens: tokens,
            publisher: publisher,
            deduplication: DeduplicationWindow(
                entries: configuration.ingest.deduplicationEntries, window: configuration.ingest.deduplicationWindow),
            settings: IngestSettings(configuration),
            parsers: try LoopLocal(loops.loops) { _ in try JSONParser() },
            logger: logger)
        let probe = DatabaseProbe(
            database: workspace.database, interval: configuration.server.readinessInterval,
            timeout: configuration.server.readinessTimeout)
        var router = Router()
        try router.on(.get, "/healthz", HealthHandler())
        try router.on(.get, "/readyz", ReadinessHandler(database: probe, publisher: publisher))
        try router.on(.post, "/{service}/{id}", webhooks)
        return router
    }
}
