import EventLoop
import Logging

// One session: from a fresh stream to its end.

extension AMQPPublisher {
    /// Publishes over `stream` until it ends, then closes it. Whoever waited for a confirm has been told when this
    /// returns.
    /// - Parameter deadline: When the channel must be open.
    func serve(_ stream: any ByteStream, deadline: Instant) async -> SessionEnd {
        sessionEnd = nil
        isWriteBlocked = false
        isReadyTold = false
        self.stream = stream
        var session = PublisherSession<Waiter>(settings: settings, limits: limits, memory: memory, now: .now)
        session.start()
        self.session = consume session
        stream.deadline = deadline
        flush()
        async let writer: Void = writeLoop(stream)
        await readLoop(stream)
        await writer
        return sessionEnd ?? .shutdown
    }

    private func readLoop(_ stream: any ByteStream) async {
        var buffer = ReadBuffer()
        while sessionEnd == nil {
            do throws(StreamError) {
                if try await stream.read(into: &buffer) == 0 { end(.lost("the broker hung up")) }
                receive(&buffer)
            } catch {
                end(ending(after: error))
            }
        }
    }

    /// Returns the meaning of a stream's failure for people.
    func ending(after error: StreamError) -> SessionEnd {
        let hasBeenReady = session?.hasBeenReady ?? false
        switch error {
        // A server's refusal of our certificate comes after our side of the handshake (TLS 1.3).
        case .tls(.alert) where !hasBeenReady: return .notConnected(RefusalAdvice.text(of: error, identity))
        case .deadlineExceeded where !hasBeenReady: return .notConnected("the broker does not answer in time")
        default: return .lost("\(error)")
        }
    }

    /// The certificate that the broker was shown.
    private var identity: TLSIdentity? { (stream as? TLSStream)?.identity }

    private func advice(on reason: CloseReason) -> String? {
        session?.hasBeenReady == true ? nil : RefusalAdvice.onClose(reason, identity, settings)
    }

    private func receive(_ buffer: inout ReadBuffer) {
        let now = ContinuousClock.now
        session?.received(now: now)
        var input = buffer.readable
        let count = input.count
        while sessionEnd == nil,
            let action = session?.receive(&input, now: now, settle: { $0.resume(returning: $1) })
        {
            act(on: action)
        }
        let used = count - input.count
        // The view goes before the buffer changes, or all of it would be copied.
        input = []
        buffer.consume(used)
        sessionChanged()
    }

    /// Tells people, and ends the session where there is no going on.
    func act(on action: ConnectionAction) {
        switch action {
        case .confirmed, .rejected, .none:
            break
        case .ready:
            channelReady()
        case .channelClosed(let reason):
            if let others = memory.pass(.refusal, now: .now) {
                logger.warning(
                    "the broker closed the channel", metadata: ["reason": "\(reason)", "others": "\(others)"])
            }
        case .returned(let routingKey):
            returned(routingKey)
        case .probed(let verdicts):
            probed(verdicts)
        case .blocked(let reason):
            logger.warning("the broker blocks publishing", metadata: ["reason": "\(reason)"])
        case .unblocked:
            logger.info("the broker takes messages again")
        case .closed(let reason):
            noteRefusedProbe(reason)
            end(.closedByBroker(reason, advice: advice(on: reason)))
        case .farewell:
            end(.shutdown)
        case .failed(let failure):
            end(.failed(failure))
        }
    }

    /// No queue is bound for a message that was published with `mandatory`.
    private func returned(_ routingKey: String) {
        let total = returnedMessages.withLock { count in
            count += 1
            return count
        }
        guard let others = memory.pass(.returned, now: .now) else { return }
        logger.warning(
            "no queue took a message",
            metadata: ["topic": "\(routingKey)", "others": "\(others)", "since_start": "\(total)"])
    }

    private func probed(_ verdicts: [TopicProbe.Verdict]) {
        if let asking {
            self.asking = nil
            asking.resume(
                returning: verdicts.map { TopicAnswer(topic: $0.routingKey, refusal: $0.refusal.map { "\($0)" }) })
        } else if let refusal = verdicts.last?.refusal, verdicts.allSatisfy({ $0.refusal != nil }),
            let others = memory.pass(.hopeless, now: .now)
        {
            logger.error(
                "the broker lets nothing be published", metadata: ["reason": "\(refusal)", "others": "\(others)"])
        }
    }

    /// A connection that the broker ends for the question is worse than not to know the answer.
    private func noteRefusedProbe(_ reason: CloseReason) {
        guard session?.isSecondChannelRefused(reason) == true, memory.noteRefusedProbe() else { return }
        logger.warning(
            """
            the broker allows no second channel on a connection: it is not asked any more what may be published, and \
            readiness shows what it refuses only when that is published
            """, metadata: ["reason": "\(reason)"])
    }

    /// Asks the broker which of these topics it lets us publish; publishes nothing.
    /// - Returns: `nil` if it can't be asked now.
    public func ask(exchange: String, topics: [String]) async -> [TopicAnswer]? {
        await withUnsafeContinuation { continuation in
            let question = TopicProbe.Question(exchange: exchange, routingKeys: topics, isAnyEnough: false)
            guard asking == nil, session?.probe(question) == true else { return continuation.resume(returning: nil) }
            asking = continuation
            requestFlush()
        }
    }

    /// Sees to output, timer and status after the session changed: once for all frames of a read.
    func sessionChanged() {
        guard sessionEnd == nil else { return }
        if session?.output.pendingCount ?? 0 > 0 { requestFlush() }
        if isStopping {
            if session?.waiting == 0 { sayFarewell() }
        } else if session?.hasBeenReady == true, let status = session?.status {
            updateStatus(status)
        }
        armTimer()
    }

    private func channelReady() {
        stream?.deadline = nil
        guard !isReadyTold else { return }
        isReadyTold = true
        let peer = stream.map { "\($0.remoteAddress)" } ?? ""
        var metadata: Logger.Metadata = [
            "address": "\(peer)", "vhost": "\(settings.virtualHost)", "mechanism": "\(settings.mechanism.name)",
        ]
        if let secured = stream as? TLSStream { metadata["tls"] = "\(secured.version)" }
        logger.info("publishing to the broker", metadata: metadata)
    }

    /// Ends the session: the first reason counts.
    func end(_ reason: SessionEnd) {
        guard sessionEnd == nil else { return }
        sessionEnd = reason
        // The broker waits for our close-ok, if it takes it at once; nothing else is worth waiting for here.
        if case .closedByBroker = reason { flush() }
        disarmTimer()
        if !isStopping { updateStatus(.connecting(lastError: "\(reason)")) }
        session?.end("\(reason)") { $0.resume(returning: $1) }
        stream?.close()
        stream = nil
        let writer = idleWriter
        idleWriter = nil
        writer?.resume()
        let asking = asking
        self.asking = nil
        asking?.resume(returning: nil)
    }
}
