import EventLoop

/// Counts the connections of all loops: accepting waits here at the limit, and the end of the server for the last one.
final class ConnectionGate: Sendable {
    private struct State: Sendable {
        var active = 0
        var isClosed = false
        var hasGivenUp = false
        // Each continuation is resumed once: it was taken out of its list, under the lock.
        var waitingForRoom: [UnsafeContinuation<Void, Never>] = []
        var waitingForEnd: [UnsafeContinuation<Void, Never>] = []
    }

    private let limit: Int
    private let state = Locked(State())

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    var active: Int { state.withLock { $0.active } }

    /// Whether another connection would stay within the limit.
    var hasRoom: Bool { state.withLock { $0.active < limit } }

    /// Waits until there is room for another connection.
    /// - Returns: false once the gate is closed.
    func waitForRoom() async -> Bool {
        while true {
            let (isClosed, hasRoom) = state.withLock { ($0.isClosed, $0.active < limit) }
            if isClosed || hasRoom { return !isClosed }
            await withUnsafeContinuation { continuation in
                let mustWait = state.withLock { state in
                    let mustWait = !state.isClosed && state.active >= limit
                    if mustWait { state.waitingForRoom.append(continuation) }
                    return mustWait
                }
                if !mustWait { continuation.resume() }
            }
        }
    }

    func add() {
        state.withLock { $0.active += 1 }
    }

    func remove() {
        let (room, end) = state.withLock { state in
            state.active -= 1
            let room = state.active < limit ? state.waitingForRoom.popLast() : nil
            return (room, Self.takeEnd(&state))
        }
        room?.resume()
        for continuation in end { continuation.resume() }
    }

    /// Lets nobody in any more.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waitingForRoom = [] }
            return state.waitingForRoom
        }
        for continuation in waiting { continuation.resume() }
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

    /// Ends the waiting for the last connection.
    func giveUp() {
        let end = state.withLock { state in
            state.hasGivenUp = true
            return Self.takeEnd(&state)
        }
        for continuation in end { continuation.resume() }
    }

    private static func takeEnd(_ state: inout State) -> [UnsafeContinuation<Void, Never>] {
        guard state.active == 0 || state.hasGivenUp else { return [] }
        defer { state.waitingForEnd = [] }
        return state.waitingForEnd
    }
}
