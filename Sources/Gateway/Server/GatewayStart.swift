import Database
import EventLoop
import HTTPServer
import Logging
import ServiceLifecycle

/// The server's parts as they come to be: at once, or when the database is there.
final class GatewayStart: Sendable {
    private struct State: Sendable {
        var parts: GatewayParts?
        /// The reason why there are none.
        var problem = "the database was not asked yet"
        var waiting: [Int: CheckedContinuation<GatewayParts?, Never>] = [:]
        var cancelled: Set<Int> = []
        var lastNumber = 0
    }

    private let state = Locked(State())

    /// The parts, if there are any.
    var known: GatewayParts? { state.withLock { $0.parts } }

    /// The reason why there are none.
    var problem: String { state.withLock { $0.problem } }

    /// The parts, when they are there; nil if the task is cancelled before.
    func parts() async -> GatewayParts? {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: GatewayParts?? = state.withLock { state in
                    if let parts = state.parts { return .some(parts) }
                    if state.cancelled.remove(number) != nil { return .some(nil) }
                    state.waiting[number] = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                let waiter = state.waiting.removeValue(forKey: number)
                if waiter == nil { state.cancelled.insert(number) }
                return waiter
            }
            waiter?.resume(returning: nil)
        }
    }

    /// The parts are there.
    func finish(_ parts: GatewayParts) {
        let waiters = state.withLock { state in
            state.parts = parts
            defer { state.waiting = [:] }
            return state.waiting.values.map(\.self)
        }
        for waiter in waiters { waiter.resume(returning: parts) }
    }

    /// They could not be made yet.
    func note(_ problem: String) {
        state.withLock { $0.problem = problem }
    }
}

/// Opens the database and makes the parts, as often as it takes.
struct DatabaseOpener: Sendable {
    /// The time that the first look at PostgreSQL may take before the server listens without it.
    private static let patience = Duration.seconds(3)

    let start: GatewayStart
    /// A Boolean value that indicates whether it may be away for a while: PostgreSQL may, a file is there or not.
    let mayBeAway: Bool
    let backoff: Backoff
    let logger: Logger
    /// Asks the database whether it answers, within that time, and writes nothing to the log: it is asked again and again.
    let probe: @Sendable (Duration) async throws -> Void
    /// Makes the parts; its parameter says for how long an answer of the database is waited for.
    let make: @Sendable (Duration) async throws -> GatewayParts

    /// Tries once.
    ///
    /// - Parameter probing: Whether the database is asked first, quietly.
    /// - Returns: nil if the database does not answer.
    /// - Throws: whatever waiting does not help against.
    func open(probing: Bool = false) async throws -> GatewayParts? {
        do {
            if probing { try await probe(Self.patience) }
            let parts = try await make(Self.patience)
            start.finish(parts)
            return parts
        } catch let error as DatabaseError
            where mayBeAway && (error.code == .unavailable || error.code == .timeout)
        {
            start.note("\(error)")
            return nil
        }
    }

    /// Tries until the database is there or the task is cancelled.
    ///
    /// - Throws: as ``open()``: a wrong root key or a schema that is too new ends the server also then.
    func openEventually() async throws -> GatewayParts? {
        logger.warning(
            "the database is away; webhooks are answered 503 until it is there",
            metadata: ["reason": "\(start.problem)"])
        var failures = 0
        var told = start.problem
        while !Task.isCancelled {
            failures += 1
            try? await Task.sleep(for: backoff.delay(after: failures, jitter: .random(in: 0..<1)))
            if Task.isCancelled { break }
            if let parts = try await open(probing: true) {
                logger.notice("the database is there")
                return parts
            }
            guard start.problem != told else { continue }
            told = start.problem
            logger.warning("the database is still away", metadata: ["reason": "\(told)"])
        }
        return nil
    }
}

/// Waits for the database as a part of the process, and then has the server answer as it is to.
struct OpeningService: Service {
    let opener: DatabaseOpener
    let server: HTTPServer

    func run() async throws {
        let parts = try await cancelWhenGracefulShutdown { try await opener.openEventually() }
        if let parts { await server.use(parts.router) }
        try? await gracefulShutdown()
    }
}

/// A part of the process that begins when the parts are there.
struct StartedService: Service {
    private let start: GatewayStart
    private let service: @Sendable (GatewayParts) -> (any Service)?

    init(_ start: GatewayStart, _ service: @escaping @Sendable (GatewayParts) -> (any Service)?) {
        self.start = start
        self.service = service
    }

    func run() async throws {
        let parts = await cancelWhenGracefulShutdown { await start.parts() }
        if let parts, let service = service(parts) {
            try await service.run()
        } else {
            try? await gracefulShutdown()
        }
    }
}

/// The answer while the database is away.
enum WaitingRouter {
    /// As many segments as an address of the server has at most, and as a route can name.
    private static let depth = 4

    static func make(_ start: GatewayStart, retryAfter: Int) throws -> Router {
        let handler = WaitingHandler(retryAfter: retryAfter)
        var router = Router()
        try router.on(.get, "/healthz", HealthHandler())
        try router.on(.get, "/readyz", WaitingReadinessHandler(start: start))
        for count in 1...depth {
            let pattern = (1...count).map { "/{part\($0)}" }.joined()
            try router.on(.get, pattern, handler)
            try router.on(.post, pattern, handler)
        }
        router.onNotFound(handler)
        return router
    }
}

/// 503 for all.
struct WaitingHandler: HTTPHandler {
    let retryAfter: Int

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        exchange.refuse(
            HTTPError(
                .serviceUnavailable, code: "unavailable",
                message: "The server waits for its database. Send the delivery again later.", retryAfter: retryAfter))
    }
}

/// `GET /readyz`: 503, and why, on this machine.
struct WaitingReadinessHandler: HTTPHandler {
    let start: GatewayStart

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        let readiness = ReadinessReport(parts: [
            ReadinessReport.Part(name: "database", isReady: false, detail: start.problem)
        ])
        // Nobody can be known as an administrator now.
        let isLocal = DevelopmentLoginRules.isTrusted(exchange.head, from: exchange.remoteAddress)
        return .json(.serviceUnavailable, isLocal ? readiness.json : readiness.word)
    }
}
