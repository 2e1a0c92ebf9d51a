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
    let settings: ConnectionSettings
    let limits: PublisherLimits
    let logger: Logger
    let connector: Connector
    /// The knowledge that this publisher shares with the others of its broker.
    nonisolated let memory: BrokerMemory

    /// Messages that no queue took, since the start.
    nonisolated let returnedMessages = Locked(0)
    private nonisolated let sharedStatus = Locked(PublisherStatus.connecting(lastError: nil))
    private var currentStatus = PublisherStatus.connecting(lastError: nil)
    /// The answer to a publish without a session: made once, not per publish.
    private var absence = "not connected"

    var session: PublisherSession<Waiter>?
    var stream: (any ByteStream)?
    /// The reason why the current session is over; nil while it goes on.
    var sessionEnd: SessionEnd?
    /// The socket is full: nothing is written until it says otherwise.
    var isWriteBlocked = false
    /// The writer, while there is nothing for it to wait for. Resumed by whoever takes it out.
    var idleWriter: UnsafeContinuation<Void, Never>?

    /// The task that asked which topics may be published.
    var asking: UnsafeContinuation<[TopicAnswer]?, Never>?
    /// The log says once for each connection that messages can be published, however often its channel is opened again.
    var isReadyTold = false

    private var flushHook: FlushHook?
    private var timer: LoopTimer?
    private var timerDue: Instant?

    /// The task that waits for a connection or for the end of a pause. Resumed by whoever takes it out.
    var connecting: UnsafeContinuation<Result<any ByteStream, ConnectError>, Never>?
    var connectTask: Task<Void, Never>?
    /// Tells the attempts to connect apart: one that was given up may end late.
    var connectAttempt = 0
    var pausing: UnsafeContinuation<Void, Never>?
    /// Bounds the wait for a connection, for the end of a pause, or for the end of a shutdown: one at a time.
    var phaseTimer: LoopTimer?

    var isRunning = false
    var isStopping = false
    /// The orderly close has begun: only the broker's answer is waited for.
    var isSayingFarewell = false
    var stopWaiters: [UnsafeContinuation<Void, Never>] = []

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

    /// The number of messages that no queue took, where ``ConnectionSettings/mandatory`` asks for that. From any
    /// thread.
    public nonisolated var returnedCount: Int { returnedMessages.withLock { $0 } }

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
    func updateStatus(_ status: PublisherStatus) {
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
    func requestFlush() {
        let hook =
            flushHook
            ?? FlushHook(on: loop) { [weak self] in
                self?.assumeIsolated { $0.flush() }
            }
        flushHook = hook
        hook.request()
    }

    /// Writes what the socket takes; the rest waits for ``writeLoop(_:)``.
    func flush() {
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
    func writeLoop(_ stream: any ByteStream) async {
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
    func armTimer() {
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

    func disarmTimer() {
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
