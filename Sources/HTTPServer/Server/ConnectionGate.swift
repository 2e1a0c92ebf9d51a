import EventLoop

/// Counts the connections of all loops: accepting waits here at the limit, and the end of the server for the last one.
final class ConnectionGate: Sendable {
    private struct State: Sendable {
        var active = 0
        var isClosed = false
        var hasGivenUp = false
        var ofSources: [ClientSource: Int] = [:]
        // Each continuation is resumed once: it was taken out of its list, under the lock.
        var waitingForRoom: [UnsafeContinuation<Void, Never>] = []
        var waitingForEnd: [UnsafeContinuation<Void, Never>] = []

        /// Returns a Boolean value that indicates whether nobody is let in any more, or nobody but those who came
        /// before.
        func isOver(_ isLast: Bool) -> Bool { isLast ? hasGivenUp : isClosed }
    }

    /// The outcome of waiting for room.
    enum Room {
        case free, full, closed
    }

    private let limit: Int
    private let limitPerSource: Int
    private let state = Locked(State())

    /// - Parameter limitPerSource: connections of one source; 0 is no bound.
    init(limit: Int, limitPerSource: Int) {
        self.limit = max(1, limit)
        self.limitPerSource = limitPerSource
    }

    var active: Int { state.withLock { $0.active } }

    /// A Boolean value that indicates whether another connection would stay within the limit.
    var hasRoom: Bool { state.withLock { $0.active < limit } }

    /// Returns a Boolean value that indicates whether a source has as many connections as it may have.
    func isFull(_ source: ClientSource?) -> Bool {
        guard limitPerSource > 0, let source else { return false }
        return state.withLock { ($0.ofSources[source] ?? 0) >= limitPerSource }
    }

    /// Waits until there is room for another connection, but no longer than `timeout`. On the loop.
    /// - Parameter isLast: whether the connection came before the gate was closed: then `closed` is when the server gives up.
    func waitForRoom(on loop: EventLoop, atMost timeout: Duration, isLast: Bool) async -> Room {
        let timer = LoopTimer(on: loop) { self.letGo() }
        timer.schedule(after: timeout)
        defer { timer.cancel() }
        await withUnsafeContinuation { continuation in
            let mustWait = state.withLock { state in
                let mustWait = !state.isOver(isLast) && state.active >= limit
                if mustWait { state.waitingForRoom.append(continuation) }
                return mustWait
            }
            if !mustWait { continuation.resume() }
        }
        return state.withLock { $0.active < limit ? .free : $0.isOver(isLast) ? .closed : .full }
    }

    /// Ends all waiting for room; who waits sees for itself how things stand.
    private func letGo() {
        let waiting = state.withLock { state in
            defer { state.waitingForRoom = [] }
            return state.waitingForRoom
        }
        for continuation in waiting { continuation.resume() }
    }

    /// - Parameter source: nil where it is not to be counted by source.
    func add(_ source: ClientSource?) {
        state.withLock { state in
            state.active += 1
            if limitPerSource > 0, let source { state.ofSources[source, default: 0] += 1 }
        }
    }

    func remove(_ source: ClientSource?) {
        let (room, end) = state.withLock { state in
            state.active -= 1
            if limitPerSource > 0, let source, let count = state.ofSources[source] {
                state.ofSources[source] = count > 1 ? count - 1 : nil
            }
            let room = state.active < limit ? state.waitingForRoom.popLast() : nil
            return (room, Self.takeEnd(&state))
        }
        room?.resume()
        for continuation in end { continuation.resume() }
    }

    /// Lets nobody in any more.
    func close() {
        state.withLock { $0.isClosed = true }
        letGo()
    }

    /// Waits until the last connection is gone, or `giveUp`.
    func waitForEnd() async {
        await withUnsafeContinuation { continuation in
            let end = state.withLock { state in
                state.waitingForEnd.append(continuation)
                return Self.takeEnd(&state)
            }
            for continuation in end { continuation.resume() }
        }
    }

    /// Ends all waiting, for room and for the last connection.
    func giveUp() {
        let end = state.withLock { state in
            state.hasGivenUp = true
            return Self.takeEnd(&state)
        }
        letGo()
        for continuation in end { continuation.resume() }
    }

    private static func takeEnd(_ state: inout State) -> [UnsafeContinuation<Void, Never>] {
        guard state.active == 0 || state.hasGivenUp else { return [] }
        defer { state.waitingForEnd = [] }
        return state.waitingForEnd
    }
}
