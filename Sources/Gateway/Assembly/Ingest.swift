import EventLoop
import HTTPServer
import Logging
import WebhookServices

/// Everything that a webhook goes through, whichever way it comes: by its token's address, by its service's, or from a
/// page that tries a token.
struct Ingest: Sendable {
    /// The services offered.
    let services: [any WebhookService]
    /// The tokens, cached.
    let tokens: TokenLookup
    /// The pipeline of authentic webhooks.
    let pipeline: WebhookPipeline
    /// The loops that it works on.
    let loops: [EventLoop]

    init(
        _ configuration: Configuration, loops: LoopGroup, workspace: Workspace, publisher: any MessagePublisher,
        deliveries: any DeliveryNoting, logger: Logger
    ) throws {
        let services = configuration.services.registry.offered
        let settings = IngestSettings(configuration)
        let cache = TokenCache(
            loader: TokenRecordLoader(
                store: workspace.tokens, entries: configuration.cache.entries, logger: logger,
                namesOwners: settings.namesOwners
            ) { name in services.first { $0.name == name } },
            authority: TokenIDAuthority(workspace.keys), settings: TokenCacheSettings(configuration.cache),
            loop: loops.loops[0])
        workspace.tokenNotices.listen { [weak cache] in await cache?.note($0) }
        self.services = services
        self.loops = loops.loops
        tokens = TokenLookup(cache: cache, retryAfter: settings.retryAfter, logger: logger)
        pipeline = WebhookPipeline(
            publisher: publisher, deliveries: deliveries,
            deduplication: DeduplicationWindow(
                entries: configuration.ingest.deduplicationEntries, window: configuration.ingest.deduplicationWindow),
            settings: settings, parsers: try LoopLocal(loops.loops) { _ in try JSONParser() },
            largeBodies: try LargeBodies(), logger: logger, limiter: RateLimiter(configuration))
    }
}
