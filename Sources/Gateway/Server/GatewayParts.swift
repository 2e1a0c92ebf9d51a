import AMQP
import Database
import EventLoop
import HTTPServer
import Logging
import ServiceLifecycle
import WebhookServices

/// The parts of a server once its database is there: the parts that work, and what is at which address.
struct GatewayParts: Sendable {
    let workspace: Workspace
    let broker: BrokerService?
    let file: FilePublisher?
    let recorder: DeliveryRecorder
    let housekeeping: Housekeeping
    let sessionNotices: SessionChangeListener
    let tokenNotices: TokenNoticeWatch
    let hangUp: HangUpService
    let router: Router

    /// - Parameters:
    ///   - workspace: Is closed if this fails.
    ///   - certificate: What SIGHUP reads anew.
    init(
        _ configuration: Configuration, _ workspace: Workspace, loops: LoopGroup, certificate: HTTPSCertificate?,
        stopping: Stopping, developmentLogin: Bool, logger: Logger
    ) async throws {
        self.workspace = workspace
        housekeeping = Housekeeping(
            database: workspace.database, historyRetention: configuration.tokens.historyRetention,
            writerRetention: configuration.deliveries.writerRetention,
            sessionIdleTimeout: configuration.sessions.rules.idleTimeout, logger: logger)
        for notice in workspace.notices { logger.notice("\(notice)") }
        let follower = RootKeyFollower(database: workspace.database, keys: workspace.keys, logger: logger)
        workspace.tokenNotices.listen { await follower.note($0) }
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
        hangUp = HangUpService(file: file, certificate: certificate, logger: logger)
        recorder = DeliveryRecorder(
            database: workspace.database, loops: loops.loops, settings: configuration.deliveries,
            logger: logger)
        let ingest = try Ingest(
            configuration, loops: loops, workspace: workspace, publisher: publisher, deliveries: recorder,
            logger: logger)
        let people = try await PeopleSite(
            configuration, workspace, tokens: TokenService(configuration, workspace, tester: ingest),
            loop: loops.loops[0], developmentLogin: developmentLogin, logger: logger)
        var router = try GatewayRouter.make(
            configuration, workspace: workspace, ingest: ingest, stopping: stopping, notFound: people.notFound,
            isAdministrator: people.isAdministrator)
        try people.addRoutes(to: &router)
        self.router = router
        sessionNotices = people.sessionNotices(of: workspace.database)
        tokenNotices = TokenNoticeWatch(database: workspace.database, notices: workspace.tokenNotices, logger: logger)
        if developmentLogin { logger.warning("development login: anybody on this machine can be anyone") }
    }

    /// Ends what does not end by itself.
    func close() async {
        await file?.close()
        await workspace.close()
    }
}
