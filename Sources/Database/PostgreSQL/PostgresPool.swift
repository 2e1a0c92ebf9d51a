import EventLoop
import Logging

/// Connections to PostgreSQL, bounded, on one loop. Callers may be anywhere.
///
/// Its logic is `PoolStateMachine`; this actor does what the state machine says. A connection that breaks is replaced when
/// it is needed, with a back-off between attempts that fail.
public actor PostgresPool: Database {
    /// The right to use a connection. A number used once, so that one that was given back is worth nothing.
    struct Lease: Sendable, Hashable {
        let connection: PoolStateMachine.ConnectionID
        let number: Int
    }

    private enum Slot {
        case resolving(LoopTimer)
        case connecting(PostgresConnector)
        case open(PostgresConnection)
    }

    /// Always PostgreSQL.
    public nonisolated let dialect = SQLDialect.postgresql

    private nonisolated let loop: EventLoop
    private nonisolated let limits: DatabaseLimits
    private let settings: PostgresSettings
    private let resolver: PostgresResolver
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
    /// How far the list of hosts is turned: one that does not answer in time is not the first to be tried next.
    private var rotation = 0

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
        machine = PoolStateMachine(limits: limits)
    }

    isolated deinit {
        // Sockets are closed, and their watchers stopped, on the loop.
        for slot in slots.values { Self.close(slot) }
        timer?.cancel()
    }

    // MARK: Database

    /// Runs one statement on a free connection.
    public func query(_ sql: String, _ parameters: [SQLValue]) async throws -> SQLResult {
        let lease = try await acquire()
        defer { release(lease) }
        return try await run(sql, parameters, on: lease, timeout: limits.queryTimeout)
    }

    /// Runs `body` in a transaction, READ COMMITTED.
    @discardableResult
    public nonisolated func withTransaction<T: Sendable>(
        _ options: TransactionOptions,
        _ body: @Sendable (any DatabaseConnection) async throws -> T
    ) async throws -> T {
        let timeout = options.queryTimeout ?? limits.queryTimeout
        return try await options.run {
            let lease = try await begin(timeout)
            do {
                let value = try await body(PostgresTransaction(pool: self, lease: lease, timeout: timeout))
                try Task.checkCancellation()
                try await commit(lease, timeout)
                return value
            } catch {
                await rollBack(lease)
                throw error
            }
        }
    }

    /// Returns if the server answers.
    public func ping() async throws {
        _ = try await query("SELECT 1", [])
    }

    /// Closes the connections, once what runs has ended or `limits.closeTimeout` has passed.
    public func close() async {
        await withCheckedContinuation { continuation in
            closers.append(continuation)
            perform(machine.close(now: .now))
        }
    }

    // MARK: Transactions

    private func begin(_ timeout: Duration) async throws -> Lease {
        let lease = try await acquire()
        do {
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

    private func rollBack(_ lease: Lease) async {
        guard leases[lease.connection] == lease.number else { return }
        if let connection = connection(of: lease), !connection.isReusable {
            // Where this fails, the connection is not reusable, and the server rolls back as it is closed.
            _ = try? await start("ROLLBACK", [], on: connection, number: nextNumber(), timeout: limits.queryTimeout)
        }
        release(lease)
    }

    // MARK: Leases

    private func acquire() async throws -> Lease {
        try Task.checkCancellation()
        let waiter = nextNumber()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                waiters[waiter] = continuation
                perform(machine.acquire(waiter, now: .now))
            }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.abandon(waiter) } }
        }
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
    }

    private func connection(of lease: Lease) -> PostgresConnection? {
        guard leases[lease.connection] == lease.number, case .open(let connection) = slots[lease.connection] else {
            return nil
        }
        return connection
    }

    // MARK: Statements

    /// Runs a statement for whoever has the lease; cancelling the task ends it and its connection.
    func run(_ sql: String, _ parameters: [SQLValue], on lease: Lease, timeout: Duration) async throws -> SQLResult {
        try Task.checkCancellation()
        guard leases[lease.connection] == lease.number else {
            throw DatabaseError(.other, "the transaction has ended")
        }
        guard let connection = connection(of: lease) else { throw DatabaseError.connectionBroke }
        let number = nextNumber()
        do {
            return try await withTaskCancellationHandler {
                try await start(sql, parameters, on: connection, number: number, timeout: timeout)
            } onCancel: {
                loop.execute { self.assumeIsolated { $0.abort(number, lease) } }
            }
        } catch {
            if leases[lease.connection] == lease.number, doomed[lease] == nil { doomed[lease] = error }
            throw error
        }
    }

    /// Runs a statement of an open transaction. Once one has failed, or has ended the transaction, the others are refused:
    /// they would run outside of it.
    func runInTransaction(
        _ sql: String, _ parameters: [SQLValue], on lease: Lease, timeout: Duration
    ) async throws -> SQLResult {
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
        case .resolving(let timer): timer.cancel()
        case .connecting(let connector): connector.cancel()
        case .open(let connection): connection.close()
        }
    }

    // MARK: Connecting

    private var connectTimeout: Duration { settings.connectTimeout ?? limits.connectTimeout }

    private func connect(_ id: PoolStateMachine.ConnectionID) {
        do {
            let endpoints = try settings.endpoints()
            guard endpoints.contains(where: \.needsResolution) else {
                connect(id, to: endpoints, timeout: connectTimeout)
                return
            }
            let timer = LoopTimer(on: loop) { [weak self] in
                self?.assumeIsolated { $0.resolutionTimedOut(id) }
            }
            timer.schedule(after: connectTimeout)
            slots[id] = .resolving(timer)
            // Ends when the resolver answers; whether the connection is still wanted is asked then.
            Task { await resolve(endpoints, for: id, started: .now) }
        } catch {
            failed(id, error)
        }
    }

    private func resolve(
        _ endpoints: [PostgresEndpoint], for id: PoolStateMachine.ConnectionID, started: ContinuousClock.Instant
    ) async {
        let result: Result<[PostgresEndpoint], DatabaseError>
        do throws(DatabaseError) {
            result = .success(try await resolver.resolve(endpoints))
        } catch {
            result = .failure(error)
        }
        guard case .resolving(let timer) = slots[id] else { return }
        timer.cancel()
        switch result {
        case .success(let endpoints):
            connect(id, to: endpoints, timeout: connectTimeout - started.duration(to: .now))
        case .failure(let error):
            failed(id, error)
        }
    }

    private func resolutionTimedOut(_ id: PoolStateMachine.ConnectionID) {
        guard case .resolving = slots[id] else { return }
        failed(id, DatabaseError(.unavailable, "the name of PostgreSQL's host was not resolved in time"))
    }

    private func connect(
        _ id: PoolStateMachine.ConnectionID, to endpoints: [PostgresEndpoint], timeout: Duration
    ) {
        let turned = endpoints.indices.map { endpoints[($0 + rotation) % endpoints.count] }
        let connector = PostgresConnector(loop: loop, password: settings.password)
        slots[id] = .connecting(connector)
        connector.start(settings.connectionParameters(endpoints: turned), timeout: timeout) { [weak self] result in
            self?.assumeIsolated { $0.connectorFinished(id, result) }
        }
    }

    private func connectorFinished(
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
        rotation &+= 1
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
        perform(machine.lost(id, now: .now))
    }
}
