import EventLoop

/// `BareGate` for the connections of all loops: they wait here for their turn.
final class BareGateKeeper: Sendable {
    private typealias Waiting = UnsafeContinuation<BareGate.Verdict, Never>

    private struct State: Sendable {
        var gate: BareGate
        var waiting: [BareGate.Ticket: Waiting] = [:]
        var lastTicket: BareGate.Ticket = 0

        mutating func take(_ called: BareGate.Called) -> [(continuation: Waiting, verdict: BareGate.Verdict)] {
            called.compactMap { ticket, verdict in
                waiting.removeValue(forKey: ticket).map { (continuation: $0, verdict: verdict) }
            }
        }
    }

    private let state: Locked<State>
    private let timeout: Duration

    /// - Parameter timeout: how long a webhook waits for its turn.
    init(_ settings: BareGateSettings, timeout: Duration) {
        state = Locked(State(gate: BareGate(settings, now: .now)))
        self.timeout = timeout
    }

    /// Asks for a slot, and waits for it if that is what it takes. Whoever is admitted calls `leave`.
    /// - Returns: whether it has one.
    func enter(_ source: BareSource, on loop: EventLoop, until deadline: RequestDeadline) async -> Bool {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        let timer = LoopTimer(on: loop) { self.giveUp(ticket) }
        let verdict = await withUnsafeContinuation { (continuation: Waiting) in
            let (verdict, called) = state.withLock { state in
                let (verdict, called) = state.gate.arrive(source, ticket: ticket, now: .now)
                // Each continuation is resumed once: here, or by whoever takes it out of the table.
                if verdict == .waiting { state.waiting[ticket] = continuation }
                return (verdict, state.take(called))
            }
            if verdict == .waiting {
                timer.schedule(after: min(timeout, deadline.left))
            } else {
                continuation.resume(returning: verdict)
            }
            Self.resume(called)
        }
        timer.cancel()
        return verdict == .admitted
    }

    /// Gives the slot back.
    func leave(_ source: BareSource, _ outcome: BareGate.Outcome) {
        Self.resume(state.withLock { $0.take($0.gate.leave(source, outcome, now: .now)) })
    }

    private func giveUp(_ ticket: BareGate.Ticket) {
        Self.resume(
            state.withLock { state in
                state.gate.withdraw(ticket) ? state.take([(ticket: ticket, verdict: .refused)]) : []
            })
    }

    private static func resume(_ called: [(continuation: Waiting, verdict: BareGate.Verdict)]) {
        for (continuation, verdict) in called { continuation.resume(returning: verdict) }
    }
}
