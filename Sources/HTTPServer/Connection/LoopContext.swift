import EventLoop
import Glibc

/// The state that the connections of one loop share: limits and routes, the body budget, the date, memory to write
/// answers in.
final class LoopContext: @unchecked Sendable {
    // Safe to share: every member but the lets of Sendable types is confined to `loop`; `serve`, `drain` and
    // `cancelWaiting`, the ways in, check it on entry or post to it.

    let loop: EventLoop
    let limits: HTTPServerLimits
    private(set) var router: Router
    let observer: (any RequestObserver)?
    let budget: BodyBudget
    let proxies: TrustedProxies

    /// Answers are written here, for the moment between encoding and sending, in which no other connection runs.
    var output: [UInt8] = []
    /// The time until which a stopping server waits for requests on idle connections; nil while it does not stop.
    private(set) var drainEnd: ContinuousClock.Instant?
    var isDraining: Bool { drainEnd != nil }
    private var date = DateCache()
    private var random: SplitMix64
    /// Connections that wait for their peers, and can make room.
    var waiting = WaitingPeers()
    private var connections: [Int: HTTPConnection] = [:]
    /// Connections within their TLS handshake.
    private var handshakes: [Int: TCPStream] = [:]
    private var nextNumber = 0
    private var yielding: [UnsafeContinuation<Void, Never>] = []
    private var turnTimer: LoopTimer?

    init(
        loop: EventLoop, limits: HTTPServerLimits, router: Router, proxies: TrustedProxies,
        observer: (any RequestObserver)?
    ) {
        self.proxies = proxies
        self.loop = loop
        self.limits = limits
        self.router = router
        self.observer = observer
        budget = BodyBudget(loop: loop, capacity: limits.bodyBytesInFlight)
        random = SplitMix64(seed: UInt64.random(in: .min ... .max))
    }

    /// Answers by another router from the next request on.
    func use(_ router: Router) {
        loop.preconditionInLoop()
        self.router = router
    }

    /// Serves a connection until it ends. Cancellation ends it wherever it waits.
    /// - Parameter tls: what to show the peer in a TLS handshake; nil speaks HTTP in the clear.
    func serve(_ socket: AcceptedSocket, tls: TLSServerContext?) async {
        loop.preconditionInLoop()
        let number = nextNumber
        nextNumber += 1
        let socket = socket.open(on: loop)
        await withTaskCancellationHandler {
            let peer = WaitingPeer(socket)
            defer { waiting.remove(peer) }
            guard let stream = await secure(socket, tls, number, peer) else { return }
            let connection = HTTPConnection(stream: stream, context: self, number: number, peer: peer)
            connections[number] = connection
            await connection.run()
        } onCancel: {
            socket.cancel()
            cancelWaiting(number)
        }
        connections[number] = nil
    }

    /// Returns the stream for HTTP; nil where the handshake failed, and the connection is over.
    private func secure(
        _ socket: TCPStream, _ tls: TLSServerContext?, _ number: Int, _ peer: WaitingPeer
    ) async -> (any ByteStream)? {
        guard let tls else { return socket }
        let start = ContinuousClock.now
        var limit = start + limits.handshakeTimeout
        if let drainEnd { limit = min(limit, max(drainEnd, start + HTTPConnection.firstChance)) }
        handshakes[number] = socket
        waiting.add(peer, .rest)
        defer {
            handshakes[number] = nil
            waiting.remove(peer)
        }
        do throws(StreamError) {
            let stream = try await TLSStream.accept(over: socket, context: tls, deadline: limit)
            peer.replace(stream)
            return stream
        } catch {
            if error == .tls(.plainHTTP) {
                await HTTPConnection(stream: socket, context: self, number: number, peer: peer).refuse(
                    .tlsRequired, since: start)
            } else {
                observer?.handshakeFailed(socket.remoteAddress, error)
            }
            socket.close()
            return nil
        }
    }

    /// From any thread.
    private func cancelWaiting(_ number: Int) {
        loop.execute { self.budget.cancel(number) }
    }

    /// Ends each connection with the next request that it serves, and those that wait for one when `drainIdle` is over.
    func drain() {
        loop.preconditionInLoop()
        guard drainEnd == nil else { return }
        let now = ContinuousClock.now
        let end = now + min(limits.drainIdle, limits.shutdownGrace / 2)
        drainEnd = end
        for connection in connections.values { connection.boundIdling() }
        let limit = max(end, now + HTTPConnection.firstChance)
        for socket in handshakes.values { socket.deadline = min(socket.deadline ?? limit, limit) }
    }

    /// Returns the turn in which a connection of this loop is to make room: `WaitingPeers.firstTurn`.
    func firstTurn(of source: ClientSource?) -> WaitingPeers.Turn? {
        loop.preconditionInLoop()
        return waiting.firstTurn(of: source, now: .now)
    }

    /// Lets that connection go.
    func makeRoom(of source: ClientSource?) -> Bool {
        loop.preconditionInLoop()
        return waiting.makeRoom(of: source, now: .now)
    }

    func newRequestID() -> RequestID { RequestID(using: &random) }

    func dateLine() -> [UInt8] { date.line(at: time(nil)) }

    /// Lets the loop look at its sockets, so that a connection whose bytes never run out does not keep it from them.
    func nextTurn() async {
        // The timer is this object's own: a strong reference back would keep both for ever.
        let timer = turnTimer ?? LoopTimer(on: loop) { [weak self] in self?.turn() }
        turnTimer = timer
        await withUnsafeContinuation { continuation in
            yielding.append(continuation)
            if !timer.isScheduled { timer.schedule(after: .zero) }
        }
    }

    /// Each continuation is resumed once: it was taken out of the list.
    private func turn() {
        let yielding = yielding
        self.yielding = []
        for continuation in yielding { continuation.resume() }
    }
}
