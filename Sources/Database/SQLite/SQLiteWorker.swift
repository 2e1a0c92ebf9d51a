import EventLoop

/// The state that the lock of a SQLite database's thread guards: who is next, and what each wants.
private struct SQLiteWork: SerialQueue {
    typealias Work = (action: SQLiteQueue.Action, job: SQLiteJob?)
    typealias Answer = (waiter: SQLiteJob.Waiter?, error: DatabaseError)

    var queue: SQLiteQueue
    var jobs: [SQLiteQueue.JobID: SQLiteJob] = [:]
    var readers: [Int: NoticeOutlet] = [:]
    var lastID = 0
    var isStopped = false

    mutating func next(now: ContinuousClock.Instant) -> SerialStep<Work> {
        switch queue.next(now: now) {
        case .wait(let deadline): .wait(until: deadline)
        case .stop: .stop
        // Stays in the table until it is done, for whoever gives up waiting.
        case .run(let id): .run((.run(id), jobs[id]))
        case .fail(let id, let error): .run((.fail(id, error), jobs.removeValue(forKey: id)))
        case let action: .run((action, nil))
        }
    }

    var nextDeadline: ContinuousClock.Instant? { queue.nextDeadline }

    mutating func expire(now: ContinuousClock.Instant) -> [Answer] {
        queue.expire(now: now).map { (waiter: takeWaiter(of: $0.id), error: $0.error) }
    }

    /// Removes and returns the waiter of a job; a job that is owed stays in the table.
    private mutating func takeWaiter(of id: SQLiteQueue.JobID) -> SQLiteJob.Waiter? {
        guard let job = jobs[id] else { return nil }
        if job.kind.isOwed { jobs[id]?.waiter = nil } else { jobs[id] = nil }
        return job.waiter
    }
}

/// The thread of a SQLite database, and the way to it. The connection is used on the thread only, where SQLite may block on
/// the disk and on other processes' locks.
final class SQLiteWorker: @unchecked Sendable {
    // Safe to share: `opening`, `doom` and `dataVersion` are touched on the thread only, `opening` also before it runs; the
    // rest never changes.

    let limits: DatabaseLimits
    private let location: SQLiteLocation
    private let isReadOnly: Bool
    private let thread: SerialThread<SQLiteWork>

    private var opening: CheckedContinuation<Void, any Error>?
    /// The first error of the open transaction, which dooms it.
    private var doom: DatabaseError?
    /// SQLite's count of other processes' commits, as it was last seen.
    private var dataVersion: SQLValue?

    init(_ location: SQLiteLocation, limits: DatabaseLimits, isReadOnly: Bool, loop: EventLoop) {
        self.location = location
        self.isReadOnly = isReadOnly
        self.limits = limits
        thread = SerialThread(SQLiteWork(queue: SQLiteQueue(limits: limits)), name: "sqlite", deadlinesOn: loop) {
            $0.waiter?.resume(throwing: $0.error)
        }
    }

    // MARK: From any thread

    /// Starts the thread, which opens the database.
    /// - Throws: `DatabaseError`.
    func start() async throws {
        try await withCheckedThrowingContinuation { continuation in
            opening = continuation  // read by the thread, which does not run yet
            do throws(StreamError) {
                try thread.start { self.run() }
            } catch {
                continuation.resume(throwing: DatabaseError(.unavailable, "no thread for the database: \(error)"))
            }
        }
    }

    /// A new name for a piece of work.
    func nextID() -> SQLiteQueue.JobID {
        thread.update(wakesThread: false) { work in
            work.lastID += 1
            return work.lastID
        }
    }

    /// Has one piece of work done; see ``performAll(_:session:id:until:isCancellable:)``.
    func perform(
        _ kind: SQLiteJob.Kind, session: SQLiteQueue.SessionID?, id: SQLiteQueue.JobID,
        until deadline: ContinuousClock.Instant?, isCancellable: Bool = true
    ) async throws -> SQLResult {
        try await performAll(kind, session: session, id: id, until: deadline, isCancellable: isCancellable).first
            ?? SQLResult()
    }

    /// Has the work done, and waits for it until its deadline. Cancelling the task takes it back, if it has not begun and
    /// `isCancellable`.
    func performAll(
        _ kind: SQLiteJob.Kind, session: SQLiteQueue.SessionID?, id: SQLiteQueue.JobID,
        until deadline: ContinuousClock.Instant?, isCancellable: Bool = true
    ) async throws -> [SQLResult] {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                add(SQLiteJob(kind: kind, session: session, deadline: deadline, waiter: waiter), id)
                // Cancelled before the work was in the queue: the handler has not found it.
                if isCancellable, Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            if isCancellable { cancel(id) }
        }
    }

    /// The changes that other processes make, from now on.
    func watch() -> AsyncStream<DatabaseNotice> {
        let (stream, outlet) = NoticeOutlet.make(limit: limits.notices)
        let number = nextID()
        outlet.onEnd { [weak self] in self?.unwatch(number) }
        let isStopped = thread.update { work in
            if !work.isStopped {
                work.readers[number] = outlet
                work.queue.poll(true, now: .now)
            }
            return work.isStopped
        }
        if isStopped { outlet.finish() }
        return stream
    }

    private func unwatch(_ number: Int) {
        thread.update(wakesThread: false) { work in
            work.readers[number] = nil
            if work.readers.isEmpty { work.queue.poll(false, now: .now) }
        }
    }

    /// Ends the thread, and returns when the database is closed; if the disk hangs, without it.
    func close() async {
        requestStop()
        await thread.waitForEnd(until: .now + limits.closeTimeout + .seconds(1))
    }

    /// Ends the thread, some time soon.
    func requestStop() {
        thread.update { $0.queue.close(now: .now) }
    }

    private func add(_ job: SQLiteJob, _ id: SQLiteQueue.JobID) {
        let refusal = thread.update { work -> DatabaseError? in
            if work.isStopped { return .poolClosed }
            let refusal = work.queue.add(
                id, session: job.session, until: job.deadline, timeout: job.kind.timeout, isOwed: job.kind.isOwed,
                now: .now)
            if refusal == nil { work.jobs[id] = job }
            return refusal
        }
        if let refusal { job.waiter?.resume(throwing: refusal) }
    }

    private func cancel(_ id: SQLiteQueue.JobID) {
        let job = thread.update(wakesThread: false) { $0.queue.remove(id) ? $0.jobs.removeValue(forKey: id) : nil }
        job?.waiter?.resume(throwing: CancellationError())
    }

    // MARK: On the thread

    private func run() {
        let opening = self.opening
        self.opening = nil
        do {
            let connection = try SQLiteConnection(location, limits: limits, isReadOnly: isReadOnly)
            opening?.resume()
            serve(connection)
            connection.close()
        } catch {
            opening?.resume(throwing: error)
        }
        stopped()
    }

    private func serve(_ connection: SQLiteConnection) {
        while let (action, job) = thread.next() {
            switch action {
            case .run(let id):
                if let job { run(job, id, connection) }
            case .fail(_, let error):
                job?.waiter?.resume(throwing: error)
            case .rollBack:
                end(connection)
            case .poll:
                poll(connection)
            case .wait, .stop:
                break
            }
        }
    }

    private func run(_ job: SQLiteJob, _ id: SQLiteQueue.JobID, _ connection: SQLiteConnection) {
        let result = Result { () throws(DatabaseError) in
            let results = try results(of: job, id, connection)
            // What went into a file that is not there any more is not done.
            try connection.checkFiles()
            return results
        }
        let waiter = thread.update { work in
            work.queue.finished(id)
            return work.jobs.removeValue(forKey: id)?.waiter
        }
        waiter?.resume(with: result.mapError { $0 as any Error })
    }

    private func results(
        of job: SQLiteJob, _ id: SQLiteQueue.JobID, _ connection: SQLiteConnection
    ) throws(DatabaseError) -> [SQLResult] {
        // A rollback is right in any case.
        if case .rollBack = job.kind {} else { try checkFiles(job, connection) }
        return switch job.kind {
        case .query(let statement, let timeout):
            [try query(statement, timeout.bounded(by: job.deadline), isInTransaction: job.session != nil, connection)]
        case .batch(let statements, let timeout):
            try batch(statements, timeout.bounded(by: job.deadline), connection)
        case .begin:
            [try begin(id, connection)]
        case .commit:
            [try commit(connection)]
        case .rollBack:
            [end(connection)]
        }
    }

    /// Looks whether the files are those that were opened; if not, a transaction is doomed.
    private func checkFiles(_ job: SQLiteJob, _ connection: SQLiteConnection) throws(DatabaseError) {
        do throws(DatabaseError) {
            try connection.checkFiles()
        } catch {
            if job.session != nil { doom = doom ?? error }
            if case .commit = job.kind { end(connection) }
            throw error
        }
    }

    private func query(
        _ statement: SQLStatement, _ timeout: Duration, isInTransaction: Bool, _ connection: SQLiteConnection
    ) throws(DatabaseError) -> SQLResult {
        defer { if isInTransaction { thread.update { $0.queue.continued(now: .now) } } }
        // A failure may have ended the transaction (a full disk does): what follows would run outside of it.
        if isInTransaction, doom != nil { throw .transactionFailed }
        do throws(DatabaseError) {
            let result = try connection.run(statement.sql, statement.parameters, timeout: timeout)
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

    private func batch(
        _ statements: [SQLStatement], _ timeout: Duration, _ connection: SQLiteConnection
    ) throws(DatabaseError) -> [SQLResult] {
        let deadline = ContinuousClock.now + timeout
        // Whatever goes wrong, nothing of it stays.
        defer { if connection.isInTransaction { end(connection) } }
        _ = try connection.run("BEGIN IMMEDIATE", timeout: timeout)
        var results: [SQLResult] = []
        results.reserveCapacity(statements.count)
        for statement in statements {
            let left = max(.zero, ContinuousClock.now.duration(to: deadline))
            results.append(try connection.run(statement.sql, statement.parameters, timeout: left))
            guard connection.isInTransaction else { throw .transactionControl }
        }
        _ = try connection.run("COMMIT", timeout: timeout)
        return results
    }

    private func begin(_ id: SQLiteQueue.SessionID, _ connection: SQLiteConnection) throws(DatabaseError) -> SQLResult {
        let result = try connection.run("BEGIN IMMEDIATE", timeout: limits.queryTimeout)
        doom = nil
        let isWanted = thread.update { work in
            guard work.jobs[id]?.waiter != nil else { return false }
            work.queue.began(id, now: .now)
            return true
        }
        // Whoever wanted it has given up, and would never end it.
        if !isWanted { end(connection) }
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
        thread.update { $0.queue.ended() }
        return SQLResult()
    }

    /// Asks SQLite whether others have committed anything since it was last asked.
    private func poll(_ connection: SQLiteConnection) {
        var notices: [DatabaseNotice]
        do throws(DatabaseError) {
            try connection.checkFiles()
            let version = try connection.run("PRAGMA data_version", timeout: limits.queryTimeout).rows.first?[0]
            let isChanged = connection.takeForeignWrite() || version != dataVersion
            notices = isChanged ? [.listening, .changed(payload: nil)] : [.listening]
            dataVersion = version
        } catch {
            notices = [.lost(error)]
        }
        thread.update { work in
            for number in work.readers.keys {
                for notice in notices { work.readers[number]?.tell(notice) }
            }
        }
    }

    private func stopped() {
        let (waiters, readers) = thread.update { work in
            work.isStopped = true
            defer {
                work.jobs.removeAll()
                work.readers.removeAll()
            }
            return (work.jobs.values.compactMap(\.waiter), Array(work.readers.values))
        }
        for waiter in waiters { waiter.resume(throwing: DatabaseError.poolClosed) }
        for reader in readers { reader.finish() }
    }
}

/// A piece of work for the thread of a SQLite database.
struct SQLiteJob: Sendable {
    typealias Waiter = CheckedContinuation<[SQLResult], any Error>

    /// The work.
    enum Kind: Sendable {
        /// Run a statement.
        case query(SQLStatement, timeout: Duration)
        /// Run statements in a transaction of their own.
        case batch([SQLStatement], timeout: Duration)
        /// Begin a transaction.
        case begin
        /// Commit the open transaction, or roll it back if one of its statements failed.
        case commit
        /// Roll the open transaction back.
        case rollBack

        /// The time that one statement of it may take; the database's own limit if nil.
        var timeout: Duration? {
            switch self {
            case .query(_, let timeout), .batch(_, let timeout): timeout
            case .begin, .commit, .rollBack: nil
            }
        }

        /// A Boolean value that indicates whether it is done even if nobody waits for it any more.
        var isOwed: Bool {
            if case .rollBack = self { true } else { false }
        }
    }

    let kind: Kind
    /// The transaction it belongs to, if any.
    let session: SQLiteQueue.SessionID?
    /// The time until which whoever wants it can wait.
    let deadline: ContinuousClock.Instant?
    /// Resumed once, by whoever takes it out of the worker's table; nil if nobody waits.
    var waiter: Waiter?
}
