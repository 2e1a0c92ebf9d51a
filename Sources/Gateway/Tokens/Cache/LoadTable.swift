/// Which ids are being read, and who waits for them: one read an id, however many ask.
///
/// A state machine without I/O. An invalidation raises the generation of a read under way; when that read ends, its
/// result is thrown away and it begins anew, because it may have seen the state from before.
struct LoadTable: Sendable {
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

    private let maximumLoads: Int
    private let maximumWaiters: Int
    private let maximumAttempts: Int
    private var flights: [TokenID: Flight] = [:]
    /// Where each waiter waits.
    private var places: [Waiter: TokenID] = [:]
    private var generation: UInt64 = 0

    init(maximumLoads: Int, maximumWaiters: Int, maximumAttempts: Int = 4) {
        self.maximumLoads = maximumLoads
        self.maximumWaiters = maximumWaiters
        self.maximumAttempts = maximumAttempts
    }

    /// Reads under way and requests that wait.
    var counts: (loads: Int, waiters: Int) { (flights.count, places.count) }

    /// Someone asks for an id.
    mutating func join(_ id: TokenID, _ waiter: Waiter) -> JoinAction {
        guard places.count < maximumWaiters else { return .refuse }
        if flights[id] != nil {
            flights[id]?.waiters.append(waiter)
            places[waiter] = id
            return .wait
        }
        guard flights.count < maximumLoads else { return .refuse }
        flights[id] = Flight(generation: generation, waiters: [waiter])
        places[waiter] = id
        return .start(generation: generation)
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
        guard let id = places.removeValue(forKey: waiter) else { return false }
        flights[id]?.waiters.removeAll { $0 == waiter }
        return true
    }
}
