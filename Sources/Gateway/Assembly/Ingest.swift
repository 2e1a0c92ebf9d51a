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
        let settings = configuration.ingest
        let retryAfter = configuration.server.limits.retryAfter
        let cache = TokenCache(
            loader: TokenRecordLoader(
                store: workspace.tokens, entries: configuration.cache.entries, logger: logger,
                namesOwners: settings.namesOwners
            ) { name in services.first { $0.name == name } },
            authority: TokenIDAuthority(workspace.keys), settings: configuration.cache,
            loop: loops.loops[0])
        workspace.tokenNotices.listen { [weak cache] in await cache?.note($0) }
        self.services = services
        self.loops = loops.loops
        tokens = TokenLookup(cache: cache, retryAfter: retryAfter, logger: logger)
        pipeline = WebhookPipeline(
            publisher: publisher, deliveries: deliveries,
            deduplication: DeduplicationWindow(
                entries: settings.deduplicationEntries, window: settings.deduplicationWindow),
            settings: settings, topicPrefix: configuration.broker.settings.topicPrefix, retryAfter: retryAfter,
            parsers: try LoopLocal(loops.loops) { _ in try JSONParser() },
            largeBodies: try LargeBodies(), logger: logger,  // There is room for every token that is held at all.
            limiter: RateLimiter(settings.rates, tokens: configuration.cache.entries))
    }
}
