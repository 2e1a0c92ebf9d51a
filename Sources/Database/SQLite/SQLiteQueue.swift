import DequeModule

/// The queue for the one connection of a SQLite database, without I/O: what happened goes in, what to do comes out.
///
/// While a transaction is open, only its own statements run; all others wait for its end, or until their deadlines. A
/// transaction that is idle for too long is rolled back. Whoever waits for work that has begun has a deadline, too: the
/// thread may hang in the disk.
struct SQLiteQueue {
    /// Names a piece of work; never used twice.
    typealias JobID = Int
    /// Names a transaction: the job that began it.
    typealias SessionID = Int
    typealias Instant = ContinuousClock.Instant

    /// An action for the thread.
    enum Action: Equatable {
        /// Do this piece of work, and report `began`, `continued` or `ended` if it belongs to a transaction, and then
        /// `finished`.
        case run(JobID)
        /// Tell whoever waits for it that it is not done.
        case fail(JobID, DatabaseError)
        /// Roll the open transaction back, and report `ended`: it was idle for too long.
        case rollBack
        /// Look whether another process has changed the file.
        case poll
        /// Nothing is to be done until then, or until the next event.
        case wait(until: Instant?)
        /// Close the connection.
        case stop
    }

    private struct Job {
        var id: JobID
        /// When whoever waits for it gives up waiting for its turn.
        var deadline: Instant
        /// When whoever waits for it gives up altogether, if that is before the statement's own limit.
        var end: Instant?
        /// The time that the statement may take.
        var timeout: Duration
        /// A Boolean value that indicates whether it is done even though nobody waits for it any more.
        var isOwed: Bool
    }

    /// The time by which a statement may exceed its own limit before its caller is told that it hangs: SQLite looks at
    /// the clock itself, and says more exactly what is wrong.
    static let patience = Duration.milliseconds(500)

    private let limits: DatabaseLimits
    /// Work outside of a transaction, and what begins one, in the order of its coming.
    private var shared: Deque<Job> = []
    /// Work of the open transaction.
    private var own: Deque<Job> = []
    /// Not after any deadline of those; it may be early.
    private var waitDeadline: Instant?
    /// The running job, its waiter and its deadline.
    private var running: (id: JobID, deadline: Instant)?
    private var session: SessionID?
    private var idleDeadline: Instant?
    private var closeDeadline: Instant?
    private var nextPoll: Instant?

    init(limits: DatabaseLimits) {
        self.limits = limits
    }

    // MARK: From any thread

    /// There is new work.
    /// - Parameters:
    ///   - session: the transaction that it belongs to.
    ///   - end: until when whoever wants it can wait, if it is less than the limits give.
    ///   - timeout: how long it may take once it has begun; the limit of a statement if nil.
    ///   - isOwed: whether it is to be done even after its deadline.
    /// - Returns: why it is refused.
    mutating func add(
        _ id: JobID, session: SessionID?, until end: Instant? = nil, timeout: Duration? = nil, isOwed: Bool = false,
        now: Instant
    ) -> DatabaseError? {
        if let end, end <= now, !isOwed { return .callerDeadline }
        let limit = now + limits.acquireTimeout
        let job = Job(
            id: id, deadline: end.map { min($0, limit) } ?? limit, end: end, timeout: timeout ?? limits.queryTimeout,
            isOwed: isOwed)
        if let session {
            guard session == self.session else { return DatabaseError(.other, "the transaction has ended") }
            guard own.count < limits.waiters || isOwed else { return .poolOverloaded(own.count) }
            own.append(job)
        } else {
            guard closeDeadline == nil else { return .poolClosed }
            guard shared.count < limits.waiters else { return .poolOverloaded(shared.count) }
            shared.append(job)
        }
        let isAlone = shared.count + own.count == 1
        waitDeadline = isAlone ? job.deadline : min(waitDeadline ?? job.deadline, job.deadline)
        return nil
    }

    /// Nobody waits for the work any more.
    /// - Returns: whether it had not begun, and will not.
    mutating func remove(_ id: JobID) -> Bool {
        if let index = shared.firstIndex(where: { $0.id == id }) {
            shared.remove(at: index)
            return true
        }
        guard let index = own.firstIndex(where: { $0.id == id }) else { return false }
        own.remove(at: index)
        return true
    }

    /// When `expire` is to be called, so that nobody waits for a thread that hangs. It may be early.
    var nextDeadline: Instant? {
        let waiting = shared.isEmpty && own.isEmpty ? nil : waitDeadline
        guard let running else { return waiting }
        return min(waiting ?? running.deadline, running.deadline)
    }

    /// Time has passed: those whose deadline has come are told so. Their work is not done, or, where it has begun, may be
    /// done or not.
    mutating func expire(now: Instant) -> [(id: JobID, error: DatabaseError)] {
        var expired = takeWaiting(now).map { (id: $0.id, error: Self.reason($0, now, limits)) }
        if let running, running.deadline <= now {
            self.running = nil
            expired.append((id: running.id, error: .sqliteHangs))
        }
        return expired
    }

    /// No new work; an open transaction may end, until `limits.closeTimeout` has passed.
    mutating func close(now: Instant) {
        if closeDeadline == nil { closeDeadline = now + limits.closeTimeout }
    }

    /// From now on, or no longer, the file is looked at now and then.
    mutating func poll(_ isWanted: Bool, now: Instant) {
        nextPoll = isWanted ? nextPoll ?? now : nil
    }

    // MARK: On the thread

    /// A transaction is open.
    mutating func began(_ session: SessionID, now: Instant) {
        self.session = session
        continued(now: now)
    }

    /// A statement of the open transaction is done.
    mutating func continued(now: Instant) {
        idleDeadline = now + limits.transactionIdleTimeout
    }

    /// The open transaction has ended. What it still wanted is told so by `next`.
    mutating func ended() {
        session = nil
        idleDeadline = nil
    }

    /// The work that ran is done.
    mutating func finished(_ id: JobID) {
        if running?.id == id { running = nil }
    }

    /// The action to take now.
    mutating func next(now: Instant) -> Action {
        if session == nil, let job = own.popFirst() {
            return .fail(job.id, DatabaseError(.other, "the transaction has ended"))
        }
        if closeDeadline != nil, let job = shared.popFirst() { return .fail(job.id, .poolClosed) }
        if let job = takeFirstWaiting(now) { return .fail(job.id, Self.reason(job, now, limits)) }
        guard session != nil else {
            if closeDeadline != nil { return .stop }
            if let nextPoll, nextPoll <= now {
                self.nextPoll = now + limits.pollInterval
                return .poll
            }
            guard let job = shared.popFirst() else { return .wait(until: nextPoll) }
            return run(job, now)
        }
        if let job = own.popFirst() { return run(job, now) }
        if let deadline = [idleDeadline, closeDeadline].compactMap({ $0 }).min(), deadline <= now { return .rollBack }
        let waiting = shared.isEmpty ? nil : waitDeadline
        return .wait(until: [idleDeadline, closeDeadline, waiting].compactMap { $0 }.min())
    }

    private mutating func run(_ job: Job, _ now: Instant) -> Action {
        let limit = now + job.timeout + Self.patience
        running = (job.id, job.end.map { min($0, limit) } ?? limit)
        return .run(job.id)
    }

    // MARK: Deadlines

    private static func reason(_ job: Job, _ now: Instant, _ limits: DatabaseLimits) -> DatabaseError {
        job.end.map { $0 <= now } ?? false ? .callerDeadline : .sqliteTimeout(limits)
    }

    /// Takes those out whose deadline has come; what is owed stays, and is told so once.
    private mutating func takeWaiting(_ now: Instant) -> [Job] {
        guard let waitDeadline, waitDeadline <= now else { return [] }
        var expired = Self.take(from: &shared, now)
        expired += Self.take(from: &own, now)
        self.waitDeadline = (shared.map(\.deadline) + own.map(\.deadline)).min()
        return expired
    }

    /// The thread tells them one after the other.
    private mutating func takeFirstWaiting(_ now: Instant) -> Job? {
        guard let waitDeadline, waitDeadline <= now else { return nil }
        if let index = shared.firstIndex(where: { $0.deadline <= now }) { return shared.remove(at: index) }
        self.waitDeadline = (shared.map(\.deadline) + own.map(\.deadline)).min()
        return nil
    }

    private static func take(from jobs: inout Deque<Job>, _ now: Instant) -> [Job] {
        let expired = jobs.filter { $0.deadline <= now }
        guard !expired.isEmpty else { return [] }
        jobs.removeAll { $0.deadline <= now && !$0.isOwed }
        for index in jobs.indices where jobs[index].deadline <= now { jobs[index].deadline = now + .seconds(86_400) }
        return Array(expired)
    }
}

extension DatabaseError {
    static func sqliteTimeout(_ limits: DatabaseLimits) -> DatabaseError {
        DatabaseError(
            .timeout,
            "the connection to the database was not free within \(limits.acquireTimeout)")
    }

    static let sqliteHangs = DatabaseError(.timeout, "SQLite did not answer in time: the disk may hang")
}
