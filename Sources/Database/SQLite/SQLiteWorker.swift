import Glibc

/// The thread of a SQLite database, and the way to it. The connection is used on the thread only, where SQLite may block on
/// the disk and on other processes' locks.
final class SQLiteWorker: @unchecked Sendable {
    // Safe to share: `queue`, `jobs`, `lastID`, `closers` and `isStopped` are touched with `signal`'s lock held;
    // `connection` and `doom` on the thread only; the rest never changes.

    let limits: DatabaseLimits
    private let location: SQLiteLocation
    private let signal = ThreadSignal()

    private var queue: SQLiteQueue
    private var jobs: [SQLiteQueue.JobID: SQLiteJob] = [:]
    private var lastID = 0
    private var closers: [CheckedContinuation<Void, Never>] = []
    private var isStopped = false

    private var opening: CheckedContinuation<Void, any Error>?
    /// The first error of the open transaction, which dooms it.
    private var doom: DatabaseError?

    init(_ location: SQLiteLocation, limits: DatabaseLimits) {
        self.location = location
        self.limits = limits
        queue = SQLiteQueue(limits: limits)
    }

    // MARK: From any thread

    /// Starts the thread, which opens the database.
    /// - Throws: `DatabaseError`.
    func start() async throws {
        try await withCheckedThrowingContinuation { continuation in
            opening = continuation  // read by the thread, which does not run yet
            var thread = pthread_t()
            let retained = Unmanaged.passRetained(self)
            let status = pthread_create(&thread, nil, runSQLiteWorker, retained.toOpaque())
            guard status == 0 else {
                retained.release()
                let reason = String(cString: strerror(status))
                continuation.resume(throwing: DatabaseError(.unavailable, "no thread for the database: \(reason)"))
                return
            }
            pthread_detach(thread)
        }
    }

    /// A new name for a piece of work.
    func nextID() -> SQLiteQueue.JobID {
        signal.withLock {
            lastID += 1
            return lastID
        }
    }

    /// Has the work done. Cancelling the task takes it back, if it has not begun and `isCancellable`.
    func perform(
        _ kind: SQLiteJob.Kind, session: SQLiteQueue.SessionID?, id: SQLiteQueue.JobID, isCancellable: Bool = true
    ) async throws -> SQLResult {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                add(SQLiteJob(kind: kind, session: session, continuation: continuation), id)
                // Cancelled before the work was in the queue: the handler has not found it.
                if isCancellable, Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            if isCancellable { cancel(id) }
        }
    }

    /// Ends the thread, and returns when the database is closed.
    func close() async {
        await withCheckedContinuation { continuation in
            let isStopped = signal.withLock {
                if !self.isStopped { closers.append(continuation) }
                return self.isStopped
            }
            if isStopped { continuation.resume() } else { requestStop() }
        }
    }

    /// Ends the thread, some time soon.
    func requestStop() {
        signal.withLock { queue.close(now: .now) }
        signal.notify()
    }

    private func add(_ job: SQLiteJob, _ id: SQLiteQueue.JobID) {
        let refusal = signal.withLock { () -> DatabaseError? in
            if isStopped { return .poolClosed }
            if let refusal = queue.add(id, session: job.session, now: .now) { return refusal }
            jobs[id] = job
            return nil
        }
        if let refusal { job.continuation.resume(throwing: refusal) } else { signal.notify() }
    }

    private func cancel(_ id: SQLiteQueue.JobID) {
        let job = signal.withLock { queue.remove(id) ? jobs.removeValue(forKey: id) : nil }
        job?.continuation.resume(throwing: CancellationError())
    }

    // MARK: On the thread

    fileprivate func run() {
        let opening = self.opening
        self.opening = nil
        do {
            let connection = try SQLiteConnection(location, limits: limits)
            opening?.resume()
            serve(connection)
            connection.close()
        } catch {
            opening?.resume(throwing: error)
        }
        stopped()
    }

    private func serve(_ connection: SQLiteConnection) {
        while true {
            let (action, job) = nextAction()
            switch action {
            case .run(let id):
                if let job { run(job, id, connection) }
            case .fail(_, let error):
                job?.continuation.resume(throwing: error)
            case .rollBack:
                end(connection)
            case .wait:
                break
            case .stop:
                return
            }
        }
    }

    /// Waits until there is something to do.
    private func nextAction() -> (SQLiteQueue.Action, SQLiteJob?) {
        signal.withLock {
            while true {
                let now = ContinuousClock.now
                switch queue.next(now: now) {
                case .wait(let deadline):
                    signal.wait(atMost: deadline.map { now.duration(to: $0) })
                case .run(let id):
                    return (.run(id), jobs.removeValue(forKey: id))
                case .fail(let id, let error):
                    return (.fail(id, error), jobs.removeValue(forKey: id))
                case let action:
                    return (action, nil)
                }
            }
        }
    }

    private func run(_ job: SQLiteJob, _ id: SQLiteQueue.JobID, _ connection: SQLiteConnection) {
        let result = Result { () throws(DatabaseError) in try run(job.kind, job.session, id, connection) }
        job.continuation.resume(with: result.mapError { $0 as any Error })
    }

    private func run(
        _ kind: SQLiteJob.Kind, _ session: SQLiteQueue.SessionID?, _ id: SQLiteQueue.JobID,
        _ connection: SQLiteConnection
    ) throws(DatabaseError) -> SQLResult {
        switch kind {
        case .query(let sql, let parameters, let timeout):
            try query(sql, parameters, timeout, isInTransaction: session != nil, connection)
        case .begin:
            try begin(id, connection)
        case .commit:
            try commit(connection)
        case .rollBack:
            end(connection)
        }
    }

    private func query(
        _ sql: String, _ parameters: [SQLValue], _ timeout: Duration, isInTransaction: Bool,
        _ connection: SQLiteConnection
    ) throws(DatabaseError) -> SQLResult {
        defer { if isInTransaction { signal.withLock { queue.continued(now: .now) } } }
        // A failure may have ended the transaction (a full disk does): what follows would run outside of it.
        if isInTransaction, doom != nil { throw .transactionFailed }
        do throws(DatabaseError) {
            let result = try connection.run(sql, parameters, timeout: timeout)
            guard connection.isInTransaction == isInTransaction else { throw .transactionControl }
            return result
        } catch {
            if isInTransaction {
                doom = doom ?? error
            } else if connection.isInTransaction {
                end(connection)
            }
            throw error
        }
    }

    private func begin(_ id: SQLiteQueue.SessionID, _ connection: SQLiteConnection) throws(DatabaseError) -> SQLResult {
        let result = try connection.run("BEGIN IMMEDIATE", timeout: limits.queryTimeout)
        doom = nil
        signal.withLock { queue.began(id, now: .now) }
        return result
    }

    private func commit(_ connection: SQLiteConnection) throws(DatabaseError) -> SQLResult {
        defer { end(connection) }
        if let doom { throw doom }
        return try connection.run("COMMIT", timeout: limits.queryTimeout)
    }

    /// Rolls back what is open.
    @discardableResult
    private func end(_ connection: SQLiteConnection) -> SQLResult {
        if connection.isInTransaction { _ = try? connection.run("ROLLBACK", timeout: limits.queryTimeout) }
        doom = nil
        signal.withLock { queue.ended() }
        return SQLResult()
    }

    private func stopped() {
        let (closers, jobs) = signal.withLock {
            isStopped = true
            defer {
                self.closers.removeAll()
                self.jobs.removeAll()
            }
            return (self.closers, self.jobs.values.map(\.continuation))
        }
        for job in jobs { job.resume(throwing: DatabaseError.poolClosed) }
        for closer in closers { closer.resume() }
    }
}

/// The thread's body. A named function, not a closure: it runs outside any actor.
private func runSQLiteWorker(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<SQLiteWorker>.fromOpaque(argument).takeRetainedValue().run()
    return nil
}
