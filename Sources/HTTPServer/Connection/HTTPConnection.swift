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

    /// The time until which a stopping server waits for a request of which nothing has come.
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

/// Sending answers, and what comes after them.
extension HTTPConnection {
    /// The outcome of writing a response.
    private struct Sent {
        var bytes: Int
        /// A Boolean value that indicates whether the kernel took all of it.
        var isComplete: Bool
    }

    /// The fate of the connection after a response.
    enum Afterwards {
        /// The next request is next.
        case keep
        /// A small rest of the body comes first, and is thrown away.
        case drain
        /// Nothing more is expected.
        case close
        /// The peer may still be sending: were the socket closed now, the reset could destroy the answer.
        case linger
        /// Somebody else needs its place, and it has stalled: nothing is waited for.
        case leave

        var keepsConnection: Bool {
            switch self {
            case .keep, .drain: true
            case .close, .linger, .leave: false
            }
        }
    }

    /// Bytes of an answer that the peer has to take to be no stalled one.
    private static let answerStep = 64 * 1024
    /// The most memory that a loop keeps for writing answers, in bytes.
    private static let keptOutput = 64 * 1024

    /// Writes an answer, in one write where the socket has room.
    private func send(_ response: ServerResponse, _ encoding: ResponseEncoder.Context) async -> Sent {
        context.output.removeAll(keepingCapacity: true)
        ResponseEncoder.append(response, encoding, to: &context.output)
        let count = context.output.count
        var rest: [UInt8] = []
        do {
            let taken = try context.output.withUnsafeBytes { try stream.writeNow($0) }
            if taken < count { rest = Array(context.output[taken...]) }
        } catch {
            return Sent(bytes: 0, isComplete: false)
        }
        if context.output.capacity > Self.keptOutput { context.output = [] }
        return Sent(bytes: count, isComplete: rest.isEmpty ? true : await write(rest))
    }

    /// Writes bytes within the time for that, and not beyond `end`. Whoever does not take them can make room for others.
    /// - Returns: whether the kernel took all.
    func write(_ bytes: [UInt8], until end: ContinuousClock.Instant? = nil) async -> Bool {
        // Somebody else waits for the place of a connection that has to leave.
        let time = peer.leaves == nil ? limits.writeTimeout : min(Self.firstChance, limits.writeTimeout)
        let limit = ContinuousClock.now + time
        stream.deadline = end.map { min($0, limit) } ?? limit
        context.waiting.add(peer, .answer)
        defer { context.waiting.remove(peer) }
        do throws(StreamError) {
            var rest = bytes[...]
            while !rest.isEmpty {
                try await stream.write(Array(rest.prefix(Self.answerStep)))
                rest = rest.dropFirst(Self.answerStep)
                context.waiting.renew(peer)
            }
            return true
        } catch {
            return false
        }
    }

    /// - Returns: whether the connection goes on.
    private func finish(_ exchange: HTTPExchange, _ afterwards: Afterwards) async -> Bool {
        switch afterwards {
        case .keep:
            return true
        case .drain:
            return await drain(exchange)
        case .close where stream is TLSStream:
            // The peer's own word of the end (close_notify) is still to come: unread, it would make the close a reset.
            await linger()
            return false
        case .close:
            stream.shutdownWrite()
            return false
        case .linger:
            await linger()
            return false
        case .leave:
            return false
        }
    }

    /// Throws away the rest of a body, which is known to be small.
    private func drain(_ exchange: HTTPExchange) async -> Bool {
        var allowance = LingerAllowance(limits, now: .now)
        context.waiting.add(peer, .body)
        defer { context.waiting.remove(peer) }
        do {
            while !exchange.incoming.isComplete {
                guard let deadline = allowance.deadline, peer.leaves == nil else { return false }
                stream.deadline = deadline
                let count = try await read()
                guard count > 0 else { return false }
                allowance.received(count, now: .now)
                try exchange.incoming.discard(from: &buffer)
            }
            return true
        } catch {
            return false
        }
    }

    /// Says that nothing more is sent, and reads until the peer says so too (RFC 9112 section 9.6), within bounds.
    /// - Parameter time: the most that it takes, if that is less than otherwise.
    private func linger(atMost time: Duration? = nil) async {
        stream.shutdownWrite()
        // Somebody else waits for the place of a connection that has to leave.
        let leaves = peer.leaves != nil
        var allowance = LingerAllowance(limits, now: .now, atMost: leaves ? Self.firstChance : time)
        allowance.received(buffer.readableBytes, now: .now)
        buffer.consume(buffer.readableBytes)
        buffer.releaseIfEmpty()
        context.waiting.add(peer, .end)
        defer { context.waiting.remove(peer) }
        while let deadline = allowance.deadline, leaves || peer.leaves == nil {
            stream.deadline = deadline
            // Time is up, the peer is gone, or the server stops: in each case there is nothing to wait for.
            guard let count = try? await read(), count > 0 else { return }
            buffer.consume(count)
            allowance.received(count, now: .now)
        }
    }
}
