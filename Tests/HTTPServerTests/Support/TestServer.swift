import EventLoop
import Logging
import Testing

@testable import HTTPServer

/// A server on loopback, over real loops and sockets, for one test.
struct TestServer: Sendable {
    let server: HTTPServer
    let address: SocketAddress
    let observer: RecordingObserver

    /// Loops live as long as the process: the tests share these.
    private static let loops = Result { try LoopGroup.start(count: 2, name: "server") }
    private static let oneLoop = Result { try LoopGroup.start(count: 1, name: "single") }
    private static let clientLoop = Result { try EventLoop.start(name: "client") }

    /// Starts a server, runs `body` on the clients' loop, and stops the server; in the end nothing may be left over.
    /// - Parameter drainIdle: instead of the limits' own: most tests have nothing more to send when they end.
    static func run(
        limits: HTTPServerLimits = HTTPServerLimits(), drainIdle: Duration = .zero, onOneLoop: Bool = false,
        tls: ServerTLS? = nil,
        proxies: TrustedProxies = TrustedProxies(), _ routes: (inout Router) throws -> Void = TestRoutes.add,
        _ body: @escaping @Sendable (TestServer) async throws -> Void
    ) async throws {
        var router = Router()
        try routes(&router)
        var limits = limits
        limits.drainIdle = drainIdle
        let observer = RecordingObserver()
        let any = try #require(SocketAddress(literal: "127.0.0.1", port: 0))
        let server = HTTPServer(
            loops: try (onOneLoop ? oneLoop : loops).get(), addresses: [any], limits: limits, tls: tls,
            router: router, proxies: proxies, observer: observer, logger: Logger(label: "test"))
        let address = try #require(try await server.listen().first)
        let running = Task { try await server.run() }
        let loop = try clientLoop.get()
        let outcome = await Task(executorPreference: loop.taskExecutor) {
            try await body(TestServer(server: server, address: address, observer: observer))
        }.result
        server.beginShutdown()
        try await running.value
        try outcome.get()
        #expect(server.activeConnections == 0)
        for context in server.contexts.values {
            let isUnused = await Task(executorPreference: context.loop.taskExecutor) { context.budget.isUnused }.value
            #expect(isUnused, "bytes are still counted as in flight")
        }
    }

    func connect() async throws -> Client { try await Client(to: address) }

    /// Sends one request on a connection of its own.
    func ask(_ text: String) async throws -> Client.Answer {
        let client = try await connect()
        try await client.send(text)
        return try await client.receive()
    }
}

/// What most tests route to.
enum TestRoutes {
    @Sendable static func add(_ router: inout Router) throws {
        try router.on(.get, "/healthz") { _ in .text(.ok, "fine") }
        try router.on(.post, "/echo") { exchange in await echo(exchange) }
        try router.on(.post, "/echo/{name}") { exchange in
            let name = exchange.pathParameters["name"].map { latin1($0) } ?? ""
            let answer = await echo(exchange)
            let again = exchange.pathParameters["name"].map { latin1($0) } ?? ""
            return ServerResponse(answer.status, headers: [.init("X-Name", name + again)], body: answer.body)
        }
        try router.on(.post, "/small") { exchange in await echo(exchange, limit: 10) }
        try router.on(.post, "/early") { _ in .text(.unauthorized, "no") }
    }

    static func echo(_ exchange: HTTPExchange, limit: Int = 25 << 20) async -> ServerResponse {
        do throws(HTTPError) {
            return ServerResponse(
                .ok, contentType: "text/plain", body: Array(try await exchange.readBody(limit: limit)))
        } catch {
            return exchange.refuse(error)
        }
    }
}

/// Keeps what it learns.
final class RecordingObserver: RequestObserver {
    private struct State: Sendable {
        var records: [RequestRecord] = []
        var handshakeFailures: [StreamError] = []
        var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Locked(State())

    var records: [RequestRecord] { state.withLock { $0.records } }

    var handshakeFailures: [StreamError] { state.withLock { $0.handshakeFailures } }

    func handshakeFailed(_ remoteAddress: SocketAddress, _ error: StreamError) {
        state.withLock { $0.handshakeFailures.append(error) }
    }

    /// The records, once there are this many: an answer arrives a little before its record.
    func records(atLeast count: Int) async -> [RequestRecord] {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.records.count < count { state.waiting.append((count, continuation)) }
                return state.records.count >= count
            }
            if isThere { continuation.resume() }
        }
        return records
    }

    func requestFinished(_ record: RequestRecord) {
        let ready = state.withLock { state in
            state.records.append(record)
            let ready = state.waiting.filter { $0.count <= state.records.count }
            state.waiting.removeAll { $0.count <= state.records.count }
            return ready.map(\.continuation)
        }
        for continuation in ready { continuation.resume() }
    }
}

/// A door that tests open: whoever waits goes on.
final class Latch: Sendable {
    private struct State: Sendable {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Locked(State())

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
