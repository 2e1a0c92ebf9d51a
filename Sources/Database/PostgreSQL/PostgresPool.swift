import EventLoop
import Logging

/// Connections to PostgreSQL, bounded, on one loop. Callers may be anywhere.
///
/// Its logic is `PoolStateMachine`; this actor does what the state machine says. A connection that breaks is replaced when
/// it is needed, with a back-off between attempts that fail.
public actor PostgresPool: Database {
    /// The right to use a connection. A number used once, so that one that was given back is worth nothing.
    fileprivate struct Lease: Sendable, Hashable {
        let connection: PoolStateMachine.ConnectionID
        let number: Int
    }

    private enum Slot {
        case connecting(PostgresDialer.Attempt)
        case open(PostgresConnection)
    }

    /// Always PostgreSQL.
    public nonisolated let dialect = SQLDialect.postgresql

    private nonisolated let loop: EventLoop
    private nonisolated let limits: DatabaseLimits
    private let settings: PostgresSettings
    private let resolver: PostgresResolver
    /// Used on the loop only.
    private let dialer: PostgresDialer
    private let logger: Logger

    private var machine: PoolStateMachine
    private var slots: [PoolStateMachine.ConnectionID: Slot] = [:]
    private var waiters: [PoolStateMachine.WaiterID: CheckedContinuation<Lease, any Error>] = [:]
    private var leases: [PoolStateMachine.ConnectionID: Int] = [:]
    /// The first error of each open transaction, which dooms it.
    private var doomed: [Lease: any Error] = [:]
    private var closers: [CheckedContinuation<Void, Never>] = []
    private var timer: LoopTimer?
    /// When the timer fires. It may be early, which costs less than setting it anew for every statement.
    private var timerFires: ContinuousClock.Instant?
    private var lastNumber = 0
    private var listeners: [Int: PostgresListener] = [:]
    private var isClosed = false

    /// The actor lives on its loop.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        loop.serialExecutor.asUnownedSerialExecutor()
    }

    /// A pool, which connects when it is first asked for something.
    public init(settings: PostgresSettings, limits: DatabaseLimits = DatabaseLimits(), loop: EventLoop, logger: Logger)
    {
        self.init(settings: settings, limits: limits, loop: loop, logger: logger, resolver: .system)
    }

    init(
        settings: PostgresSettings, limits: DatabaseLimits, loop: EventLoop, logger: Logger, resolver: PostgresResolver
    ) {
        self.settings = settings
        self.limits = limits
        self.loop = loop
        self.logger = logger
        self.resolver = resolver
        dialer = PostgresDialer(settings: settings, timeout: limits.connectTimeout, loop: loop, resolver: resolver)
        machine = PoolStateMachine(limits: limits)
    }

    isolated deinit {
        // Sockets are closed, and their watchers stopped, on the loop.
        for slot in slots.values { Self.close(slot) }
        for listener in listeners.values { listener.stop() }
        timer?.cancel()
    }

    // MARK: Database

    /// Runs one statement on a free connection.
    public func query(
        _ sql: String, _ parameters: [SQLValue], until deadline: ContinuousClock.Instant?
    ) async throws -> SQLResult {
        let lease = try await acquire(until: deadline)
        defer { release(lease) }
        return try await run(
            sql, parameters, on: lease, timeout: try limits.queryTimeout.bounded(by: deadline))
    }

    /// Runs statements in one pipeline and one transaction, on a free connection.
    public func batch(
        _ statements: [SQLStatement], until deadline: ContinuousClock.Instant?
    ) async throws -> [SQLResult] {
        guard !statements.isEmpty else { return [] }
        guard statements.count <= limits.batchStatements else {
            throw DatabaseError.batchTooLong(statements.count, limits)
        }
        guard !statements.contains(where: { SQLStatement.controlsTransaction($0.sql) }) else {
            throw DatabaseError.transactionControl
        }
        let lease = try await acquire(until: deadline)
        defer { release(lease) }
        let timeout = try limits.queryTimeout.bounded(by: deadline)
        return try await perform(on: lease) { connection, number, continuation in
            connection.execute(statements, number: number, timeout: timeout) { continuation.resume(with: $0) }
        }
    }

    /// Runs `body` in a transaction, READ COMMITTED.
    @discardableResult
    public nonisolated func withTransaction<T: Sendable>(
        _ options: TransactionOptions,
        _ body: @Sendable (any DatabaseConnection) async throws -> T
    ) async throws -> T {
        let timeout = options.queryTimeout ?? limits.queryTimeout
        return try await options.run {
            let deadline = options.deadline
            let lease = try await begin(timeout, until: deadline)
            do {
                let value = try await body(
                    PostgresTransaction(pool: self, lease: lease, timeout: timeout, deadline: deadline))
                try Task.checkCancellation()
                try await commit(lease, timeout.bounded(by: deadline))
                return value
            } catch {
                await rollBack(lease, until: deadline)
                throw error
            }
        }
    }

    /// Returns if the server answers.
    public func ping(until deadline: ContinuousClock.Instant?) async throws {
        _ = try await query("SELECT 1", [], until: deadline)
    }

    /// Closes the connections, once what runs has ended or `limits.closeTimeout` has passed.
    public func close() async {
        await withCheckedContinuation { continuation in
            isClosed = true
            for listener in listeners.values { listener.stop() }
            listeners.removeAll()
            closers.append(continuation)
            perform(machine.close(now: .now))
        }
    }

    // MARK: Transactions

    private func begin(_ timeout: Duration, until deadline: ContinuousClock.Instant?) async throws -> Lease {
        let lease = try await acquire(until: deadline)
        do {
            let timeout = try timeout.bounded(by: deadline)
            // Not the server's default: the advisory lock of migrations relies on a new snapshot for each statement.
            _ = try await run("BEGIN ISOLATION LEVEL READ COMMITTED", [], on: lease, timeout: timeout)
            return lease
        } catch {
            release(lease)
            throw error
        }
    }

    private func commit(_ lease: Lease, _ timeout: Duration) async throws {
        if let error = doomed[lease] { throw error }
        guard let connection = connection(of: lease) else { throw DatabaseError.connectionBroke }
        guard connection.transactionStatus == .open else {
            throw DatabaseError(.other, "the transaction's body left a statement running")
        }
        // Not to be cancelled: from here on, the outcome is the server's.
        _ = try await start("COMMIT", [], on: connection, number: nextNumber(), timeout: timeout)
        release(lease)
    }

    private func rollBack(_ lease: Lease, until deadline: ContinuousClock.Instant?) async {
        guard leases[lease.connection] == lease.number else { return }
        // Where there is no time for it, or it fails, the connection is not reusable, and the server rolls back as it is
        // closed.
        if let connection = connection(of: lease), !connection.isReusable,
            let timeout = try? limits.queryTimeout.bounded(by: deadline)
        {
            _ = try? await start("ROLLBACK", [], on: connection, number: nextNumber(), timeout: timeout)
        }
        release(lease)
    }

    // MARK: Leases

    private func acquire(until deadline: ContinuousClock.Instant?) async throws -> Lease {
        try Task.checkCancellation()
        let waiter = nextNumber()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                waiters[waiter] = continuation
                dropClosed()
                perform(machine.acquire(waiter, until: deadline, now: .now))
            }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.abandon(waiter) } }
        }
    }

    /// Sees to it that the connection that is given next has not been closed by the server.
    private func dropClosed() {
        while let id = machine.next, case .open(let connection) = slots[id], !connection.isStillThere() {}
    }

    private func abandon(_ waiter: PoolStateMachine.WaiterID) {
        guard machine.abandon(waiter) else { return }
        waiters.removeValue(forKey: waiter)?.resume(throwing: CancellationError())
    }

    private func release(_ lease: Lease) {
        guard leases[lease.connection] == lease.number else { return }
        leases[lease.connection] = nil
        doomed[lease] = nil
        guard case .open(let connection) = slots[lease.connection] else { return }
        perform(machine.released(lease.connection, reusable: connection.isReusable, now: .now))
        guard connection.isReadOnly else { return }
        // The others lead to the same server, most likely; those that listen, too.
        perform(machine.retireAll(now: .now))
        for listener in listeners.values { listener.failed(.readOnlyServer) }
    }

    private func connection(of lease: Lease) -> PostgresConnection? {
        guard leases[lease.connection] == lease.number, case .open(let connection) = slots[lease.connection] else {
            return nil
        }
        return connection
    }

    // MARK: Statements

    /// Runs a statement for whoever has the lease; cancelling the task ends it and its connection.
    private func run(
        _ sql: String, _ parameters: [SQLValue], on lease: Lease, timeout: Duration
    ) async throws -> SQLResult {
        try await perform(on: lease) { connection, number, continuation in
            connection.execute(sql, parameters, number: number, timeout: timeout) { continuation.resume(with: $0) }
        }
    }

    /// Has `start` begin something on the lease's connection, and waits for its end.
    private func perform<Value: Sendable>(
        on lease: Lease,
        _ start: (PostgresConnection, Int, CheckedContinuation<Value, any Error>) -> Void
    ) async throws -> Value {
        try Task.checkCancellation()
        guard leases[lease.connection] == lease.number else {
            throw DatabaseError(.other, "the transaction has ended")
        }
        guard let connection = connection(of: lease) else { throw DatabaseError.connectionBroke }
        let number = nextNumber()
        do {
            return try await withTaskCancellationHandler {
                // A method of the actor's: the handler's closure is not on its loop.
                try await wait(for: start, connection, number)
            } onCancel: {
                loop.execute { self.assumeIsolated { $0.abort(number, lease) } }
            }
        } catch {
            if leases[lease.connection] == lease.number, doomed[lease] == nil { doomed[lease] = error }
            throw error
        }
    }

    private func wait<Value: Sendable>(
        for start: (PostgresConnection, Int, CheckedContinuation<Value, any Error>) -> Void,
        _ connection: PostgresConnection, _ number: Int
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { start(connection, number, $0) }
    }

    /// Runs a statement of an open transaction. Once one has failed, or has ended the transaction, the others are refused:
    /// they would run outside of it.
    fileprivate func runInTransaction(
        _ sql: String, _ parameters: [SQLValue], on lease: Lease, timeout: Duration,
        until deadline: ContinuousClock.Instant?
    ) async throws -> SQLResult {
        let timeout = try timeout.bounded(by: deadline)
        if doomed[lease] != nil { throw DatabaseError.transactionFailed }
        let result = try await run(sql, parameters, on: lease, timeout: timeout)
        guard connection(of: lease)?.transactionStatus == .open else {
            doomed[lease] = DatabaseError.transactionControl
            throw DatabaseError.transactionControl
        }
        return result
    }

    private func start(
        _ sql: String, _ parameters: [SQLValue], on connection: PostgresConnection, number: Int, timeout: Duration
    ) async throws -> SQLResult {
        try await withCheckedThrowingContinuation { continuation in
            connection.execute(sql, parameters, number: number, timeout: timeout) { continuation.resume(with: $0) }
        }
    }

    private func abort(_ number: Int, _ lease: Lease) {
        connection(of: lease)?.abort(number, CancellationError())
    }

    private func nextNumber() -> Int {
        lastNumber += 1
        return lastNumber
    }

    // MARK: What the state machine says

    private func perform(_ actions: [PoolStateMachine.Action]) {
        for action in actions {
            switch action {
            case .connect(let id):
                connect(id)
            case .lease(let id, let waiter):
                let lease = Lease(connection: id, number: nextNumber())
                leases[id] = lease.number
                waiters.removeValue(forKey: waiter)?.resume(returning: lease)
            case .fail(let waiter, let error):
                waiters.removeValue(forKey: waiter)?.resume(throwing: error)
            case .close(let id):
                slots.removeValue(forKey: id).map(Self.close)
            case .finished:
                for closer in closers { closer.resume() }
                closers.removeAll()
            }
        }
        schedule()
    }

    private func schedule() {
        guard let deadline = machine.nextDeadline else { return }
        if let timerFires, timerFires <= deadline { return }
        if timer == nil {
            timer = LoopTimer(on: loop) { [weak self] in self?.assumeIsolated { $0.tick() } }
        }
        timerFires = deadline
        timer?.schedule(after: max(.zero, ContinuousClock.now.duration(to: deadline)))
    }

    private func tick() {
        timerFires = nil
        perform(machine.tick(now: .now))
    }

    private static func close(_ slot: Slot) {
        switch slot {
        case .connecting(let attempt): attempt.cancel()
        case .open(let connection): connection.close()
        }
    }

    // MARK: Connecting

    private func connect(_ id: PoolStateMachine.ConnectionID) {
        slots[id] = .connecting(
            dialer.dial { [weak self] result in self?.assumeIsolated { $0.dialed(id, result) } })
    }

    private func dialed(
        _ id: PoolStateMachine.ConnectionID, _ result: Result<PostgresConnector.Handle, DatabaseError>
    ) {
        switch result {
        case .success(let handle):
            let connection = PostgresConnection(
                handle.pointer, loop: loop, password: settings.password, preparedStatements: limits.preparedStatements
            ) { [weak self] error in
                self?.assumeIsolated { $0.lost(id, error) }
            }
            slots[id] = .open(connection)
            perform(machine.connected(id, now: .now))
        case .failure(let error):
            failed(id, error)
        }
    }

    private func failed(_ id: PoolStateMachine.ConnectionID, _ error: DatabaseError) {
        slots[id] = nil
        logger.warning(
            "No connection to PostgreSQL",
            metadata: ["database": "\(settings.description)", "reason": "\(error.message)"])
        perform(
            machine.connectFailed(
                id, error, isPermanent: error.code != .unavailable, jitter: .random(in: 0..<1), now: .now))
    }

    private func lost(_ id: PoolStateMachine.ConnectionID, _ error: DatabaseError) {
        slots[id] = nil
        logger.notice("A connection to PostgreSQL ended", metadata: ["reason": "\(error.message)"])
        perform(error == .silentServer ? machine.wasSilent(id, now: .now) : machine.lost(id, now: .now))
    }
}

/// The connection that a transaction's body gets: it works until the body has returned.
private struct PostgresTransaction: DatabaseConnection {
    let pool: PostgresPool
    let lease: PostgresPool.Lease
    let timeout: Duration
    let deadline: ContinuousClock.Instant?

    var dialect: SQLDialect { .postgresql }

    func query(_ sql: String, _ parameters: [SQLValue]) async throws -> SQLResult {
        try await pool.runInTransaction(sql, parameters, on: lease, timeout: timeout, until: deadline)
    }
}

// Hearing of what others change: each reader has a connection of its own, besides those of the pool.
extension PostgresPool {
    /// The notifications of a channel, by a connection of its own.
    public nonisolated func notices(on channel: String) -> AsyncStream<DatabaseNotice> {
        precondition(
            channel.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f },
            "a channel is named by small letters, digits and _")
        let (stream, outlet) = NoticeOutlet.make(limit: limits.notices)
        loop.execute { self.assumeIsolated { $0.listen(on: channel, outlet) } }
        return stream
    }

    private func listen(on channel: String, _ outlet: NoticeOutlet) {
        guard !isClosed else {
            outlet.finish()
            return
        }
        let number = nextNumber()
        let listener = PostgresListener(
            channel: channel, outlet: outlet,
            // Of its own, so that the turns of both lists do not mix.
            dialer: PostgresDialer(settings: settings, timeout: limits.connectTimeout, loop: loop, resolver: resolver),
            password: settings.password, limits: limits, loop: loop, logger: logger
        ) { [weak self] proof in
            self?.assumeIsolated { pool in
                _ = Task { [weak pool] in await pool?.prove(proof, on: channel, for: number) }
            }
        }
        listeners[number] = listener
        let loop = self.loop
        outlet.onEnd { [weak self] in
            loop.execute { [weak self] in self?.assumeIsolated { $0.listeners.removeValue(forKey: number)?.stop() } }
        }
        listener.start()
    }

    /// Sends a listener's proof, by one of the pool's connections.
    private func prove(_ proof: String, on channel: String, for number: Int) async {
        do {
            let deadline = ContinuousClock.now + limits.listenHeartbeat
            let channel = PostgresListener.proofChannel(of: channel)
            _ = try await query("SELECT pg_notify($1, $2)", [.text(channel), .text(proof)], until: deadline)
        } catch {
            listeners[number]?.unproven(proof, error as? DatabaseError ?? .connectionBroke)
        }
    }
}
