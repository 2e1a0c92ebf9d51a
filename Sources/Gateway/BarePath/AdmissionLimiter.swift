import EventLoop

/// `AdmissionPolicy` for the connections of all loops, which wait here for their turns.
final class AdmissionLimiter: Sendable {
    private typealias Waiting = UnsafeContinuation<AdmissionPolicy.Verdict, Never>

    private struct State: Sendable {
        var policy: AdmissionPolicy
        var waiting: [AdmissionPolicy.Ticket: Waiting] = [:]
        var lastTicket: AdmissionPolicy.Ticket = 0

        mutating func take(
            _ called: AdmissionPolicy.Called
        ) -> [(continuation: Waiting, verdict: AdmissionPolicy.Verdict)] {
            called.compactMap { ticket, verdict in
                waiting.removeValue(forKey: ticket).map { (continuation: $0, verdict: verdict) }
            }
        }
    }

    private let state: Locked<State>
    private let timeout: Duration

    /// - Parameter timeout: The time that a webhook waits for its turn.
    init(_ settings: AdmissionSettings, timeout: Duration) {
        state = Locked(State(policy: AdmissionPolicy(settings, now: .now)))
        self.timeout = timeout
    }

    /// Asks for a slot, and waits for it if necessary. Callers that are admitted call `leave`.
    ///
    /// - Returns: `false` if there is none to be had.
    func enter(_ client: ClientKey, on loop: EventLoop, until deadline: RequestDeadline) async -> Bool {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        let timer = LoopTimer(on: loop) { self.giveUp(ticket) }
        let verdict = await withUnsafeContinuation { (continuation: Waiting) in
            let (verdict, called) = state.withLock { state in
                let (verdict, called) = state.policy.arrive(client, ticket: ticket, now: .now)
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

    /// Gives a slot back.
    func leave(_ client: ClientKey, _ outcome: AdmissionPolicy.Outcome) {
        Self.resume(state.withLock { $0.take($0.policy.leave(client, outcome, now: .now)) })
    }

    private func giveUp(_ ticket: AdmissionPolicy.Ticket) {
        Self.resume(
            state.withLock { state in
                state.policy.withdraw(ticket) ? state.take([(ticket: ticket, verdict: .refused)]) : []
            })
    }

    private static func resume(_ called: [(continuation: Waiting, verdict: AdmissionPolicy.Verdict)]) {
        for (continuation, verdict) in called { continuation.resume(returning: verdict) }
    }
}
