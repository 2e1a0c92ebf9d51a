import EventLoop
import Logging

/// Publishes messages on one connection and one channel in confirm mode, and tells for each what became of it.
///
/// An actor on a loop, and meant to be called from the tasks of that loop: `publish` then hops nowhere and allocates
/// nothing but the message's frames. Publishes are pipelined; what gathers in a turn of the loop goes out in one write.
/// A connection that is lost is made again, with a jittered exponential back-off, for as long as `run` runs.
public actor AMQPPublisher {
    /// Resumed exactly once: the window hands each out once, and the session's end hands out what is left.
    typealias Waiter = UnsafeContinuation<PublishOutcome, Never>
    typealias Instant = ContinuousClock.Instant

    /// The loop that the publisher lives on.
    public nonisolated let loop: EventLoop
    private let settings: ConnectionSettings
    private let limits: PublisherLimits
    private let logger: Logger
    private let connector: Connector
    /// The knowledge that this publisher shares with the others of its broker.
    private nonisolated let memory: BrokerMemory

    /// Messages that no queue took, since the start.
    private var returnedMessages = 0
    private nonisolated let sharedStatus = Locked(PublisherStatus.connecting(lastError: nil))
    private var currentStatus = PublisherStatus.connecting(lastError: nil)
    /// The answer to a publish without a session: made once, not per publish.
    private var absence = "not connected"

    private var session: PublisherSession<Waiter>?
    private var stream: (any ByteStream)?
    /// The reason why the current session is over; nil while it goes on.
    private var sessionEnd: SessionEnd?
    /// The socket is full: nothing is written until it says otherwise.
    private var isWriteBlocked = false
    /// The writer, while there is nothing for it to wait for. Resumed by whoever takes it out.
    private var idleWriter: UnsafeContinuation<Void, Never>?

    /// The task that asked which topics may be published.
    private var asking: UnsafeContinuation<[TopicAnswer]?, Never>?
    /// The log says once for each connection that messages can be published, however often its channel is opened again.
    private var isReadyTold = false

    private var flushHook: FlushHook?
    private var timer: LoopTimer?
    private var timerDue: Instant?

    /// The task that waits for a connection or for the end of a pause. Resumed by whoever takes it out.
    private var connecting: UnsafeContinuation<Result<any ByteStream, ConnectError>, Never>?
    private var connectTask: Task<Void, Never>?
    /// Tells the attempts to connect apart: one that was given up may end late.
    private var connectAttempt = 0
    private var pausing: UnsafeContinuation<Void, Never>?
    /// Bounds the wait for a connection, for the end of a pause, or for the end of a shutdown: one at a time.
    private var phaseTimer: LoopTimer?

    private var isRunning = false
    private var isStopping = false
    /// The orderly close has begun: only the broker's answer is waited for.
    private var isSayingFarewell = false
    private var stopWaiters: [UnsafeContinuation<Void, Never>] = []

    /// A publisher that does nothing yet; ``run()`` makes it work.
    /// - Parameters:
    ///   - loop: Where it lives; call ``publish(_:until:)`` from that loop's tasks.
    ///   - memory: What the publishers of one broker know together; its own if not given.
    ///   - connector: How to reach an endpoint; TCP or TLS as the settings say if not given.
    public init(
        loop: EventLoop, settings: ConnectionSettings, limits: PublisherLimits, logger: Logger,
        memory: BrokerMemory = BrokerMemory(), connector: Connector? = nil
    ) {
        self.loop = loop
        self.settings = settings
        self.limits = limits
        self.logger = logger
        self.memory = memory
        let standard = BrokerConnector(settings)
        self.connector =
            connector ?? { endpoint, loop, deadline in
                try await standard.connect(to: endpoint, on: loop, deadline: deadline)
            }
    }

    /// The loop's executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        loop.serialExecutor.asUnownedSerialExecutor()
    }

    /// The publisher's state. From any thread.
    public nonisolated var status: PublisherStatus { sharedStatus.withLock { $0 } }

    /// Publishes a message and waits for what becomes of it, at most for the confirm time-out, and at most until
    /// `deadline`.
    ///
    /// On the publisher's loop this suspends once and hops nowhere; elsewhere it hops to the loop and back.
    /// Cancelling the task does not end the wait: a message on its way cannot be called back, and only its outcome says
    /// whether it has to be sent again.
    public nonisolated func publish(
        _ message: OutgoingMessage, until deadline: ContinuousClock.Instant? = nil
    ) async -> PublishOutcome {
        if loop.isCurrent {
            return await withUnsafeContinuation { enqueueHere(message, deadline, $0) }
        }
        return await publishFromElsewhere(message, deadline)
    }

    /// `assumeIsolated` does not compile in async code, hence this.
    private nonisolated func enqueueHere(_ message: OutgoingMessage, _ deadline: Instant?, _ waiter: Waiter) {
        assumeIsolated { $0.enqueue(message, deadline, waiter) }
    }

    private func publishFromElsewhere(_ message: OutgoingMessage, _ deadline: Instant?) async -> PublishOutcome {
        await withUnsafeContinuation { enqueue(message, deadline, $0) }
    }

    private func enqueue(_ message: OutgoingMessage, _ deadline: Instant?, _ waiter: Waiter) {
        if isStopping || session == nil {
            waiter.resume(returning: .unavailable(absence))
        } else if let outcome = session?.submit(message, waiter: waiter, deadline: deadline, now: .now) {
            waiter.resume(returning: outcome)
        } else {
            requestFlush()
            armTimer()
        }
    }
}

// MARK: - Status

extension AMQPPublisher {
    /// Publishes the status where it changed; a lock is taken only then.
    private func updateStatus(_ status: PublisherStatus) {
        guard status != currentStatus else { return }
        currentStatus = status
        sharedStatus.withLock { $0 = status }
        switch status {
        case .connecting(let error): absence = error ?? "not connected"
        case .stopped: absence = "shutting down"
        case .connected, .blocked, .doubtful, .suspect: break
        }
    }
}

// MARK: - Output

extension AMQPPublisher {
    /// Has what gathers in this turn of the loop written at its end.
    private func requestFlush() {
        let hook =
            flushHook
            ?? FlushHook(on: loop) { [weak self] in
                self?.assumeIsolated { $0.flush() }
            }
        flushHook = hook
        hook.request()
    }

    /// Writes what the socket takes; the rest waits for ``writeLoop(_:)``.
    private func flush() {
        guard let stream, !isWriteBlocked else { return }
        while let pending = session?.output.pendingCount, pending > 0 {
            let result = session?.output.withPending { bytes in
                Result { () throws(StreamError) in try stream.writeNow(bytes) }
            }
            switch result {
            case .success(let count):
                session?.sent(count, now: .now)
                guard count > 0 else { return waitForRoom() }
            case .failure(let error):
                return end(ending(after: error))
            case nil:
                return
            }
        }
    }

    private func waitForRoom() {
        isWriteBlocked = true
        let writer = idleWriter
        idleWriter = nil
        writer?.resume()
    }

    /// Waits for room whenever the socket was full, until the session ends.
    private func writeLoop(_ stream: any ByteStream) async {
        while sessionEnd == nil {
            if !isWriteBlocked {
                await withUnsafeContinuation { idleWriter = $0 }
                continue
            }
            do throws(StreamError) {
                try await stream.waitWritable()
                isWriteBlocked = false
                flush()
            } catch {
                end(ending(after: error))
            }
        }
    }
}

// MARK: - Time

extension AMQPPublisher {
    /// Sees to it that the timer fires no later than the session's next deadline. One that fires too early is cheap, one
    /// moved with every publish is not.
    private func armTimer() {
        guard let deadline = session?.deadline else { return }
        if let timerDue, timerDue <= deadline { return }
        let timer =
            timer
            ?? LoopTimer(on: loop) { [weak self] in
                self?.assumeIsolated { $0.timerFired() }
            }
        self.timer = timer
        timerDue = deadline
        timer.schedule(after: ContinuousClock.now.duration(to: deadline))
    }

    private func disarmTimer() {
        timer?.cancel()
        timerDue = nil
    }

    private func timerFired() {
        timerDue = nil
        guard let action = session?.tick(now: .now, settle: { $0.resume(returning: $1) }) else { return }
        act(on: action)
        sessionChanged()
    }
}

// MARK: - Running

extension AMQPPublisher {
    /// Connects, publishes, and connects again, until the task is cancelled or ``shutdown()`` is called; then waits for
    /// what is in flight, within the limits, and takes its leave of the broker. To be called once.
    public func run() async {
        guard !isRunning, !isStopping else { return }
        isRunning = true
        // Without the preference, closures that streams and connectors pass to the standard library's functions would
        // run elsewhere, however well the actor is pinned.
        await withTaskExecutorPreference(loop.taskExecutor) {
            await withTaskCancellationHandler {
                await connectAndServe()
            } onCancel: {
                loop.execute { self.assumeIsolated { $0.beginShutdown() } }
            }
        }
        stopped()
    }

    /// Stops taking messages, waits for what is in flight within the limits, closes channel and connection in order.
    /// Returns when ``run()`` is done.
    public func shutdown() async {
        beginShutdown()
        guard isRunning else { return }
        await withUnsafeContinuation { stopWaiters.append($0) }
    }

    private func stopped() {
        isRunning = false
        isStopping = true
        phaseTimer?.cancel()
        updateStatus(.stopped)
        let waiters = stopWaiters
        stopWaiters = []
        for waiter in waiters { waiter.resume() }
    }

    private func connectAndServe() async {
        var plan = ReconnectPlan(
            endpoints: settings.endpoints.count, attemptsPerRound: settings.attemptsPerRound,
            retryDelay: settings.retryDelay,
            backoff: Backoff(first: limits.backoffMinimum, longest: limits.backoffMaximum))
        while !isStopping, !settings.endpoints.isEmpty {
            let wasGood = await connectAndServe(settings.endpoints[plan.endpoint])
            if isStopping { break }
            await pause(plan.ended(wasGood: wasGood, jitter: .random(in: 0..<1)))
        }
    }

    /// - Returns: Whether messages were confirmed, or the connection held for long: then the broker is worth coming back
    ///   to soon.
    private func connectAndServe(_ endpoint: BrokerEndpoint) async -> Bool {
        let began = ContinuousClock.now
        let deadline = began + settings.connectTimeout
        let reason: SessionEnd
        switch await connect(to: endpoint, deadline: deadline) {
        case .success(let stream) where isStopping:
            stream.close()
            reason = .shutdown
        case .success(let stream): reason = await serve(stream, deadline: deadline)
        case .failure(let error): reason = .notConnected(error.text)
        }
        let hasConfirmed = session?.hasConfirmed ?? false
        let heldLong = session?.hasBeenReady ?? false && ContinuousClock.now - began > limits.backoffMaximum
        session = nil
        let isGood = hasConfirmed || heldLong
        guard !isStopping else { return isGood }
        updateStatus(.connecting(lastError: "\(endpoint): \(reason)"))
        logger.warning("no connection to the broker", metadata: ["endpoint": "\(endpoint)", "reason": "\(reason)"])
        return isGood
    }
}

// MARK: - Connecting

extension AMQPPublisher {
    /// Opens a stream. Neither a resolver that hangs nor a connector that heeds no deadline can hold this up: a stream
    /// that comes too late is closed.
    private func connect(
        to endpoint: BrokerEndpoint, deadline: Instant
    ) async -> Result<any ByteStream, ConnectError> {
        // A little later: a connector that heeds the deadline can say what took too long.
        schedulePhaseTimer(at: deadline + .milliseconds(200))
        let result = await withUnsafeContinuation { continuation in
            connecting = continuation
            connectAttempt += 1
            let attempt = connectAttempt
            connectTask = Task(executorPreference: loop.taskExecutor) {
                await self.openStream(to: endpoint, deadline: deadline, attempt: attempt)
            }
        }
        phaseTimer?.cancel()
        return result
    }

    private func openStream(to endpoint: BrokerEndpoint, deadline: Instant, attempt: Int) async {
        do {
            finishConnecting(.success(try await connector(endpoint, loop, deadline)), attempt: attempt)
        } catch {
            finishConnecting(.failure(ConnectError(text: "\(error)")), attempt: attempt)
        }
    }

    private func finishConnecting(_ result: Result<any ByteStream, ConnectError>, attempt: Int) {
        guard attempt == connectAttempt, let waiter = connecting else {
            if case .success(let stream) = result { stream.close() }
            return
        }
        connectTask = nil
        connecting = nil
        waiter.resume(returning: result)
    }

    private func abandonConnecting(_ why: String) {
        connectTask?.cancel()
        let waiter = connecting
        connecting = nil
        waiter?.resume(returning: .failure(ConnectError(text: why)))
    }

    private func pause(_ duration: Duration) async {
        guard duration > .zero else { return }
        schedulePhaseTimer(at: .now + duration)
        await withUnsafeContinuation { pausing = $0 }
        phaseTimer?.cancel()
    }

    private func endPause() {
        let waiter = pausing
        pausing = nil
        waiter?.resume()
    }

    private func schedulePhaseTimer(at deadline: Instant) {
        let timer =
            phaseTimer
            ?? LoopTimer(on: loop) { [weak self] in
                self?.assumeIsolated { $0.phaseOver() }
            }
        phaseTimer = timer
        timer.schedule(after: ContinuousClock.now.duration(to: deadline))
    }

    private func phaseOver() {
        abandonConnecting("timed out")
        endPause()
        guard isStopping, session != nil else { return }
        if isSayingFarewell { end(.shutdown) } else { sayFarewell() }
    }
}

// MARK: - Shutting down

extension AMQPPublisher {
    private func beginShutdown() {
        guard !isStopping else { return }
        isStopping = true
        updateStatus(.stopped)
        abandonConnecting("shutting down")
        endPause()
        guard isRunning, sessionEnd == nil, let waiting = session?.waiting else { return }
        if waiting == 0 {
            sayFarewell()
        } else {
            schedulePhaseTimer(at: .now + limits.shutdownTimeout)
        }
    }

    /// All that could be confirmed is, or the time is up: closes channel and connection.
    private func sayFarewell() {
        guard !isSayingFarewell, sessionEnd == nil, let waits = session?.close() else { return }
        isSayingFarewell = true
        flush()
        guard waits else { return end(.shutdown) }
        schedulePhaseTimer(at: .now + min(limits.farewellTimeout, limits.shutdownTimeout))
    }
}

// MARK: - One session: from a fresh stream to its end

extension AMQPPublisher {
    /// Publishes over `stream` until it ends, then closes it. Whoever waited for a confirm has been told when this
    /// returns.
    /// - Parameter deadline: When the channel must be open.
    private func serve(_ stream: any ByteStream, deadline: Instant) async -> SessionEnd {
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
    private func ending(after error: StreamError) -> SessionEnd {
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
    private func act(on action: ConnectionAction) {
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
            reportRefusedProbe(reason)
            end(.closedByBroker(reason, advice: advice(on: reason)))
        case .farewell:
            end(.shutdown)
        case .failed(let failure):
            end(.failed(failure))
        }
    }

    /// No queue is bound for a message that was published with `mandatory`.
    private func returned(_ routingKey: String) {
        returnedMessages += 1
        guard let others = memory.pass(.returned, now: .now) else { return }
        logger.warning(
            "no queue took a message",
            metadata: ["topic": "\(routingKey)", "others": "\(others)", "since_start": "\(returnedMessages)"])
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
    private func reportRefusedProbe(_ reason: CloseReason) {
        guard session?.isSecondChannelRefused(reason) == true, memory.rememberRefusedProbe() else { return }
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
    private func sessionChanged() {
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
    private func end(_ reason: SessionEnd) {
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
