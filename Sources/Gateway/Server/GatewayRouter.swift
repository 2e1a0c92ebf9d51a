import EventLoop
import HTTPServer
import Logging
import WebhookServices

/// What is at which address.
enum GatewayRouter {
    /// The routes of a server: webhooks at `/<service>/<id>` and `/<service>`, where browsers see a page on it, and
    /// `GET /healthz`, `GET /readyz`, `GET /schemas`.
    static func make(
        _ configuration: Configuration, loops: LoopGroup, workspace: Workspace, publisher: any MessagePublisher,
        logger: Logger
    ) throws -> Router {
        let services = configuration.services.registry.offered
        let cache = tokenCache(configuration, workspace, services, loop: loops.loops[0])
        workspace.tokenNotices.listen { await cache.note($0) }
        let tokens = TokenLookup(
            cache: cache, retryAfter: IngestSettings(configuration).retryAfter, logger: logger)
        let pipeline = WebhookPipeline(
            publisher: publisher,
            deduplication: DeduplicationWindow(
                entries: configuration.ingest.deduplicationEntries, window: configuration.ingest.deduplicationWindow),
            settings: IngestSettings(configuration), parsers: try LoopLocal(loops.loops) { _ in try JSONParser() },
            logger: logger)
        let webhooks = WebhookHandler(services: services, tokens: tokens, pipeline: pipeline)
        let bare: any HTTPHandler =
            configuration.barePath.enabled
            ? BarePathHandler(configuration, workspace, services: services, tokens: tokens, pipeline: pipeline)
            : ClosedAddressHandler(services: services)
        let pages = services.map { service in
            let takesBare = configuration.barePath.enabled && service.proof != .pathOnly
            return (
                service: service,
                page: AddressPage(service: service, home: configuration.server.baseURL, takesBare: takesBare)
            )
        }
        let probe = DatabaseProbe(
            database: workspace.database, interval: configuration.server.readinessInterval,
            timeout: configuration.server.readinessTimeout)
        var router = Router()
        try router.on(.get, "/healthz", HealthHandler())
        try router.on(.get, "/readyz", ReadinessHandler(database: probe, publisher: publisher))
        try router.on(.get, "/schemas", SchemaIndexHandler())
        try router.on(.get, "/schemas/{name}", SchemaHandler())
        try router.on(.post, "/{service}/{id}", webhooks)
        try router.on(.get, "/{service}/{id}", AddressPageHandler(services: pages, deliveries: webhooks))
        try router.on(.post, "/{service}", bare)
        try router.on(.get, "/{service}", AddressPageHandler(services: pages, deliveries: bare))
        return router
    }

    private static func tokenCache(
        _ configuration: Configuration, _ workspace: Workspace, _ services: [any WebhookService],
        loop: EventLoop
    ) -> TokenCache {
        let loader = TokenRecordLoader(store: workspace.tokens) { name in services.first { $0.name == name } }
        return TokenCache(
            loader: loader, authority: TokenIDAuthority(workspace.keys),
            settings: TokenCacheSettings(configuration.cache), loop: loop)
    }
}
