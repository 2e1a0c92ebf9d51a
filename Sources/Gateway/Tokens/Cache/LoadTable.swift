/// Which ids are being read, and who waits for them: one read an id, however many ask, and so many reads at once. Further
/// ids wait for their turn, in the order of their coming, for as long as somebody waits for them.
///
/// A state machine without I/O. An invalidation raises the generation of a read under way; when that read ends, its
/// result is thrown away and it begins anew, because it may have seen the state from before.
struct LoadTable: Sendable {
    typealias Instant = ContinuousClock.Instant
    /// One request that waits.
    typealias Waiter = UInt64

    /// An action for someone who asks for an id.
    enum JoinAction: Equatable {
        /// Begin a read of this generation; the asker waits.
        case start(generation: UInt64)
        /// The asker waits: for the read under way, or for the id's turn.
        case wait
        /// As many wait as may.
        case refuse
    }

    /// An action when a read ended.
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
        /// When the read began; nil while the id waits for its turn.
        var startedAt: Instant?
        /// Its number in the queue.
        var turn: UInt64?
    }

    private struct Place {
        var id: TokenID
        /// When it goes away.
        var end: Instant?
        /// Until when it can wait: not before `end`.
        var deadline: Instant?
    }

    private let maximumLoads: Int
    private let maximumWaiters: Int
    private let maximumAttempts: Int
    private var flights: [TokenID: Flight] = [:]
    /// The ids that wait for their turn, by its number. Somebody waits for each, so there are no more than waiters; and all
    /// reads that may be under way are.
    private var queue: [UInt64: TokenID] = [:]
    /// The first turn that may be there, and the one after the last.
    private var turns: (first: UInt64, end: UInt64) = (0, 0)
    /// The id that each waiter waits for.
    private var places: [Waiter: Place] = [:]
    private var generation: UInt64 = 0
    /// Not after any waiter's end; it may be early.
    private var waiterDeadline: Instant?

    /// - Parameter maximumAttempts: reads of an id in a row, each overtaken by a change. No key of the configuration: it
    ///   bounds no memory and no time (each waiter has its deadline), only how often somebody who changes a token without end
    ///   makes it be read.
    init(maximumLoads: Int, maximumWaiters: Int, maximumAttempts: Int = 4) {
        self.maximumLoads = max(1, maximumLoads)
        self.maximumWaiters = maximumWaiters
        self.maximumAttempts = maximumAttempts
    }

    /// Reads under way and requests that wait.
    var counts: (loads: Int, waiters: Int) { (running, places.count) }

    private var running: Int { flights.count - queue.count }

    /// When `expire` is to be called; nil if nobody waits who has a deadline.
    var nextDeadline: Instant? { places.isEmpty ? nil : waiterDeadline }

    /// Someone asks for an id.
    /// - Parameters:
    ///   - deadline: Until when the asker can wait.
    ///   - patience: Until when it waits as long as something is known of the id.
    mutating func join(
        _ id: TokenID, _ waiter: Waiter, until deadline: Instant? = nil, patience: Instant? = nil, now: Instant
    ) -> JoinAction {
        guard places.count < maximumWaiters else { return .refuse }
        if places.isEmpty { waiterDeadline = nil }
        let end = [deadline, patience].compactMap(\.self).min()
        places[waiter] = Place(id: id, end: end, deadline: deadline)
        if let end { waiterDeadline = min(waiterDeadline ?? end, end) }
        if flights[id] != nil {
            flights[id]?.waiters.append(waiter)
            return .wait
        }
        var flight = Flight(generation: generation, waiters: [waiter])
        let isFree = running < maximumLoads
        if isFree {
            flight.startedAt = now
        } else {
            flight.turn = turns.end
            queue[turns.end] = id
            turns.end += 1
        }
        flights[id] = flight
        return isFree ? .start(generation: generation) : .wait
    }

    /// A read of an id is wanted, for nobody who waits.
    /// - Returns: The generation of the read to begin; nil if one is under way or there is no room.
    mutating func refresh(_ id: TokenID, now: Instant) -> UInt64? {
        guard flights[id] == nil, running < maximumLoads else { return nil }
        flights[id] = Flight(generation: generation, startedAt: now)
        return generation
    }

    /// A read that began in `started` ended, well or badly. Unless it is to be done again, ``startNext(now:)`` comes next.
    mutating func finish(_ id: TokenID, generation started: UInt64, now: Instant) -> FinishAction {
        guard var flight = flights[id] else { return .deliver([]) }
        if flight.generation == started || flight.attempts >= maximumAttempts {
            flights[id] = nil
            for waiter in flight.waiters { places[waiter] = nil }
            return flight.generation == started ? .deliver(flight.waiters) : .giveUp(flight.waiters)
        }
        flight.attempts += 1
        flight.startedAt = now
        flights[id] = flight
        return .reload(generation: flight.generation)
    }

    /// The id whose turn it is, if there is room for another read, which is to begin.
    mutating func startNext(now: Instant) -> (id: TokenID, generation: UInt64)? {
        guard running < maximumLoads else { return nil }
        while turns.first < turns.end {
            defer { turns.first += 1 }
            guard let id = queue.removeValue(forKey: turns.first), let flight = flights[id] else { continue }
            flights[id]?.turn = nil
            flights[id]?.startedAt = now
            return (id, flight.generation)
        }
        return nil
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

    /// A waiter goes away; whether it was still waiting. Its read goes on: others may wait, and the cache will hold it. One
    /// that has not begun, and that nobody else waits for, does not begin.
    mutating func leave(_ waiter: Waiter) -> Bool {
        guard let place = places.removeValue(forKey: waiter) else { return false }
        flights[place.id]?.waiters.removeAll { $0 == waiter }
        if let flight = flights[place.id], let turn = flight.turn, flight.waiters.isEmpty {
            flights[place.id] = nil
            queue[turn] = nil
        }
        return true
    }

    /// Time has passed: those whose deadline has come go away, as by `leave`, and those whose patience is over.
    /// - Parameter isKnown: Whether something is known of an id. If not, patience has no end before the deadline.
    /// - Returns: Who, from which id, and since when that is being read; for an id that still waits for its turn, since when
    ///   the newest of all reads is.
    mutating func expire(
        now: Instant, isKnown: (TokenID) -> Bool = { _ in true }
    ) -> [(waiter: Waiter, id: TokenID, startedAt: Instant?)] {
        guard let waiterDeadline, waiterDeadline <= now else { return [] }
        func hasCome(_ instant: Instant?) -> Bool { instant.map { $0 <= now } ?? false }
        var expired = places.filter { hasCome($0.value.end) }.keys.sorted()
        expired.removeAll { waiter in
            guard let place = places[waiter], !hasCome(place.deadline), !isKnown(place.id) else { return false }
            places[waiter]?.end = place.deadline
            return true
        }
        let newest = flights.values.lazy.compactMap(\.startedAt).max()
        let left = expired.compactMap { waiter in
            places[waiter].map { (waiter: waiter, id: $0.id, startedAt: flights[$0.id]?.startedAt ?? newest) }
        }
        for waiter in expired { _ = leave(waiter) }
        self.waiterDeadline = places.values.compactMap(\.end).min()
        return left
    }
}
