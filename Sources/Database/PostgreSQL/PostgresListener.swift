import EventLoop
import Logging

/// A connection to PostgreSQL of its own that does nothing but LISTEN, for one reader. Confined to its loop; its logic is
/// `ListenerStateMachine`.
final class PostgresListener {
    /// The channel for the proofs of a channel's listeners. Not to the channel itself: whoever reads that, an older
    /// version of this program for one, need not know what a proof is.
    static func proofChannel(of channel: String) -> String { "\(channel)_proof" }

    private let channel: String
    private let dialer: PostgresDialer
    private let loop: EventLoop
    private let password: String?
    private let limits: DatabaseLimits
    private let logger: Logger
    /// Has another connection NOTIFY a proof on the proofs' channel; ``unproven(_:_:)`` is called if that fails.
    private let prove: (String) -> Void

    private var machine: ListenerStateMachine
    private var outlet: NoticeOutlet
    private var attempt: PostgresDialer.Attempt?
    private var connection: PostgresConnection?
    private var timer: LoopTimer?
    private var lastNumber = 0
    private var isLost = false

    init(
        channel: String, outlet: NoticeOutlet, dialer: PostgresDialer, password: String?, limits: DatabaseLimits,
        loop: EventLoop, logger: Logger, prove: @escaping (String) -> Void
    ) {
        self.channel = channel
        self.outlet = outlet
        self.dialer = dialer
        self.password = password
        self.limits = limits
        self.loop = loop
        self.logger = logger
        self.prove = prove
        machine = ListenerStateMachine(limits: limits, name: String(UInt64.random(in: .min ... .max), radix: 16))
    }

    /// Begins to listen.
    func start() {
        loop.preconditionInLoop()
        timer = LoopTimer(on: loop) { [weak self] in
            guard let self else { return }
            perform(machine.tick(jitter: .random(in: 0..<1), now: .now))
        }
        perform(machine.start())
    }

    /// A proof could not be sent.
    func unproven(_ proof: String, _ error: DatabaseError) {
        perform(machine.unproven(proof, error, jitter: .random(in: 0..<1), now: .now))
    }

    /// The server turned out to be another than is wanted, or the connection broke.
    func failed(_ error: DatabaseError) {
        perform(machine.failed(error, jitter: .random(in: 0..<1), now: .now))
    }

    /// Ends the connection and the reader's stream.
    func stop() {
        loop.preconditionInLoop()
        perform(machine.stop())
        timer?.cancel()
        timer = nil
        outlet.finish()
    }

    private func perform(_ actions: [ListenerStateMachine.Action]) {
        for action in actions {
            switch action {
            case .connect: connect()
            case .listen: listen()
            case .prove(let proof): prove(proof)
            case .tell(let notice): tell(notice)
            case .disconnect: disconnect()
            }
        }
        guard let deadline = machine.nextDeadline else { return }
        timer?.schedule(after: max(.zero, ContinuousClock.now.duration(to: deadline)))
    }

    private func connect() {
        attempt = dialer.dial { [weak self] result in
            guard let self else { return }
            attempt = nil
            switch result {
            case .success(let handle): connected(handle)
            case .failure(let error): failed(error)
            }
        }
    }

    private func connected(_ handle: PostgresConnector.Handle) {
        let made = PostgresConnection(handle.pointer, loop: loop, password: password, preparedStatements: 0) {
            [weak self] error in
            self?.failed(error)
        }
        made.onNotification = { [weak self] channel, payload in
            guard let self else { return }
            let isChange = channel == self.channel
            perform(isChange ? machine.notified(payload) : machine.proved(payload, now: .now))
        }
        connection = made
        perform(machine.connected(now: .now))
    }

    private func listen() {
        listen(on: channel) { [weak self] in
            guard let self else { return }
            listen(on: Self.proofChannel(of: channel)) { [weak self] in
                guard let self else { return }
                perform(machine.subscribed(now: .now))
            }
        }
    }

    private func listen(on channel: String, then next: @escaping () -> Void) {
        lastNumber += 1
        connection?.execute("LISTEN \(channel)", [], number: lastNumber, timeout: limits.listenHeartbeat) {
            [weak self] result in
            switch result {
            case .success: next()
            case .failure(let error): self?.failed(error as? DatabaseError ?? .connectionBroke)
            }
        }
    }

    private func tell(_ notice: DatabaseNotice) {
        switch notice {
        case .changed:
            break
        case .listening:
            isLost = false
            logger.info("listening for changes in PostgreSQL", metadata: ["channel": "\(channel)"])
        case .lost(.listenerIsOld):
            break
        case .lost(let error):
            if !isLost {
                logger.warning("No changes are heard from PostgreSQL", metadata: ["reason": "\(error.message)"])
            }
            isLost = true
        }
        outlet.tell(notice)
    }

    private func disconnect() {
        attempt?.cancel()
        attempt = nil
        // Taken out first: closing ends a statement that runs, whose failure is news no more.
        let connection = self.connection
        self.connection = nil
        connection?.onNotification = nil
        connection?.close()
    }
}
