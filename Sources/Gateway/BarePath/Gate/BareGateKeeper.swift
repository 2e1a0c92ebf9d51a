import EventLoop

/// `BareGate` for the connections of all loops: they wait here for their turn.
final class BareGateKeeper: Sendable {
    private typealias Waiting = UnsafeContinuation<BareGate.Verdict, Never>

    private struct State: Sendable {
        var gate: BareGate
        var waiting: [BareGate.Ticket: Waiting] = [:]
        var lastTicket: BareGate.Ticket = 0
    }

    private let state: Locked<State>
    private let timeout: Duration

    /// - Parameter timeout: how long a webhook waits for its turn.
    init(_ settings: BareGateSettings, timeout: Duration) {
        state = Locked(State(gate: BareGate(settings, now: .now)))
        self.timeout = timeout
    }

    /// Asks for a slot, and waits for it if that is what it takes. Whoever is admitted calls `leave`.
    /// - Returns: `admitted`, `refused` or `busy`.
    func enter(_ source: BareSource, on loop: EventLoop, until deadline: RequestDeadline) async -> BareGate.Verdict {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        let timer = LoopTimer(on: loop) { self.giveUp(ticket) }
        let verdict = await withUnsafeContinuation { (continuation: Waiting) in
            let verdict = state.withLock { state in
                let verdict = state.gate.arrive(source, ticket: ticket, now: .now)
                // Each continuation is resumed once: here, or by whoever takes it out of the table.
                if verdict == .waiting { state.waiting[ticket] = continuation }
                return verdict
            }
            if verdict == .waiting {
                timer.schedule(after: min(timeout, deadline.left))
            } else {
                continuation.resume(returning: verdict)
            }
        }
        timer.cancel()
        return verdict
    }

    /// Gives the slot back.
    func leave(_ source: BareSource, _ outcome: BareGate.Outcome) {
        let called = state.withLock { state in
            state.gate.leave(source, outcome, now: .now).compactMap { ticket, verdict in
                state.waiting.removeValue(forKey: ticket).map { (continuation: $0, verdict: verdict) }
            }
        }
        for (continuation, verdict) in called { continuation.resume(returning: verdict) }
    }

    private func giveUp(_ ticket: BareGate.Ticket) {
        let called = state.withLock { state in
            state.gate.withdraw(ticket, now: .now).flatMap { verdict in
                state.waiting.removeValue(forKey: ticket).map { (continuation: $0, verdict: verdict) }
            }
        }
        called?.continuation.resume(returning: called?.verdict ?? .busy)
    }
}
