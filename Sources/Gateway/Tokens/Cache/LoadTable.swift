/// Which ids are being read, and who waits for them: one read an id, however many ask.
///
/// A state machine without I/O. An invalidation raises the generation of a read under way; when that read ends, its
/// result is thrown away and it begins anew, because it may have seen the state from before.
struct LoadTable: Sendable {
    typealias Instant = ContinuousClock.Instant
    /// One request that waits.
    typealias Waiter = UInt64

    /// What to do for someone who asks for an id.
    enum JoinAction: Equatable {
        /// Begin a read of this generation; the asker waits.
        case start(generation: UInt64)
        /// The asker waits for the read under way.
        case wait
        /// There is no room.
        case refuse
    }

    /// What to do when a read ended.
    enum FinishAction: Equatable {
        /// Keep the result and give it to these.
        case deliver([Waiter])
        /// Throw the result away and read again, in this generation.
        case reload(generation: UInt64)
        /// Throw the result away and give up: it was overtaken too often.
        case giveUp([Waiter])
    }

    private struct Flight {
        var generation: UInt64
        var attempts = 1
        var waiters: [Waiter] = []
    }

    private struct Place {
        var id: TokenID
        var deadline: Instant?
    }

    private let maximumLoads: Int
    private let maximumWaiters: Int
    private let maximumAttempts: Int
    private var flights: [TokenID: Flight] = [:]
    /// Where each waiter waits.
    private var places: [Waiter: Place] = [:]
    private var generation: UInt64 = 0
    /// Not after any waiter's deadline; it may be early.
    private var waiterDeadline: Instant?

    init(maximumLoads: Int, maximumWaiters: Int, maximumAttempts: Int = 4) {
        self.maximumLoads = maximumLoads
        self.maximumWaiters = maximumWaiters
        self.maximumAttempts = maximumAttempts
    }

    /// Reads under way and requests that wait.
    var counts: (loads: Int, waiters: Int) { (flights.count, places.count) }

    /// When `expire` is to be called; nil if nobody waits who has a deadline.
    var nextDeadline: Instant? { places.isEmpty ? nil : waiterDeadline }

    /// Someone asks for an id.
    /// - Parameter deadline: Until when the asker can wait.
    mutating func join(_ id: TokenID, _ waiter: Waiter, until deadline: Instant? = nil) -> JoinAction {
        guard places.count < maximumWaiters else { return .refuse }
        let isFirst = flights[id] == nil
        guard !isFirst || flights.count < maximumLoads else { return .refuse }
        if places.isEmpty { waiterDeadline = nil }
        places[waiter] = Place(id: id, deadline: deadline)
        if let deadline { waiterDeadline = min(waiterDeadline ?? deadline, deadline) }
        flights[id, default: Flight(generation: generation)].waiters.append(waiter)
        return isFirst ? .start(generation: generation) : .wait
    }

    /// A read of an id is wanted, for nobody who waits.
    /// - Returns: The generation of the read to begin; nil if one is under way or there is no room.
    mutating func refresh(_ id: TokenID) -> UInt64? {
        guard flights[id] == nil, flights.count < maximumLoads else { return nil }
        flights[id] = Flight(generation: generation)
        return generation
    }

    /// A read that began in `started` ended, well or badly.
    mutating func finish(_ id: TokenID, generation started: UInt64) -> FinishAction {
        guard var flight = flights[id] else { return .deliver([]) }
        if flight.generation == started || flight.attempts >= maximumAttempts {
            flights[id] = nil
            for waiter in flight.waiters { places[waiter] = nil }
            return flight.generation == started ? .deliver(flight.waiters) : .giveUp(flight.waiters)
        }
        flight.attempts += 1
        flights[id] = flight
        return .reload(generation: flight.generation)
    }

    /// The id changed: a read of it that is under way does not count.
    mutating func invalidate(_ id: TokenID) {
        guard flights[id] != nil else { return }
        generation += 1
        flights[id]?.generation = generation
    }

    /// Everything may have changed.
    mutating func invalidateAll() {
        generation += 1
        for id in Array(flights.keys) { flights[id]?.generation = generation }
    }

    /// A waiter goes away; whether it was still waiting. Its read goes on: others may wait, and the cache will hold it.
    mutating func leave(_ waiter: Waiter) -> Bool {
        guard let place = places.removeValue(forKey: waiter) else { return false }
        flights[place.id]?.waiters.removeAll { $0 == waiter }
        return true
    }

    /// Time has passed: those whose deadline has come go away, as by `leave`.
    mutating func expire(now: Instant) -> [(waiter: Waiter, id: TokenID)] {
        guard let waiterDeadline, waiterDeadline <= now else { return [] }
        let expired = places.filter { $0.value.deadline.map { $0 <= now } ?? false }.keys.sorted()
        let left = expired.compactMap { waiter in places[waiter].map { (waiter: waiter, id: $0.id) } }
        for waiter in expired { _ = leave(waiter) }
        self.waiterDeadline = places.values.compactMap(\.deadline).min()
        return left
    }
}
