import AMQP
import Database
import Encodings
import EventLoop
import FedoraMessaging
import Glibc
import HTTPServer
import Logging
import ServiceLifecycle
import UnixSignals

/// The whole server: its parts made from the configuration, started in order, and ended in the reverse order.
///
/// Where PostgreSQL is away it listens all the same, says so on `/readyz`, answers 503, and makes its parts when the
/// database is there.
public struct GatewayServer: Sendable {
    private let start: GatewayStart
    private let opener: DatabaseOpener?
    private let server: HTTPServer
    private let stopping = Stopping()
    private let accessLog: AccessLog
    private let shutdownDelay: Duration
    private let logger: Logger
    /// The listening addresses, with the ports that the kernel chose.
    public let addresses: [SocketAddress]

    /// Makes everything ready and listens: what is wrong with the configuration, the database, the root key or the
    /// addresses is known when this returns; but for a PostgreSQL that does not answer.
    ///
    /// - Parameter developmentLogin: whether anybody on this machine may be anyone, without a password.
    /// - Throws: errors whose descriptions say what to do.
    public init(_ configuration: Configuration, developmentLogin: Bool = false, logger: Logger) async throws {
        self.logger = logger
        accessLog = AccessLog(logger: logger)
        let configuration = try DescriptorLimit.fit(configuration, logger: logger)
        shutdownDelay = configuration.server.shutdownDelay
        let permissions = configuration.permissionsOfTLSKeys()
        guard permissions.problems.isEmpty else { throw SettingsError(permissions.problems) }
        for warning in permissions.warnings { logger.warning("\(warning)") }
        if geteuid() == 0 { logger.warning("running as root, which needs no rights of its: use a user of its own") }
        let certificate = try await HTTPSCertificate.load(configuration.server.tls, logger: logger)
        if developmentLogin { try DevelopmentLoginRules.check(configuration) }
        let count = configuration.server.loops
        let loops = try LoopGroup.start(count: count > 0 ? count : ProcessorCount.available())
        let start = GatewayStart()
        self.start = start
        let stopping = stopping
        let opener = DatabaseOpener(
            start: start, mayBeAway: try StorageSettings(configuration).isPostgreSQL,
            backoff: configuration.database.limits.backoff, logger: logger,
            probe: { patience in
                try await Storage.probe(configuration, loop: loops.loops[0], patience: patience)
            }
        ) { patience in
            let storage = try await Storage.open(
                configuration, loop: loops.loops[0], patience: patience, logger: logger)
            do {
                return try await GatewayParts(
                    configuration, storage, loops: loops, certificate: certificate,
                    stopping: stopping, developmentLogin: developmentLogin, logger: logger)
            } catch {
                await storage.close()
                throw error
            }
        }
        let parts = try await opener.open()
        self.opener = parts == nil ? opener : nil
        server = HTTPServer(
            loops: loops, addresses: try await ListenAddress.resolve(configuration.server.listen),
            limits: configuration.server.effectiveLimits, tls: certificate?.tls,
            router: try parts?.router
                ?? WaitingRouter.make(start, retryAfter: configuration.server.limits.retryAfter),
            proxies: TrustedProxies(
                configuration.server.trustedProxies, header: configuration.server.proxyHeader, logger: logger),
            observer: accessLog, logger: logger)
        addresses = try await server.listen()
    }

    /// Serves until SIGTERM or SIGINT; then accepts nothing more, answers what is in flight, waits for its confirms,
    /// and returns.
    ///
    /// - Throws: what is wrong with the database or the root key, where that is known only now.
    public func run() async throws {
        for address in addresses { logger.notice("listening", metadata: ["address": "\(address)"]) }
        // Ended in the reverse order: first no more requests, then no more messages.
        var services: [any Service] = []
        services.append(StartedService(start) { $0.reload })
        services.append(AccessLogService(log: accessLog))
        services.append(StartedService(start) { DeliveryService(recorder: $0.recorder) })
        services.append(StartedService(start) { $0.housekeeping })
        services.append(StartedService(start) { $0.sessionNotices })
        services.append(StartedService(start) { $0.tokenNotices })
        services.append(StartedService(start) { $0.broker })
        if let opener { services.append(OpeningService(opener: opener, server: server)) }
        services.append(HTTPService(server: server, stopping: stopping, delay: shutdownDelay, logger: logger))
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger))
        try await group.run()
        await start.known?.close()
        logger.notice("stopped")
    }
}

/// The HTTP server as a part of the process: says that it stops when the process shuts down, stops accepting after the
/// delay, and ends when the requests in flight are answered.
struct HTTPService: Service {
    let server: HTTPServer
    let stopping: Stopping
    /// `server.shutdown_delay`.
    let delay: Duration
    let logger: Logger

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await server.run()
        } onGracefulShutdown: {
            stopping.begin()
            guard delay > .zero else { return server.beginShutdown() }
            logger.notice("stopping; requests are still taken", metadata: ["for": "\(DurationText.text(delay))"])
            Task {
                try? await Task.sleep(for: delay)
                server.beginShutdown()
            }
        }
    }
}

/// The broker's publishers as a part of the process: each keeps its connection until the shutdown, and then waits for
/// the confirms that are still due.
struct BrokerService: Service {
    let publishers: [AMQPPublisher]

    func run() async {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for publisher in publishers { group.addTask { await publisher.run() } }
            }
        }
    }
}

/// The recorder as a part of the process: ends after all that gives it something to write down.
struct DeliveryService: Service {
    let recorder: DeliveryRecorder

    func run() async {
        await cancelWhenGracefulShutdown { await recorder.run() }
    }
}
