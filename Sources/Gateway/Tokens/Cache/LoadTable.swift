import EventLoop

/// The keys that are being read, and those who wait for them: one read a key, however many ask, and a bounded number of
/// reads at once. Further keys wait for their turn, in the order of their coming, for as long as somebody waits for them.
///
/// A state machine without I/O. An invalidation raises the generation of a read under way; when that read ends, its
/// result is thrown away and it begins anew, because it may have seen the state from before.
struct LoadTable<Key: Hashable & Sendable>: Sendable {
    typealias Instant = ContinuousClock.Instant
    /// One request that waits.
    typealias Waiter = UInt64

    /// An action for someone who asks for a key.
    enum JoinAction: Equatable {
        /// Begin a read of this generation; the asker waits.
        case start(generation: UInt64)
        /// The asker waits: for the read under way, or for the key's turn.
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
        /// The read was overtaken too often: tell these, and keep nothing.
        case giveUp([Waiter])
    }

    private struct Flight {
        var generation: UInt64
        var attempts = 1
        var waiters: [Waiter] = []
        /// When the read began; `nil` while the key waits for its turn.
        var startedAt: Instant?
        /// Its number in the queue.
        var turn: UInt64?
    }

    private struct Place {
        var key: Key
        /// When it goes away.
        var end: Instant?
        /// Until when it can wait: not before `end`.
        var deadline: Instant?
    }

    private let maximumLoads: Int
    private let maximumWaiters: Int
    private let maximumAttempts: Int
    private var flights: [Key: Flight] = [:]
    /// The keys that wait for their turn, by its number. Somebody waits for each, so there are no more than waiters; and all
    /// reads that may be under way are.
    private var queue: [UInt64: Key] = [:]
    /// The first turn that may be there, and the one after the last.
    private var turns: (first: UInt64, end: UInt64) = (0, 0)
    /// The key that each waiter waits for.
    private var places: [Waiter: Place] = [:]
    private var generation: UInt64 = 0
    /// Not after any waiter's end; it may be early.
    private var waiterDeadline: Instant?

    /// - Parameter maximumAttempts: Reads of a key in a row, each overtaken by a change. No key of the configuration: it
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

    /// Someone asks for a key.
    /// - Parameters:
    ///   - deadline: Until when the asker can wait.
    ///   - patience: Until when it waits as long as something is known of the key.
    mutating func join(
        _ key: Key, _ waiter: Waiter, until deadline: Instant? = nil, patience: Instant? = nil, now: Instant
    ) -> JoinAction {
        guard places.count < maximumWaiters else { return .refuse }
        if places.isEmpty { waiterDeadline = nil }
        let end = [deadline, patience].compactMap(\.self).min()
        places[waiter] = Place(key: key, end: end, deadline: deadline)
        if let end { waiterDeadline = min(waiterDeadline ?? end, end) }
        if flights[key] != nil {
            flights[key]?.waiters.append(waiter)
            return .wait
        }
        var flight = Flight(generation: generation, waiters: [waiter])
        let isFree = running < maximumLoads
        if isFree {
            flight.startedAt = now
        } else {
            flight.turn = turns.end
            queue[turns.end] = key
            turns.end += 1
        }
        flights[key] = flight
        return isFree ? .start(generation: generation) : .wait
    }

    /// A read of a key is wanted, for nobody who waits.
    /// - Returns: The generation of the read to begin; nil if one is under way or there is no room.
    mutating func refresh(_ key: Key, now: Instant) -> UInt64? {
        guard flights[key] == nil, running < maximumLoads else { return nil }
        flights[key] = Flight(generation: generation, startedAt: now)
        return generation
    }

    /// A read that began in `started` ended, well or badly. Unless it is to be done again, ``startNext(now:)`` comes next.
    mutating func finish(_ key: Key, generation started: UInt64, now: Instant) -> FinishAction {
        guard var flight = flights[key] else { return .deliver([]) }
        if flight.generation == started || flight.attempts >= maximumAttempts {
            flights[key] = nil
            for waiter in flight.waiters { places[waiter] = nil }
            return flight.generation == started ? .deliver(flight.waiters) : .giveUp(flight.waiters)
        }
        flight.attempts += 1
        flight.startedAt = now
        flights[key] = flight
        return .reload(generation: flight.generation)
    }

    /// The key whose turn it is, if there is room for another read, which is to begin.
    mutating func startNext(now: Instant) -> (key: Key, generation: UInt64)? {
        guard running < maximumLoads else { return nil }
        while turns.first < turns.end {
            defer { turns.first += 1 }
            guard let key = queue.removeValue(forKey: turns.first), let flight = flights[key] else { continue }
            flights[key]?.turn = nil
            flights[key]?.startedAt = now
            return (key, flight.generation)
        }
        return nil
    }

    /// The key's value changed: a read of it that is under way does not count.
    mutating func invalidate(_ key: Key) {
        guard flights[key] != nil else { return }
        generation += 1
        flights[key]?.generation = generation
    }

    /// Everything may have changed.
    mutating func invalidateAll() {
        generation += 1
        for key in Array(flights.keys) { flights[key]?.generation = generation }
    }

    /// A waiter goes away; whether it was still waiting. Its read goes on: others may wait, and the cache will hold it. One
    /// that has not begun, and that nobody else waits for, does not begin.
    mutating func leave(_ waiter: Waiter) -> Bool {
        guard let place = places.removeValue(forKey: waiter) else { return false }
        flights[place.key]?.waiters.removeAll { $0 == waiter }
        if let flight = flights[place.key], let turn = flight.turn, flight.waiters.isEmpty {
            flights[place.key] = nil
            queue[turn] = nil
        }
        return true
    }

    /// Time has passed: those whose deadline has come go away, as by `leave`, and those whose patience is over.
    /// - Parameter isKnown: Whether something is known of a key. If not, patience has no end before the deadline.
    /// - Returns: The waiters, each with its key, and since when that is being read; for a key that still waits for its turn, since when
    ///   the newest of all reads is.
    mutating func expire(
        now: Instant, isKnown: (Key) -> Bool = { _ in true }
    ) -> [(waiter: Waiter, key: Key, startedAt: Instant?)] {
        guard let waiterDeadline, waiterDeadline <= now else { return [] }
        func hasCome(_ instant: Instant?) -> Bool { instant.map { $0 <= now } ?? false }
        var expired = places.filter { hasCome($0.value.end) }.keys.sorted()
        expired.removeAll { waiter in
            guard let place = places[waiter], !hasCome(place.deadline), !isKnown(place.key) else { return false }
            places[waiter]?.end = place.deadline
            return true
        }
        let newest = flights.values.lazy.compactMap(\.startedAt).max()
        let left = expired.compactMap { waiter in
            places[waiter].map { (waiter: waiter, key: $0.key, startedAt: flights[$0.key]?.startedAt ?? newest) }
        }
        for waiter in expired { _ = leave(waiter) }
        self.waiterDeadline = places.values.compactMap(\.end).min()
        return left
    }
}

/// The timer of the deadlines of those who wait in a ``LoadTable``. Belongs to whoever owns the table.
struct LoadTimer {
    private let loop: EventLoop?
    private var timer: LoopTimer?
    /// The time at which the timer fires next.
    private var fires: ContinuousClock.Instant?

    /// - Parameter loop: The loop that watches deadlines; without one, nothing fires.
    init(on loop: EventLoop?) {
        self.loop = loop
    }

    /// Has the action run no later than at the deadline. A timer that fires too early is cheap.
    ///
    /// - Parameter action: Runs on the loop, and calls ``fired()``; the same each time.
    mutating func schedule(_ deadline: ContinuousClock.Instant?, _ action: @escaping @Sendable () -> Void) {
        guard let loop, let deadline else { return }
        if let fires, fires <= deadline { return }
        fires = deadline
        let timer = timer ?? LoopTimer(on: loop, action)
        self.timer = timer
        loop.execute { timer.schedule(after: max(.zero, ContinuousClock.now.duration(to: deadline))) }
    }

    /// Notes that the timer fired.
    mutating func fired() {
        fires = nil
    }
}
