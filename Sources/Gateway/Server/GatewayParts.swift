import AMQP
import Database
import EventLoop
import HTTPServer
import Logging
import ServiceLifecycle
import WebhookServices

/// The parts of a server once its database is there: the parts that work, and what is at which address.
struct GatewayParts: Sendable {
    let storage: Storage
    let broker: BrokerService?
    let file: FilePublisher?
    let recorder: DeliveryRecorder
    let housekeeping: Housekeeping
    let sessionNotices: SessionChangeListener
    let tokenNotices: TokenNoticeWatch
    let reload: ReloadService
    let router: Router

    /// - Parameters:
    ///   - storage: Is closed if this fails.
    ///   - certificate: What SIGHUP reads anew.
    init(
        _ configuration: Configuration, _ storage: Storage, loops: LoopGroup, certificate: HTTPSCertificate?,
        stopping: Stopping, developmentLogin: Bool, logger: Logger
    ) async throws {
        self.storage = storage
        housekeeping = Housekeeping(
            database: storage.database, historyRetention: configuration.tokens.historyRetention,
            writerRetention: configuration.deliveries.writerRetention,
            sessionIdleTimeout: configuration.sessions.rules.idleTimeout, logger: logger)
        for notice in storage.notices { logger.notice("\(notice)") }
        let follower = RootKeyFollower(database: storage.database, keys: storage.keys, logger: logger)
        storage.tokenNotices.listen { await follower.note($0) }
        let publisher: any MessagePublisher
        switch configuration.publisher {
        case .broker(let settings):
            let brokerPublisher = BrokerPublisher(
                settings: settings,
                connection: configuration.broker.connection.reaching(settings, version: ProgramVersion.text),
                limits: configuration.broker.limits,
                topics: ExampleTopics.of(configuration.services.registry.offered).map(\.topic), loops: loops,
                logger: logger)
            broker = BrokerService(publishers: brokerPublisher.actors)
            file = nil
            publisher = brokerPublisher
        case .file(let path):
            let filePublisher = try FilePublisher(
                path: path, topicPrefix: configuration.broker.settings.topicPrefix,
                priority: configuration.broker.settings.publishPriority,
                limits: FilePublisherLimits(
                    publisher: configuration.broker.limits, messageBytes: configuration.ingest.maxMessageSize),
                loops: loops, logger: logger)
            broker = nil
            file = filePublisher
            publisher = filePublisher
        }
        reload = ReloadService(file: file, certificate: certificate, logger: logger)
        recorder = DeliveryRecorder(
            database: storage.database, loops: loops.loops, settings: configuration.deliveries,
            logger: logger)
        let ingest = try Ingest(
            configuration, loops: loops, storage: storage, publisher: publisher, deliveries: recorder,
            logger: logger)
        let people = try await PeopleSite(
            configuration, storage, tokens: TokenService(configuration, storage, tester: ingest),
            loop: loops.loops[0], developmentLogin: developmentLogin, logger: logger)
        var router = try GatewayRouter.make(
            configuration, storage: storage, ingest: ingest, stopping: stopping, notFound: people.notFound,
            isAdministrator: people.isAdministrator)
        try people.addRoutes(to: &router)
        self.router = router
        sessionNotices = people.sessionNotices(of: storage.database)
        tokenNotices = TokenNoticeWatch(database: storage.database, notices: storage.tokenNotices, logger: logger)
        if developmentLogin { logger.warning("development login: anybody on this machine can be anyone") }
    }

    /// Ends what does not end by itself.
    func close() async {
        await file?.close()
        await storage.close()
    }
}

/// The routes of the server.
enum GatewayRouter {
    /// The routes of a server: webhooks at `/<service>/<id>` and `/<service>`, where browsers see a page on it, and
    /// `GET /healthz`, `GET /readyz`, `GET /readyz/server`, `GET /schemas`.
    ///
    /// - Parameters:
    ///   - notFound: What browsers see where there is nothing.
    ///   - isAdministrator: Whether an administrator sends a request.
    static func make(
        _ configuration: Configuration, storage: Storage, ingest: Ingest, stopping: Stopping = Stopping(),
        notFound: (any HTTPHandler)? = nil,
        isAdministrator: @escaping @Sendable (HTTPExchange) async -> Bool = { _ in false }
    ) throws -> Router {
        let services = ingest.services
        let (tokens, pipeline) = (ingest.tokens, ingest.pipeline)
        let webhooks = WebhookHandler(services: services, tokens: tokens, pipeline: pipeline)
        let bare: any HTTPHandler =
            configuration.barePath.isEnabled
            ? try BarePathHandler(configuration, storage, ingest)
            : ClosedAddressHandler(services: services)
        let pages = services.map { service in
            let takesBare = configuration.barePath.isEnabled && service.isFoundWithoutID
            return (
                service: service,
                page: EndpointPage(service: service, home: configuration.server.baseURL, takesBare: takesBare)
            )
        }
        let probe = DatabaseProbe(
            database: storage.database, keys: storage.keys, interval: configuration.server.readinessInterval,
            timeout: configuration.server.readinessTimeout)
        var router = Router()
        try router.on(.get, "/healthz", HealthHandler())
        try router.on(
            .get, "/readyz",
            ReadinessHandler(
                database: probe, publisher: pipeline.publisher, stopping: stopping, isAdministrator: isAdministrator))
        try router.on(.get, "/readyz/server", ServingHandler(stopping: stopping))
        try router.on(.get, "/schemas", SchemaIndexHandler())
        try router.on(.get, "/schemas/{name}", SchemaHandler())
        // With a slash behind: some put one there, and what was sent there once is not sent again.
        for end in ["", "/"] {
            try router.on(.post, "/{service}/{id}\(end)", webhooks)
            try router.on(
                .get, "/{service}/{id}\(end)",
                EndpointPageHandler(services: pages, deliveries: webhooks, notFound: notFound))
            try router.on(.post, "/{service}\(end)", bare)
            try router.on(
                .get, "/{service}\(end)", EndpointPageHandler(services: pages, deliveries: bare, notFound: notFound))
        }
        return router
    }
}
