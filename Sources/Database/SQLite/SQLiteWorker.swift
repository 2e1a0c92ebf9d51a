import Encodings
import EventLoop
import Glibc

/// The thread of a SQLite database, and the way to it. The connection is used on the thread only, where SQLite may block on
/// the disk and on other processes' locks; whoever waits longer than its deadline is told so by a timer on a loop.
final class SQLiteWorker: @unchecked Sendable {
    // Safe to share: `queue`, `jobs`, `readers`, `armed`, `lastID`, `closers` and `isStopped` are touched with `signal`'s lock
    // held; `connection`, `doom` and `dataVersion` on the thread only; `timer` on the loop only; the rest never changes.

    let limits: DatabaseLimits
    private let location: SQLiteLocation
    private let isReadOnly: Bool
    private let loop: EventLoop
    private let signal = ThreadSignal()

    private var queue: SQLiteQueue
    private var jobs: [SQLiteQueue.JobID: SQLiteJob] = [:]
    private var readers: [Int: NoticeOutlet] = [:]
    private var lastID = 0
    private var closers: [CheckedContinuation<Void, Never>] = []
    private var isStopped = false
    /// When the timer fires.
    private var armed: ContinuousClock.Instant?
    private var timer: LoopTimer?

    private var opening: CheckedContinuation<Void, any Error>?
    /// The first error of the open transaction, which dooms it.
    private var doom: DatabaseError?
    /// SQLite's count of other processes' commits, as it was last seen.
    private var dataVersion: SQLValue?

    init(_ location: SQLiteLocation, limits: DatabaseLimits, isReadOnly: Bool, loop: EventLoop) {
        self.location = location
        self.isReadOnly = isReadOnly
        self.limits = limits
        self.loop = loop
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
                let reason = systemErrorText(status)
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
        let isStopped = signal.withLock {
            if !self.isStopped {
                readers[number] = outlet
                queue.poll(true, now: .now)
            }
            return self.isStopped
        }
        if isStopped { outlet.finish() } else { signal.notify() }
        return stream
    }

    private func unwatch(_ number: Int) {
        signal.withLock {
            readers[number] = nil
            if readers.isEmpty { queue.poll(false, now: .now) }
        }
    }

    /// Ends the thread, and returns when the database is closed; if the disk hangs, without it.
    func close() async {
        await withCheckedContinuation { continuation in
            let isStopped = signal.withLock {
                if !self.isStopped { closers.append(continuation) }
                return self.isStopped
            }
            if isStopped {
                continuation.resume()
            } else {
                requestStop()
                // A thread that hangs in the disk is left behind.
                loop.execute { [self] in
                    LoopTimer(on: loop) { self.resumeClosers() }.schedule(after: limits.closeTimeout + .seconds(1))
                }
            }
        }
    }

    private func resumeClosers() {
        let closers = signal.withLock {
            defer { self.closers.removeAll() }
            return self.closers
        }
        for closer in closers { closer.resume() }
    }

    /// Ends the thread, some time soon.
    func requestStop() {
        signal.withLock { queue.close(now: .now) }
        signal.notify()
    }

    private func add(_ job: SQLiteJob, _ id: SQLiteQueue.JobID) {
        let refusal = signal.withLock { () -> DatabaseError? in
            if isStopped { return .poolClosed }
            let refusal = queue.add(
                id, session: job.session, until: job.deadline, timeout: job.kind.timeout, isOwed: job.kind.isOwed,
                now: .now)
            if let refusal { return refusal }
            jobs[id] = job
            return nil
        }
        guard refusal == nil else {
            job.waiter?.resume(throwing: refusal ?? .poolClosed)
            return
        }
        signal.notify()
        arm()
    }

    private func cancel(_ id: SQLiteQueue.JobID) {
        let job = signal.withLock { queue.remove(id) ? jobs.removeValue(forKey: id) : nil }
        job?.waiter?.resume(throwing: CancellationError())
    }

    // MARK: Deadlines

    /// Sees to it that the timer fires no later than the next deadline. One that fires too early is cheap.
    private func arm() {
        let deadline = signal.withLock { () -> ContinuousClock.Instant? in
            guard let deadline = queue.nextDeadline else { return nil }
            if let armed, armed <= deadline { return nil }
            armed = deadline
            return deadline
        }
        guard let deadline else { return }
        loop.execute { [self] in
            let timer = timer ?? LoopTimer(on: loop) { [weak self] in self?.tick() }
            self.timer = timer
            timer.schedule(after: max(.zero, ContinuousClock.now.duration(to: deadline)))
        }
    }

    private func tick() {
        let expired = signal.withLock {
            armed = nil
            return queue.expire(now: .now).map { (waiter: takeWaiter(of: $0.id), error: $0.error) }
        }
        for (waiter, error) in expired { waiter?.resume(throwing: error) }
        arm()
    }

    /// With the lock held. What is owed stays in the table.
    private func takeWaiter(of id: SQLiteQueue.JobID) -> SQLiteJob.Waiter? {
        guard let job = jobs[id] else { return nil }
        if job.kind.isOwed { jobs[id]?.waiter = nil } else { jobs[id] = nil }
        return job.waiter
    }

    // MARK: On the thread

    fileprivate func run() {
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
        while true {
            let (action, job) = nextAction()
            switch action {
            case .run(let id):
                arm()
                if let job { run(job, id, connection) }
            case .fail(_, let error):
                job?.waiter?.resume(throwing: error)
            case .rollBack:
                end(connection)
            case .poll:
                poll(connection)
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
                    // Stays in the table until it is done, for whoever gives up waiting.
                    return (.run(id), jobs[id])
                case .fail(let id, let error):
                    return (.fail(id, error), jobs.removeValue(forKey: id))
                case let action:
                    return (action, nil)
                }
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
        let waiter = signal.withLock {
            queue.finished(id)
            return jobs.removeValue(forKey: id)?.waiter
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
        defer { if isInTransaction { signal.withLock { queue.continued(now: .now) } } }
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
        let isWanted = signal.withLock {
            guard jobs[id]?.waiter != nil else { return false }
            queue.began(id, now: .now)
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
        signal.withLock { queue.ended() }
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
        signal.withLock {
            for number in readers.keys {
                for notice in notices { readers[number]?.tell(notice) }
            }
        }
    }

    private func stopped() {
        let (jobs, readers) = signal.withLock {
            isStopped = true
            defer {
                self.jobs.removeAll()
                self.readers.removeAll()
            }
            return (self.jobs.values.compactMap(\.waiter), self.readers.values)
        }
        for job in jobs { job.resume(throwing: DatabaseError.poolClosed) }
        for reader in readers { reader.finish() }
        resumeClosers()
    }
}

/// The thread's body. A named function, not a closure: it runs outside any actor.
private func runSQLiteWorker(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<SQLiteWorker>.fromOpaque(argument).takeRetainedValue().run()
    return nil
}
