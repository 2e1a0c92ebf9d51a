import EventLoop
import Logging

/// A connection to PostgreSQL of its own that does nothing but LISTEN, for one reader. Confined to its loop; its logic is
/// `ListenerStateMachine`.
final class PostgresListener {
    private let channel: String
    private let dialer: PostgresDialer
    private let loop: EventLoop
    private let password: String?
    private let limits: DatabaseLimits
    private let logger: Logger

    private var machine: ListenerStateMachine
    private var outlet: NoticeOutlet
    private var attempt: PostgresDialer.Attempt?
    private var connection: PostgresConnection?
    private var timer: LoopTimer?
    private var lastNumber = 0
    private var isLost = false

    init(
        channel: String, outlet: NoticeOutlet, dialer: PostgresDialer, password: String?, limits: DatabaseLimits,
        loop: EventLoop, logger: Logger
    ) {
        self.channel = channel
        self.outlet = outlet
        self.dialer = dialer
        self.password = password
        self.limits = limits
        self.loop = loop
        self.logger = logger
        machine = ListenerStateMachine(limits: limits)
    }

    /// Begins to listen.
    func start() {
        loop.preconditionInLoop()
        timer = LoopTimer(on: loop) { [weak self] in
            guard let self else { return }
            perform(machine.tick(now: .now))
        }
        perform(machine.start())
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
            case .listen: run("LISTEN \(channel)") { $0.subscribed(now: .now) }
            case .ping: run("SELECT 1") { $0.answered(now: .now) }
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
        made.onNotification = { [weak self] payload in
            guard let self else { return }
            perform(machine.notified(payload))
        }
        connection = made
        perform(machine.connected())
    }

    /// Runs a statement on the connection, which is the server's sign of life at the same time.
    private func run(
        _ sql: String, _ done: @escaping (inout ListenerStateMachine) -> [ListenerStateMachine.Action]
    ) {
        lastNumber += 1
        connection?.execute(sql, [], number: lastNumber, timeout: limits.listenHeartbeat) { [weak self] result in
            guard let self else { return }
            switch result {
            case .success: perform(done(&machine))
            case .failure(let error): failed(error as? DatabaseError ?? .connectionBroke)
            }
        }
    }

    private func failed(_ error: DatabaseError) {
        perform(machine.failed(error, jitter: .random(in: 0..<1), now: .now))
    }

    private func tell(_ notice: DatabaseNotice) {
        switch notice {
        case .changed:
            break
        case .listening:
            isLost = false
            logger.info("listening for changes in PostgreSQL", metadata: ["channel": "\(channel)"])
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
