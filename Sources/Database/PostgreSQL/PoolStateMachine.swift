import DequeModule

/// The pool's logic without I/O: what happened goes in, what to do comes out. The pool does what it says, and calls
/// `tick` when `nextDeadline` has come.
///
/// Connections are made when callers wait for one, one at a time while that fails, with a back-off between attempts. The
/// connection that was used last is used next, so that those that are not needed grow old and are closed.
struct PoolStateMachine {
    /// Names a connection; never used twice.
    typealias ConnectionID = Int
    /// Names a caller that waits.
    typealias WaiterID = Int
    typealias Instant = ContinuousClock.Instant

    /// An action for the pool.
    enum Action: Equatable {
        /// Make a connection, and report `connected` or `connectFailed`.
        case connect(ConnectionID)
        /// Give the connection to the caller, who will report `released`.
        case lease(ConnectionID, to: WaiterID)
        /// Tell the caller that there is none.
        case fail(WaiterID, DatabaseError)
        /// Close the connection and forget it.
        case close(ConnectionID)
        /// `close` is done: no connection is left.
        case finished
    }

    private enum State {
        case connecting
        case idle(since: Instant)
        case leased
    }

    private struct Connection {
        var state: State
        var created: Instant
        /// A Boolean value that indicates whether it goes as soon as it is free: the server behind it is not the one
        /// that is wanted.
        var isRetired = false
    }

    private struct Waiter {
        var id: WaiterID
        var deadline: Instant
        /// A Boolean value that indicates whether the deadline is the caller's own, rather than the pool's.
        var isImpatient: Bool
    }

    private let limits: DatabaseLimits
    private var connections: [ConnectionID: Connection] = [:]
    /// Those that are idle, the one idle for longest first.
    private var idle: [ConnectionID] = []
    /// In the order of their coming.
    private var waiters: Deque<Waiter> = []
    /// Not after any waiter's deadline; nil if nobody waits. It may be early, which costs a look at all of them then.
    private var waiterDeadline: Instant?
    private var lastID: ConnectionID = 0
    /// Attempts to connect that failed in a row.
    private var failures = 0
    private var retryAt: Instant?
    private var lastError: DatabaseError?
    private var closeDeadline: Instant?

    init(limits: DatabaseLimits) {
        self.limits = limits
    }

    /// The reason why there is no connection, while attempts fail.
    var problem: DatabaseError? { failures > 0 ? lastError : nil }

    /// The connection that the next caller would be given at once.
    var next: ConnectionID? { idle.last }

    /// When `tick` is to be called.
    var nextDeadline: Instant? {
        var deadline = connections.isEmpty ? nil : closeDeadline
        func consider(_ instant: Instant?) {
            guard let instant else { return }
            deadline = min(deadline ?? instant, instant)
        }
        if !waiters.isEmpty {
            consider(waiterDeadline)
            consider(retryAt)
        }
        for id in idle {
            guard let connection = connections[id], case .idle(let since) = connection.state else { continue }
            consider(min(since + limits.idleTimeout, connection.created + limits.maxLifetime))
        }
        return deadline
    }

    // MARK: Callers

    /// A caller wants a connection.
    /// - Parameter deadline: until when it can wait, if that is less than the pool's own limit.
    mutating func acquire(_ waiter: WaiterID, until deadline: Instant? = nil, now: Instant) -> [Action] {
        if let deadline, deadline <= now { return [.fail(waiter, .callerDeadline)] }
        if closeDeadline != nil { return [.fail(waiter, .poolClosed)] }
        if let id = idle.popLast() {
            connections[id]?.state = .leased
            return [.lease(id, to: waiter)]
        }
        guard waiters.count < limits.waiters else { return [.fail(waiter, .poolOverloaded(waiters.count))] }
        let limit = now + limits.acquireTimeout
        let end = deadline.map { min($0, limit) } ?? limit
        waiters.append(Waiter(id: waiter, deadline: end, isImpatient: end < limit))
        waiterDeadline = waiters.count == 1 ? end : min(waiterDeadline ?? end, end)
        return grow(now)
    }

    /// A caller does not want to wait any longer.
    /// - Returns: whether it still waited; else its connection is on its way to it, and it reports `released`.
    mutating func abandon(_ waiter: WaiterID) -> Bool {
        guard let index = waiters.firstIndex(where: { $0.id == waiter }) else { return false }
        waiters.remove(at: index)
        return true
    }

    /// A caller is done with its connection.
    /// - Parameter reusable: whether the connection is as it was when it was given.
    mutating func released(_ id: ConnectionID, reusable: Bool, now: Instant) -> [Action] {
        guard let connection = connections[id] else { return [] }
        guard reusable, !connection.isRetired, closeDeadline == nil, connection.created + limits.maxLifetime > now
        else { return remove(id) + grow(now) }
        return offer(id, now)
    }

    /// The server turned out to be another than is wanted (it does not write any more): none of the connections there are
    /// is used again.
    mutating func retireAll(now: Instant) -> [Action] {
        for id in connections.keys { connections[id]?.isRetired = true }
        var actions: [Action] = []
        for id in Array(idle) { actions += remove(id) }
        return actions + grow(now)
    }

    // MARK: Connections

    /// A connection is ready.
    mutating func connected(_ id: ConnectionID, now: Instant) -> [Action] {
        guard connections[id] != nil else { return [.close(id)] }
        failures = 0
        retryAt = nil
        lastError = nil
        return offer(id, now) + grow(now)
    }

    /// A connection could not be made.
    /// - Parameters:
    ///   - isPermanent: whether waiting is no use (a wrong password, say): those who wait are told at once.
    ///   - jitter: a random number, 0 or more and less than 1.
    mutating func connectFailed(
        _ id: ConnectionID, _ error: DatabaseError, isPermanent: Bool, jitter: Double, now: Instant
    ) -> [Action] {
        guard connections.removeValue(forKey: id) != nil else { return [] }
        lastError = error
        // Several attempts that were under way together count as one.
        if retryAt.map({ $0 <= now }) ?? true {
            failures += 1
            retryAt = now + limits.backoff.delay(after: failures, jitter: jitter)
        }
        var actions: [Action] = []
        if isPermanent, connections.isEmpty {
            actions = waiters.map { .fail($0.id, error) }
            waiters.removeAll()
        }
        return actions + finishIfDone()
    }

    /// A connection broke and was closed. Whoever had it was told.
    mutating func lost(_ id: ConnectionID, now: Instant) -> [Action] {
        guard connections.removeValue(forKey: id) != nil else { return [] }
        idle.removeAll { $0 == id }
        return grow(now) + finishIfDone()
    }

    /// A connection said nothing until a statement's time was over, and was closed. Whatever dropped it without a word, a
    /// firewall that forgot it for one, has most likely done the same to those that were idle as long: they are let go,
    /// rather than found out one after the other, each by somebody who waits. Those in use are found out at the same time.
    mutating func wasSilent(_ id: ConnectionID, now: Instant) -> [Action] {
        guard connections.removeValue(forKey: id) != nil else { return [] }
        idle.removeAll { $0 == id }
        var actions: [Action] = []
        for id in Array(idle) { actions += remove(id, finishing: false) }
        return actions + grow(now) + finishIfDone()
    }

    // MARK: Time and the end

    /// Time has passed.
    mutating func tick(now: Instant) -> [Action] {
        var actions: [Action] = []
        if let waiterDeadline, waiterDeadline <= now {
            for waiter in waiters where waiter.deadline <= now { actions.append(.fail(waiter.id, reason(for: waiter))) }
            waiters.removeAll { $0.deadline <= now }
            self.waiterDeadline = waiters.lazy.map(\.deadline).min()
        }
        for id in idle where isTooOld(id, now) {
            actions += remove(id)
        }
        if let closeDeadline, closeDeadline <= now {
            for id in connections.keys.sorted() { actions += remove(id) }
        }
        return actions + grow(now)
    }

    /// No more callers; what is leased may end, until `limits.closeTimeout` has passed.
    mutating func close(now: Instant) -> [Action] {
        guard closeDeadline == nil else { return connections.isEmpty ? [.finished] : [] }
        closeDeadline = now + limits.closeTimeout
        var actions: [Action] = waiters.map { .fail($0.id, .poolClosed) }
        waiters.removeAll()
        for (id, connection) in connections.sorted(by: { $0.key < $1.key }) {
            if case .leased = connection.state { continue }
            actions += remove(id, finishing: false)
        }
        return actions + finishIfDone()
    }

    // MARK: Private

    /// Gives a free connection to whoever has waited longest, or keeps it.
    private mutating func offer(_ id: ConnectionID, _ now: Instant) -> [Action] {
        if let waiter = waiters.popFirst() {
            connections[id]?.state = .leased
            return [.lease(id, to: waiter.id)]
        }
        connections[id]?.state = .idle(since: now)
        idle.append(id)
        return []
    }

    /// Starts the connections that those who wait need.
    private mutating func grow(_ now: Instant) -> [Action] {
        guard closeDeadline == nil, !waiters.isEmpty else { return [] }
        if let retryAt, retryAt > now { return [] }
        retryAt = nil
        let connecting = connections.values.count { if case .connecting = $0.state { true } else { false } }
        let most = failures > 0 ? 1 : limits.connections
        let missing = min(min(waiters.count, most) - connecting, limits.connections - connections.count)
        guard missing > 0 else { return [] }
        return (0..<missing).map { _ in
            lastID += 1
            connections[lastID] = Connection(state: .connecting, created: now)
            return .connect(lastID)
        }
    }

    private func reason(for waiter: Waiter) -> DatabaseError {
        if let problem { return problem }
        if waiter.isImpatient { return .callerDeadline }
        return hasConnection ? .poolTimeout(limits) : .poolUnconnected(limits)
    }

    /// A Boolean value that indicates whether any connection is made, rather than being made.
    private var hasConnection: Bool {
        connections.values.contains { if case .connecting = $0.state { false } else { true } }
    }

    private func isTooOld(_ id: ConnectionID, _ now: Instant) -> Bool {
        guard let connection = connections[id], case .idle(let since) = connection.state else { return false }
        return since + limits.idleTimeout <= now || connection.created + limits.maxLifetime <= now
    }

    private mutating func remove(_ id: ConnectionID, finishing: Bool = true) -> [Action] {
        connections[id] = nil
        idle.removeAll { $0 == id }
        return [.close(id)] + (finishing ? finishIfDone() : [])
    }

    private func finishIfDone() -> [Action] {
        closeDeadline != nil && connections.isEmpty ? [.finished] : []
    }
}

extension DatabaseError {
    static let poolClosed = DatabaseError(.unavailable, "the database is closed")

    static func poolOverloaded(_ waiters: Int) -> DatabaseError {
        DatabaseError(.overloaded, "\(waiters) callers already wait for a connection to the database")
    }

    static func poolUnconnected(_ limits: DatabaseLimits) -> DatabaseError {
        DatabaseError(.unavailable, "no connection to the database could be made within \(limits.acquireTimeout)")
    }

    static func poolTimeout(_ limits: DatabaseLimits) -> DatabaseError {
        DatabaseError(
            .timeout,
            "no connection to the database was free within \(limits.acquireTimeout) "
                + "(\(limits.connections) connections)")
    }
}
