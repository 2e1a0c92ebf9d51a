import AMQP
import Database
import EventLoop
import FedoraMessaging
import HTTPServer
import Logging
import ServiceLifecycle
import UnixSignals
import WebhookServices

/// The whole server: its parts made from the configuration, started in order, and ended in the reverse order.
public struct GatewayServer: Sendable {
    private let workspace: Workspace
    private let server: HTTPServer
    private let broker: BrokerService?
    private let file: FilePublisher?
    private let certificate: HTTPSCertificate?
    private let recorder: DeliveryRecorder
    private let housekeeping: Housekeeping
    private let sessionNotices: SessionNoticeWatch
    private let logger: Logger
    /// Where it listens, with the ports that the kernel chose.
    public let addresses: [SocketAddress]

    /// Makes everything ready and listens: what is wrong with the configuration, the database, the root key or the
    /// addresses is known when this returns.
    ///
    /// - Parameter developmentLogin: whether anybody on this machine may be anyone, without a password.
    /// - Throws: errors whose descriptions say what to do.
    public init(_ configuration: Configuration, developmentLogin: Bool = false, logger: Logger) async throws {
        self.logger = logger
        certificate = try await HTTPSCertificate.load(configuration.server.tls, logger: logger)
        if developmentLogin { try DevelopmentLoginRules.check(configuration) }
        let count = configuration.server.loops
        let loops = try LoopGroup.start(count: count > 0 ? count : ProcessorCount.available())
        workspace = try await Workspace.open(configuration, loop: loops.loops[0], logger: logger)
        housekeeping = Housekeeping(
            database: workspace.database, historyRetention: configuration.tokens.historyRetention,
            writerRetention: configuration.deliveries.writerRetention,
            sessionIdleTimeout: configuration.sessions.idleTimeout, logger: logger)
        for notice in workspace.notices { logger.notice("\(notice)") }
        let follower = RootKeyFollower(database: workspace.database, keys: workspace.keys, logger: logger)
        workspace.tokenNotices.listen { await follower.note($0) }
        let publisher: any MessagePublisher
        switch configuration.publisher {
        case .broker(let settings):
            let brokerPublisher = BrokerPublisher(
                settings: settings, limits: PublisherLimits(configuration),
                connectTimeout: configuration.broker.connectTimeout, loops: loops, logger: logger)
            broker = BrokerService(publishers: brokerPublisher.actors)
            file = nil
            publisher = brokerPublisher
        case .file(let path):
            let filePublisher = try FilePublisher(
                path: path, topicPrefix: configuration.broker.topicPrefix,
                priority: configuration.broker.publishPriority, limits: FilePublisherLimits(configuration),
                loops: loops.loops, logger: logger)
            broker = nil
            file = filePublisher
            publisher = filePublisher
        }
        recorder = DeliveryRecorder(
            database: workspace.database, loops: loops.loops, settings: DeliverySettings(configuration.deliveries),
            logger: logger)
        let ingest = try Ingest(
            configuration, loops: loops, workspace: workspace, publisher: publisher, deliveries: recorder,
            logger: logger)
        let people = try await PeopleSite(
            configuration, workspace, desk: DatabaseTokenDesk(configuration, workspace, ingest), loop: loops.loops[0],
            developmentLogin: developmentLogin, logger: logger)
        var router = try GatewayRouter.make(
            configuration, workspace: workspace, ingest: ingest, notFound: people.notFound)
        try people.addRoutes(to: &router)
        sessionNotices = people.sessionNotices(of: workspace.database)
        if developmentLogin { logger.warning("development login: anybody on this machine can be anyone") }
        server = HTTPServer(
            loops: loops, addresses: try await Self.listenAddresses(configuration.server),
            limits: HTTPServerLimits(configuration), tls: certificate?.tls, router: router,
            observer: AccessLog(logger: logger), logger: logger)
        addresses = try await server.listen()
    }

    /// Serves until SIGTERM or SIGINT; then accepts nothing more, answers what is in flight, waits for its confirms,
    /// and returns.
    public func run() async throws {
        for address in addresses { logger.notice("listening", metadata: ["address": "\(address)"]) }
        // Ended in the reverse order: first no more requests, then no more messages.
        var services: [any Service] = []
        services.append(HangUpService(file: file, certificate: certificate, logger: logger))
        services.append(DeliveryService(recorder: recorder))
        services.append(housekeeping)
        services.append(sessionNotices)
        services.append(TokenNoticeWatch(database: workspace.database, notices: workspace.tokenNotices))
        if let broker { services.append(broker) }
        services.append(HTTPService(server: server))
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger))
        try await group.run()
        await file?.close()
        await workspace.close()
        logger.notice("stopped")
    }

    private static func listenAddresses(_ server: ServerConfiguration) async throws -> [SocketAddress] {
        var addresses: [SocketAddress] = []
        for listen in server.listen {
            addresses += try await SocketAddress.resolve(host: listen.host, port: UInt16(clamping: listen.port))
        }
        return addresses
    }
}
