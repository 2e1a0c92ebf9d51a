import DequeModule

/// Who is next on the one connection of a SQLite database, without I/O: what happened goes in, what to do comes out.
///
/// While a transaction is open, only its own statements run; all others wait for its end, or until their deadlines. A
/// transaction that is idle for too long is rolled back.
struct SQLiteQueue {
    /// Names a piece of work; never used twice.
    typealias JobID = Int
    /// Names a transaction: the job that began it.
    typealias SessionID = Int
    typealias Instant = ContinuousClock.Instant

    /// What the thread is to do.
    enum Action: Equatable {
        /// Do this piece of work, and report `began`, `continued` or `ended` if it belongs to a transaction.
        case run(JobID)
        /// Tell whoever waits for it that it is not done.
        case fail(JobID, DatabaseError)
        /// Roll the open transaction back, and report `ended`: it was idle for too long.
        case rollBack
        /// Nothing is to be done until then, or until the next event.
        case wait(until: Instant?)
        /// Close the connection.
        case stop
    }

    private struct Job {
        var id: JobID
        var deadline: Instant
    }

    private let limits: DatabaseLimits
    /// Work outside of a transaction, and what begins one, in the order of its deadlines.
    private var shared: Deque<Job> = []
    /// Work of the open transaction.
    private var own: Deque<JobID> = []
    private var session: SessionID?
    private var idleDeadline: Instant?
    private var closeDeadline: Instant?

    init(limits: DatabaseLimits) {
        self.limits = limits
    }

    /// Whether the transaction is open.
    func isOpen(_ session: SessionID) -> Bool { self.session == session }

    /// There is new work.
    /// - Parameter session: the transaction that it belongs to.
    /// - Returns: why it is refused.
    mutating func add(_ id: JobID, session: SessionID?, now: Instant) -> DatabaseError? {
        if let session {
            guard session == self.session else { return DatabaseError(.other, "the transaction has ended") }
            guard own.count < limits.waiters else { return .poolOverloaded(own.count) }
            own.append(id)
            return nil
        }
        guard closeDeadline == nil else { return .poolClosed }
        guard shared.count < limits.waiters else { return .poolOverloaded(shared.count) }
        shared.append(Job(id: id, deadline: now + limits.acquireTimeout))
        return nil
    }

    /// Nobody waits for the work any more.
    /// - Returns: whether it had not begun, and will not.
    mutating func remove(_ id: JobID) -> Bool {
        if let index = shared.firstIndex(where: { $0.id == id }) {
            shared.remove(at: index)
            return true
        }
        guard let index = own.firstIndex(of: id) else { return false }
        own.remove(at: index)
        return true
    }

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

    /// No new work; an open transaction may end, until `limits.closeTimeout` has passed.
    mutating func close(now: Instant) {
        if closeDeadline == nil { closeDeadline = now + limits.closeTimeout }
    }

    /// What is to be done now.
    mutating func next(now: Instant) -> Action {
        if session == nil, let id = own.popFirst() {
            return .fail(id, DatabaseError(.other, "the transaction has ended"))
        }
        if closeDeadline != nil, let job = shared.popFirst() { return .fail(job.id, .poolClosed) }
        if let first = shared.first, first.deadline <= now {
            shared.removeFirst()
            return .fail(first.id, .sqliteTimeout(limits))
        }
        guard session != nil else {
            if closeDeadline != nil { return .stop }
            guard let job = shared.popFirst() else { return .wait(until: nil) }
            return .run(job.id)
        }
        if let id = own.popFirst() { return .run(id) }
        if let deadline = [idleDeadline, closeDeadline].compactMap({ $0 }).min(), deadline <= now { return .rollBack }
        return .wait(until: [idleDeadline, closeDeadline, shared.first?.deadline].compactMap { $0 }.min())
    }
}

extension DatabaseError {
    static func sqliteTimeout(_ limits: DatabaseLimits) -> DatabaseError {
        DatabaseError(
            .timeout,
            "the connection to the database was not free within \(limits.acquireTimeout)")
    }
}
