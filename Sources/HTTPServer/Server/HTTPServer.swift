import EventLoop
import Logging

/// An HTTP/1.1 server on event loops (RFC 9110, RFC 9112).
///
/// Each connection is one child task that prefers the loop with the fewest connections, and stays on its thread from
/// acceptance to close.
public final class HTTPServer: Sendable {
    private struct State: Sendable {
        var listeners: [TCPListener] = []
        var isShuttingDown = false
    }

    private let loops: LoopGroup
    private let addresses: [SocketAddress]
    private let limits: HTTPServerLimits
    private let tls: ServerTLS?
    let contexts: [ObjectIdentifier: LoopContext]
    private let gate: ConnectionGate
    private let proxies: TrustedProxies
    private let descriptorThrottle = Locked(LogThrottle())
    private let sourceThrottle = Locked(LogThrottle())
    private let logger: Logger
    private let state = Locked(State())

    /// A server that does nothing yet.
    /// - Parameters:
    ///   - addresses: where to listen; port 0 lets the kernel choose one.
    ///   - tls: the certificate for HTTPS at all addresses; nil serves HTTP in the clear.
    ///   - proxies: whose word on their senders' addresses is taken.
    ///   - observer: learns of every answer.
    public init(
        loops: LoopGroup, addresses: [SocketAddress], limits: HTTPServerLimits = HTTPServerLimits(),
        tls: ServerTLS? = nil, router: Router, proxies: TrustedProxies = TrustedProxies(),
        observer: (any RequestObserver)? = nil, logger: Logger
    ) {
        self.loops = loops
        self.addresses = addresses
        self.limits = limits
        self.tls = tls
        self.logger = logger
        self.proxies = proxies
        gate = ConnectionGate(limit: limits.maxConnections, limitPerSource: limits.maxConnectionsPerSource)
        contexts = Dictionary(
            loops.loops.map {
                (
                    ObjectIdentifier($0),
                    LoopContext(loop: $0, limits: limits, router: router, proxies: proxies, observer: observer)
                )
            },
            uniquingKeysWith: { first, _ in first })
    }

    /// Connections at this moment.
    public var activeConnections: Int { gate.active }

    /// Binds the addresses, so that a failure is known before anything else starts. `run` does it if it was not done.
    /// - Returns: where it listens, with the ports that the kernel chose.
    /// - Throws: `StreamError.system`; what was bound is then closed.
    @discardableResult
    public func listen() async throws -> [SocketAddress] {
        let listening = state.withLock { $0.listeners }
        guard listening.isEmpty else { return listening.map(\.localAddress) }
        var listeners: [TCPListener] = []
        do {
            for (index, address) in addresses.enumerated() {
                let loop = loops.loops[index % loops.loops.count]
                listeners.append(try await bind(address, on: loop))
            }
        } catch {
            for listener in listeners { listener.loop.execute { listener.close() } }
            throw error
        }
        let bound = listeners
        state.withLock { $0.listeners = bound }
        return bound.map(\.localAddress)
    }

    private func bind(_ address: SocketAddress, on loop: EventLoop) async throws -> TCPListener {
        let backlog = limits.acceptBacklog
        return try await Task(executorPreference: loop.taskExecutor) {
            try TCPListener(binding: address, backlog: backlog, on: loop)
        }.value
    }

    /// Serves until `beginShutdown`, or cancellation, which means the same: what the kernel has accepted is taken and the
    /// listening sockets close; each connection ends with its next answer, and idle ones after `drainIdle`; what is left
    /// after `shutdownGrace` is cancelled.
    /// - Throws: what `listen` throws.
    public func run() async throws {
        try await listen()
        let listeners = state.withLock { $0.listeners }
        // A task of its own, so that cancellation does not reach the connections before their time.
        let serving = Task { await serve(listeners) }
        await withTaskCancellationHandler {
            await serving.value
        } onCancel: {
            beginShutdown()
        }
    }

    /// Has all connections answered by another router, from their next requests on: on every loop when this returns.
    public func use(_ router: Router) async {
        for context in contexts.values {
            await withCheckedContinuation { continuation in
                context.loop.execute {
                    context.use(router)
                    continuation.resume()
                }
            }
        }
    }

    /// Begins the graceful end of `run`. From any thread; may be called again.
    public func beginShutdown() {
        let listeners: [TCPListener]? = state.withLock { state in
            guard !state.isShuttingDown else { return nil }
            state.isShuttingDown = true
            return state.listeners
        }
        guard let listeners else { return }
        gate.close()
        for listener in listeners { listener.cancel() }
        for context in contexts.values { context.loop.execute { context.drain() } }
    }

    private func serve(_ listeners: [TCPListener]) async {
        await withDiscardingTaskGroup { group in
            for listener in listeners {
                group.addTask(executorPreference: listener.loop.taskExecutor) { await self.accept(on: listener) }
            }
        }
    }

    /// Accepts connections and hands each to the loop with the fewest, until the server stops. The listener's loop.
    private func accept(on listener: TCPListener) async {
        listener.onExhaustion = { [weak self] error in self?.descriptorsRanOut(error) }
        await withDiscardingTaskGroup { connections in
            var accepted = 0
            var last: [AcceptedSocket] = []
            while let socket = await accept(listener) {
                guard await admit(socket, on: listener.loop, in: &connections) else {
                    last.append(socket)
                    break
                }
                accepted += 1
                // A backlog that never empties must not keep this loop from its own connections.
                if accepted.isMultiple(of: 64) { await contexts[ObjectIdentifier(listener.loop)]?.nextTurn() }
            }
            // Connections that the kernel holds for us have reached us, as far as their clients know.
            while last.count < limits.acceptBacklog, let socket = listener.acceptWaiting() { last.append(socket) }
            listener.close()
            let grace = LoopTimer(on: listener.loop) { self.gate.giveUp() }
            grace.schedule(after: limits.shutdownGrace)
            // Where accepting failed for good, the server ends as if asked to.
            beginShutdown()
            for socket in last where await !admit(socket, on: listener.loop, in: &connections, isLast: true) {
                socket.close()
            }
            await gate.waitForEnd()
            grace.cancel()
            connections.cancelAll()
        }
    }

    /// Serves a connection as soon as there is a place for it. At a limit, one that has had its last answer gives its own up,
    /// else the one that has waited longest for its peer: of those of the same source at that one's limit, else of all.
    /// - Parameter isLast: whether the listening socket is closed: then it waits until the server gives up.
    /// - Returns: false where the server stops before there is a place; the socket is still the caller's.
    private func admit(
        _ socket: AcceptedSocket, on loop: EventLoop, in connections: inout DiscardingTaskGroup, isLast: Bool = false
    ) async -> Bool {
        if let source = countedSource(of: socket), gate.isFull(source), await !makeRoom(of: source) {
            if let others = sourceThrottle.withLock({ $0.pass(now: .now) }) {
                logger.warning(
                    "connections refused: their source has max_connections_per_source already, all at work",
                    metadata: ["remote": "\(socket.remoteAddress)", "since the last such line": "\(others)"])
            }
            socket.close()
            return true
        }
        while !gate.hasRoom {
            _ = await makeRoom(of: nil)
            // Where nobody can go yet, someone can a little later.
            let room = await gate.waitForRoom(on: loop, atMost: .milliseconds(50), isLast: isLast)
            if room == .closed { return false }
        }
        serve(socket, in: &connections)
        return true
    }

    /// Ends the wait of the connection that is the first to make room, over all loops.
    private func makeRoom(of source: ClientSource?) async -> Bool {
        var first: (context: LoopContext, turn: WaitingPeers.Turn)?
        for context in contexts.values {
            let turn = await Task(executorPreference: context.loop.taskExecutor) {
                context.firstTurn(of: source)
            }.value
            guard let turn else { continue }
            if let first, first.turn <= turn { continue }
            first = (context, turn)
        }
        guard let context = first?.context else { return false }
        return await Task(executorPreference: context.loop.taskExecutor) { context.makeRoom(of: source) }.value
    }

    /// The source that a connection is counted by; `nil` for those of proxies, which bring many senders'.
    private func countedSource(of socket: AcceptedSocket) -> ClientSource? {
        if case .unix = socket.remoteAddress { return nil }
        return proxies.contains(socket.remoteAddress) ? nil : ClientAddress.address(socket.remoteAddress).source
    }

    private func descriptorsRanOut(_ error: StreamError) {
        if let others = descriptorThrottle.withLock({ $0.pass(now: .now) }) {
            logger.error(
                "connections are refused: no file descriptor is left (raise the limit, or lower server.max_connections)",
                metadata: ["error": "\(error)", "since the last such line": "\(others)"])
        }
        Task { await makeRoom(of: nil) }
    }

    /// Gives a connection to the loop with the fewest.
    private func serve(_ socket: AcceptedSocket, in connections: inout DiscardingTaskGroup) {
        let loop = loops.assign()
        guard let context = contexts[ObjectIdentifier(loop)] else { return socket.close() }
        let source = countedSource(of: socket)
        gate.add(source)
        let tls = tls?.context
        connections.addTask(executorPreference: loop.taskExecutor) {
            await context.serve(socket, tls: tls)
            self.loops.release(loop)
            self.gate.remove(source)
        }
    }

    private func accept(_ listener: TCPListener) async -> AcceptedSocket? {
        do throws(StreamError) {
            return try await listener.accept()
        } catch {
            if error != .cancelled, error != .closed {
                logger.error(
                    "accepting connections failed",
                    metadata: ["address": "\(listener.localAddress)", "error": "\(error)"])
            }
            return nil
        }
    }
}

/// The certificate that a server shows to new connections. It can be replaced while the server runs; connections that
/// are there keep theirs.
public final class ServerTLS: Sendable {
    private let current: Locked<TLSServerContext>

    /// TLS with this certificate for a start.
    public init(_ context: TLSServerContext) {
        current = Locked(context)
    }

    /// The certificate for new connections. From any thread.
    public var context: TLSServerContext { current.withLock { $0 } }

    /// Shows another certificate from now on. From any thread.
    public func replace(with context: TLSServerContext) {
        current.withLock { $0 = context }
    }
}
