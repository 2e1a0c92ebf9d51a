import EventLoop

/// A connection and its requests, one after the other. Confined to its loop; runs as one task.
final class HTTPConnection {
    /// Reads and requests after which the loop gets to look at its other sockets.
    private static let workPerTurn = 64
    /// The time that a new connection has to bring its first request even if the server stops: it may still be on its
    /// way.
    static let firstChance = Duration.seconds(1)

    /// The time that an idle connection that was ended here is read on for what crosses the end: a socket closed with
    /// bytes unread is reset.
    private static let crossing = Duration.seconds(1)
    /// The same for a server that stops: for as long as it takes to a proxy and back.
    private static let lastCrossing = Duration.milliseconds(100)

    let stream: any ByteStream
    let context: LoopContext
    /// Names the connection among those of its loop.
    let number: Int
    /// The connection's place among those that can make room for others.
    let peer: WaitingPeer
    var buffer = ReadBuffer()
    /// A Boolean value that indicates whether it waits for a request of which nothing has come.
    private(set) var isIdle = false

    private let begun = ContinuousClock.now
    private var parser: RequestParser
    private(set) var served = 0
    private var work = 0

    init(stream: any ByteStream, context: LoopContext, number: Int, peer: WaitingPeer) {
        self.peer = peer
        self.stream = stream
        self.context = context
        self.number = number
        parser = RequestParser(limits: context.limits)
    }

    var limits: HTTPServerLimits { context.limits }

    /// Serves requests until the connection is over.
    func run() async {
        defer { stream.close() }
        while let exchange = await nextExchange() {
            guard await serve(exchange) else { return }
            await breathe()
        }
    }

    // MARK: The head

    /// The next request. Nil: the connection is over; a refusal was sent if one was due.
    private func nextExchange() async -> HTTPExchange? {
        parser.reset()
        defer { context.waiting.remove(peer) }
        let start = ContinuousClock.now
        var deadline = start + (served == 0 ? limits.headTimeout : limits.idleTimeout)
        if stream.hasPartialInput { deadline = max(deadline, start + limits.headTimeout) }
        while true {
            let hadBegun = parser.hasBegun
            if !buffer.isEmpty {
                switch parser.parse(buffer.readable.span) {
                case .complete(let count):
                    served += 1
                    let exchange = HTTPExchange(
                        head: parser.head(in: buffer.readable), requestID: context.newRequestID(), receivedAt: .now,
                        connection: self)
                    buffer.consume(count)
                    return exchange
                case .fault(let fault):
                    await refuse(HTTPError(fault), since: start)
                    return nil
                case .incomplete:
                    if parser.hasBegun, !hadBegun, served > 0 { deadline = .now + limits.headTimeout }
                }
            }
            guard await readHead(until: &deadline, since: start) else { return nil }
        }
    }

    /// Reads more of a head. One whose first TLS record has only begun at `deadline` has `head_timeout` from then, as one has
    /// in the clear of which a byte is there: `deadline` is put off, once.
    private func readHead(
        until deadline: inout ContinuousClock.Instant, since start: ContinuousClock.Instant
    ) async -> Bool {
        let hadPartialInput = stream.hasPartialInput
        isIdle = !parser.hasBegun && !(served > 0 && hadPartialInput)
        defer { isIdle = false }
        buffer.releaseIfEmpty()
        context.waiting.add(peer, !isIdle ? .rest : served == 0 ? .firstRequest : .nextRequest)
        var end = deadline
        if let leaves = peer.leaves { end = min(end, leaves) }
        if isIdle, let drainLimit { end = min(end, drainLimit) }
        stream.deadline = end
        do throws(StreamError) {
            return try await read() > 0
        } catch .deadlineExceeded {
            if isIdle, served > 0, !hadPartialInput, stream.hasPartialInput {
                deadline = .now + limits.headTimeout
                return true
            } else if peer.leaves != nil {
                return false
            } else if parser.hasBegun {
                await refuse(.headTimeout, since: start)
            } else {
                await linger(atMost: context.isDraining ? Self.lastCrossing : Self.crossing)
            }
            return false
        } catch {
            return false
        }
    }

    /// Until when a stopping server waits for a request of which nothing has come.
    private var drainLimit: ContinuousClock.Instant? {
        context.drainEnd.map { served > 0 ? $0 : max($0, begun + Self.firstChance) }
    }

    /// Bounds the wait for the next request; what is here by then is served: `LoopContext.drain`.
    func boundIdling() {
        guard isIdle, let drainLimit else { return }
        stream.deadline = min(stream.deadline ?? drainLimit, drainLimit)
    }

    // MARK: The answer

    /// - Returns: whether the connection goes on.
    private func serve(_ exchange: HTTPExchange) async -> Bool {
        let response = await answer(exchange)
        let afterwards = exchange.settle()
        let sent = await send(
            response,
            ResponseEncoder.Context(
                date: context.dateLine(), requestID: exchange.requestID, isHead: exchange.head.method == .head,
                version: exchange.head.version, keepAlive: afterwards.keepsConnection))
        if exchange.charged > 0 { context.budget.release(exchange.charged, of: number) }
        report(exchange, response.status, sent)
        guard sent.isComplete else { return false }
        return await finish(exchange, afterwards)
    }

    private func answer(_ exchange: HTTPExchange) async -> ServerResponse {
        switch exchange.head.targetForm {
        case .authority: return exchange.refuse(.noTunnels)
        case .asterisk: return allowing(context.router.allMethods)
        case .origin, .absolute: break
        }
        switch context.router.match(exchange.head.method, exchange.head.pathBytes) {
        case .handler(let handler, let names, let captures):
            exchange.setParameters(names, captures)
            return await handler.respond(to: exchange)
        case .options(let allow):
            return allowing(allow)
        case .methodNotAllowed(let allow):
            let field = ServerResponse.Field("Allow", allow)
            guard let handler = context.router.wrongMethod else {
                return exchange.refuse(.methodNotAllowed, headers: [field])
            }
            var response = await handler.respond(to: exchange)
            response.headers.append(field)
            return response
        case .notFound:
            let isRead = exchange.head.method == .get || exchange.head.method == .head
            if isRead, let redirection = exchange.redirectionToIntendedPath() { return redirection }
            guard isRead, let fallback = context.router.fallback else { return exchange.refuse(.notFound) }
            return await fallback.respond(to: exchange)
        }
    }

    private func allowing(_ methods: String) -> ServerResponse {
        ServerResponse(.noContent, headers: [ServerResponse.Field("Allow", methods)])
    }

    /// Answers what is not a request, and closes.
    func refuse(_ error: HTTPError, since start: ContinuousClock.Instant) async {
        let id = context.newRequestID()
        let sent = await send(
            .error(error, format: .json),
            ResponseEncoder.Context(date: context.dateLine(), requestID: id, keepAlive: false))
        context.observer?.requestFinished(
            RequestRecord(
                head: nil, requestID: id, remoteAddress: stream.remoteAddress,
                client: .address(stream.remoteAddress.unmapped), status: error.status, refusal: error.code,
                bodyBytes: 0, responseBytes: sent.bytes, isDelivered: sent.isComplete,
                duration: start.duration(to: .now)))
        if sent.isComplete { await linger() }
    }

    private func report(_ exchange: HTTPExchange, _ status: HTTPStatus, _ sent: Sent) {
        guard let observer = context.observer, observer.isInterested(in: status) else { return }
        observer.requestFinished(
            RequestRecord(
                head: exchange.head, requestID: exchange.requestID, remoteAddress: stream.remoteAddress,
                client: exchange.clientAddress, status: status, refusal: exchange.refusal,
                bodyBytes: exchange.bodyBytes,
                responseBytes: sent.bytes, isDelivered: sent.isComplete,
                duration: exchange.receivedAt.duration(to: .now)))
    }

    // MARK: Reading

    /// Reads once into the buffer.
    func read() async throws(StreamError) -> Int {
        await breathe()
        return try await stream.read(into: &buffer)
    }

    private func breathe() async {
        work += 1
        guard work >= Self.workPerTurn else { return }
        work = 0
        await context.nextTurn()
    }
}
