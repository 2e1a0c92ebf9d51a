import Database

/// Whether the database answers: one query at a time and one in `interval` at most, however many ask. Whoever asks waits
/// no longer than `timeout`, even where the database hangs; at most as many wait as there are connections.
actor DatabaseProbe {
    private let database: any Database
    private let timeout: Duration
    private var machine: ProbeStateMachine<Readiness.Part>
    private var waiting: [CheckedContinuation<Readiness.Part, Never>] = []

    init(database: any Database, interval: Duration, timeout: Duration) {
        self.database = database
        self.timeout = timeout
        machine = ProbeStateMachine(interval: interval)
    }

    /// How the database stands.
    func readiness() async -> Readiness.Part {
        switch machine.ask(now: .now) {
        case .answer(let part):
            return part
        case .wait:
            return await withCheckedContinuation { waiting.append($0) }
        case .look:
            let part = await look()
            machine.finished(part, now: .now)
            let waiting = self.waiting
            self.waiting = []
            for waiter in waiting { waiter.resume(returning: part) }
            return part
        }
    }

    private func look() async -> Readiness.Part {
        // In a task of its own: whoever asks may go away, and takes nobody's answer along.
        let outcome = await Task { [database, timeout] in try await database.ping(until: .now + timeout) }.result
        switch outcome {
        case .success: return Readiness.Part(name: "database", isReady: true, detail: "connected")
        case .failure(let error): return Readiness.Part(name: "database", isReady: false, detail: "\(error)")
        }
    }
}
