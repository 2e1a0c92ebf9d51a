/// The queue of running and waiting requests: first come, first served, both bounded. Without I/O; times are passed in.
struct TransferQueue {
    /// One request.
    typealias ID = UInt64

    /// An action for a new request.
    enum SubmitAction: Hashable {
        /// Start it.
        case start
        /// It waits.
        case wait
        /// There is no room.
        case refuse
    }

    /// An action for a request that nobody waits for any more.
    enum CancelAction: Hashable {
        /// It ended already.
        case nothing
        /// It was waiting: answer its task.
        case drop
        /// It runs: end its transfer, answer its task, then call `finish`.
        case abort
    }

    private struct Waiting {
        let id: ID
        let deadline: ContinuousClock.Instant
    }

    private let concurrency: Int
    private let room: Int
    private var running: Set<ID> = []
    private var waiting: [Waiting] = []

    init(concurrency: Int, waiting: Int) {
        self.concurrency = max(1, concurrency)
        room = max(0, waiting)
    }

    /// The number of running and of waiting requests.
    var counts: (running: Int, waiting: Int) { (running.count, waiting.count) }

    /// When the first of those that wait gives up.
    var nextDeadline: ContinuousClock.Instant? { waiting.map(\.deadline).min() }

    /// A request comes.
    mutating func submit(_ id: ID, deadline: ContinuousClock.Instant) -> SubmitAction {
        if running.count < concurrency {
            running.insert(id)
            return .start
        }
        guard waiting.count < room else { return .refuse }
        waiting.append(Waiting(id: id, deadline: deadline))
        return .wait
    }

    /// A transfer ended.
    /// - Returns: the request to start in its place.
    mutating func finish(_ id: ID) -> ID? {
        guard running.remove(id) != nil, !waiting.isEmpty else { return nil }
        let next = waiting.removeFirst().id
        running.insert(next)
        return next
    }

    /// Its task was cancelled.
    mutating func cancel(_ id: ID) -> CancelAction {
        if running.contains(id) { return .abort }
        guard let place = waiting.firstIndex(where: { $0.id == id }) else { return .nothing }
        waiting.remove(at: place)
        return .drop
    }

    /// Takes out those that waited too long.
    mutating func expire(now: ContinuousClock.Instant) -> [ID] {
        let expired = waiting.filter { $0.deadline <= now }.map(\.id)
        if !expired.isEmpty { waiting.removeAll { $0.deadline <= now } }
        return expired
    }

    /// Nothing is started any more.
    /// - Returns: those that waited, and those whose transfers are to be ended.
    mutating func close() -> (waiting: [ID], running: [ID]) {
        let all = (waiting.map(\.id), Array(running))
        waiting = []
        running = []
        return all
    }
}
