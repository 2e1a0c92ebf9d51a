import EventLoop

/// A request on its way to an answer: what a handler is given. Confined to the connection's loop, and of use only
/// until the handler returns.
public final class HTTPExchange {
    private enum Body {
        case unread
        case read(ArraySlice<UInt8>)
        case failed(HTTPError)
        case over
    }

    /// The request's head.
    public internal(set) var head: RequestHead
    /// The request's name in logs and in the answer's X-Request-Id.
    public let requestID: RequestID
    /// When the head was complete.
    public let receivedAt: ContinuousClock.Instant

    let connection: HTTPConnection
    var incoming: IncomingBody
    private var body = Body.unread
    /// Bytes that this request holds of the loop's budget.
    var charged = 0
    var bodyBytes = 0
    /// The bytes of the body that have been received so far, also where the rest never came.
    public internal(set) var receivedBodyBytes = 0
    /// Bytes of the body since the connection last counted as one that waits anew: `WaitingPeers.renew`.
    private var sinceRenewal = 0
    private var continueSent = false
    /// The connection is not to be kept, whatever the sender asked for: the place of the next request is in doubt.
    private var mustClose = false
    /// The wait for the body was ended because somebody else needs the connection's place.
    private var isCutOff = false
    var refusal: String?
    private var parameterNames: [String] = []
    private var captures = PathParameters.Captures()

    init(head: RequestHead, requestID: RequestID, receivedAt: ContinuousClock.Instant, connection: HTTPConnection) {
        self.head = head
        self.requestID = requestID
        self.receivedAt = receivedAt
        self.connection = connection
        incoming = IncomingBody(head, limits: connection.context.limits)
    }

    /// The loop that the request is served on.
    public var loop: EventLoop { connection.context.loop }

    /// The peer: the other end of the connection, which may be a proxy. For whoever sent the request, see
    /// `clientAddress`.
    public var remoteAddress: SocketAddress { connection.stream.remoteAddress }

    /// The sender of the request: the one address for logs, for logins and for limits by source. It is the peer, or
    /// whom the peer names if that is a trusted proxy.
    public private(set) lazy var clientAddress = connection.context.proxies.client(of: head, from: remoteAddress)

    /// The values for the `{names}` of the route's pattern.
    public var pathParameters: PathParameters {
        PathParameters(names: parameterNames, captures: captures, path: head.pathBytes)
    }

    func setParameters(_ names: [String], _ captures: PathParameters.Captures) {
        parameterNames = names
        self.captures = captures
    }

    /// Leads a visitor who typed capital letters, doubled a slash, or put one at the end to the page that was meant; nil
    /// if there is none.
    public func redirectionToIntendedPath() -> ServerResponse? {
        guard let path = connection.context.router.intended(head.pathBytes) else { return nil }
        return redirection(to: path)
    }

    /// Leads to another path of this server, with the query that came.
    public func redirection(to path: [UInt8]) -> ServerResponse {
        let query = head.query.map { [ASCII.questionMark] + $0 } ?? []
        return ServerResponse(
            HTTPStatus(302), headers: [ServerResponse.Field("Location", String(decoding: path + query, as: UTF8.self))])
    }

    /// An error told as this request's sender likes it: JSON or text.
    public func refuse(_ error: HTTPError, headers: [ServerResponse.Field] = []) -> ServerResponse {
        refusal = error.code
        return .error(error, format: ErrorFormat(for: head), headers: headers)
    }

    /// The whole body, in one piece. The first call asks the sender for it if it waits to be asked (100-continue).
    ///
    /// Where the body lies whole in the read buffer it is given without a copy.
    /// - Parameters:
    ///   - limit: bytes that the body may have.
    ///   - deadline: until when the body must be there, however fast it comes; none beyond the server's limits if nil.
    /// - Throws: 413 (before anything is read, if Content-Length tells), 408, 400 (malformed chunks, or the connection
    ///   ended), 503 (too many bytes in flight). Answer with `refuse`; the connection takes care of itself.
    public func readBody(
        limit: Int, until deadline: ContinuousClock.Instant? = nil
    ) async throws(HTTPError) -> ArraySlice<UInt8> {
        switch body {
        case .unread:
            do throws(HTTPError) {
                let bytes = try await receiveBody(limit: limit, until: deadline)
                body = .read(bytes)
                bodyBytes = bytes.count
                return bytes
            } catch {
                body = .failed(error)
                throw error
            }
        case .read(let bytes):
            guard bytes.count <= limit else { throw .bodyTooLarge(limit: limit) }
            return bytes
        case .failed(let error):
            throw error
        case .over:
            throw HTTPError(.internalServerError, code: "exchange_over", message: "The request was already answered.")
        }
    }

    /// A Boolean value that indicates whether `readBody` will not have to wait: there is no body, or all of it came
    /// with the head.
    public var isBodyHere: Bool {
        switch incoming.framing {
        case .complete: true
        case .length(let length): connection.buffer.readableBytes >= length
        case .chunked: false
        }
    }

    /// A Boolean value that indicates whether the sender still waits for 100 Continue, and so has not sent its body.
    private var isWaitingForContinue: Bool {
        head.expectsContinue && !continueSent && !incoming.isComplete && connection.buffer.isEmpty
    }
}

/// Receiving the body. What is here runs in the connection's task, on its loop.
extension HTTPExchange {
    private var limits: HTTPServerLimits { connection.context.limits }

    private func receiveBody(
        limit: Int, until deadline: ContinuousClock.Instant?
    ) async throws(HTTPError) -> ArraySlice<UInt8> {
        switch incoming.framing {
        case .complete: return []
        case .length(let length): return try await receive(length: length, limit: limit, until: deadline)
        case .chunked: return try await receiveChunks(limit: limit, until: deadline)
        }
    }

    /// A body of known length grows in the read buffer, in place, with what really comes.
    private func receive(
        length: Int, limit: Int, until end: ContinuousClock.Instant?
    ) async throws(HTTPError) -> ArraySlice<UInt8> {
        guard length <= limit else { throw .bodyTooLarge(limit: limit) }
        if connection.buffer.readableBytes < length {
            var deadline = newDeadline(end)
            defer { connection.context.waiting.remove(connection.peer) }
            while connection.buffer.readableBytes < length {
                let received = connection.buffer.readableBytes
                try await readMore(received, min(length - received, ReadBuffer.readSize), &deadline)
            }
        }
        charge(length)
        let bytes = connection.buffer.readable.prefix(length)
        connection.buffer.consume(length)
        incoming.finish()
        return bytes
    }

    /// A chunked body is put together in memory of its own.
    private func receiveChunks(
        limit: Int, until end: ContinuousClock.Instant?
    ) async throws(HTTPError) -> ArraySlice<UInt8> {
        incoming.limitChunks(limits, to: limit)
        var bytes: [UInt8] = []
        var deadline = newDeadline(end)
        defer { connection.context.waiting.remove(connection.peer) }
        while true {
            do throws(RequestFault) {
                while try incoming.takeChunk(from: &connection.buffer, into: &bytes) {}
            } catch {
                mustClose = true
                throw error == .bodyTooLarge ? .bodyTooLarge(limit: limit) : HTTPError(error)
            }
            charge(bytes.count)
            if incoming.isComplete { return bytes[...] }
            try await readMore(bytes.count, ReadBuffer.readSize, &deadline)
        }
    }

    private func newDeadline(_ end: ContinuousClock.Instant?) -> BodyDeadline {
        BodyDeadline(start: .now, grace: limits.bodyTimeout, minRate: limits.minBodyRate, end: end)
    }

    /// Counts what is here beyond what was reserved.
    private func charge(_ bytes: Int) {
        receivedBodyBytes = bytes
        guard bytes > charged else { return }
        connection.context.budget.charge(bytes - charged)
        charged = bytes
    }

    private func readMore(
        _ received: Int, _ expected: Int, _ deadline: inout BodyDeadline
    ) async throws(HTTPError) {
        // The buffer is about to be written: what shares its memory would make it copy itself.
        head.detach()
        charge(received)
        if received + expected > charged { try await reserve(received + expected - charged, &deadline) }
        let patience = deadline.deadline(received: received)
        if isWaitingForContinue, !(await connection.write(ResponseEncoder.continueBytes, until: patience)) {
            mustClose = true
            throw .bodyIncomplete
        }
        continueSent = true
        let peer = connection.peer
        connection.context.waiting.add(peer, .body)
        connection.stream.deadline = peer.leaves.map { min($0, patience) } ?? patience
        let begin = ContinuousClock.now
        let count: Int
        do throws(StreamError) {
            count = try await connection.read()
        } catch {
            mustClose = true
            isCutOff = peer.leaves != nil
            throw error == .deadlineExceeded ? .bodyTimeout : .bodyIncomplete
        }
        guard count == 0 else {
            deadline.came(.now, after: patience, since: begin)
            return renew(by: count)
        }
        mustClose = true
        throw .bodyIncomplete
    }

    /// Bytes that trickle in do not make the connection one that has not waited: a second's worth at the minimum rate does.
    private func renew(by count: Int) {
        sinceRenewal += count
        guard sinceRenewal >= limits.minBodyRate else { return }
        sinceRenewal = 0
        connection.context.waiting.renew(connection.peer)
    }

    /// Waits for a share of the loop's budget. Reading pauses meanwhile, and TCP holds the sender.
    private func reserve(_ bytes: Int, _ deadline: inout BodyDeadline) async throws(HTTPError) {
        let context = connection.context
        let start = ContinuousClock.now
        let timeout = deadline.bound(limits.bodyBudgetTimeout, from: start)
        // While the budget is waited for, the sender is not.
        let outcome = await context.budget.reserve(bytes, for: connection.number, timeout: timeout) {
            context.waiting.remove(connection.peer)
            sinceRenewal = 0
        }
        switch outcome {
        case .granted:
            charged += bytes
            deadline.forgive(start.duration(to: .now))
        case .timedOut:
            mustClose = true
            throw .overloaded(retryAfter: limits.retryAfter)
        case .cancelled:
            mustClose = true
            throw .shuttingDown
        }
    }
}

extension HTTPExchange {
    /// Ends the exchange: lets go of what it holds of the buffer, throws away what has come of an unread body, and
    /// says what is to become of the connection.
    func settle() -> HTTPConnection.Afterwards {
        body = .over
        guard !isCutOff else { return .leave }
        let waited = isWaitingForContinue
        do throws(RequestFault) {
            try incoming.discard(from: &connection.buffer)
        } catch {
            return .linger
        }
        let limits = connection.limits
        let mayKeep =
            head.keepAlive && !mustClose && !waited && !connection.context.isDraining && connection.peer.leaves == nil
            && connection.served < limits.maxRequestsPerConnection
        if incoming.isComplete {
            if mayKeep { return .keep }
            // Who wanted to go on may have sent its next request already.
            return head.keepAlive || mustClose || !connection.buffer.isEmpty ? .linger : .close
        }
        guard mayKeep, let rest = incoming.knownRest, rest <= limits.drainBytes else { return .linger }
        return .drain
    }
}
