import Database

/// The probe of the database and the root key: one query at a time and one in `interval` at most, however many ask.
/// Whoever asks waits no longer than `timeout`, even where the database hangs; at most as many wait as there are
/// connections.
actor DatabaseProbe {
    private let database: any Database
    private let keys: KeyRing
    private let timeout: Duration
    private var machine: ProbeStateMachine<[ReadinessReport.Part]>
    private var waiting: [CheckedContinuation<[ReadinessReport.Part], Never>] = []

    /// - Parameter keys: follows the database's current root key at each look.
    init(database: any Database, keys: KeyRing, interval: Duration, timeout: Duration) {
        self.database = database
        self.keys = keys
        self.timeout = timeout
        machine = ProbeStateMachine(interval: interval)
    }

    /// Returns the state of the database and the root key; of the key nothing is known while the database does not
    /// answer.
    func readiness() async -> [ReadinessReport.Part] {
        switch machine.ask(now: .now) {
        case .answer(let parts):
            return parts
        case .wait:
            return await withCheckedContinuation { waiting.append($0) }
        case .look:
            let parts = await look()
            machine.finished(parts, now: .now)
            let waiting = self.waiting
            self.waiting = []
            for waiter in waiting { waiter.resume(returning: parts) }
            return parts
        }
    }

    private func look() async -> [ReadinessReport.Part] {
        // In a task of its own: whoever asks may go away, and takes nobody's answer along.
        let outcome = await Task { [database, keys, timeout] in
            try await RootKeyTable.follow(keys, in: database, until: .now + timeout)
        }.result
        let connected = ReadinessReport.Part(name: "database", isReady: true, detail: "connected")
        switch outcome {
        case .success(let keyID?):
            return [connected, ReadinessReport.Part(name: "root_key", isReady: true, detail: "\(keyID) is there")]
        case .success(nil):
            let detail = "the database names no root key: if it was made anew, restart this server"
            return [connected, ReadinessReport.Part(name: "root_key", isReady: false, detail: detail)]
        case .failure(KeyRing.Failure.unknownKey(let id)):
            let detail = """
                this server lacks the database's current root key (its id is \(id)): name its file in \
                keys.root_key_file or keys.former_key_files, and restart it
                """
            return [connected, ReadinessReport.Part(name: "root_key", isReady: false, detail: detail)]
        case .failure(let error):
            return [ReadinessReport.Part(name: "database", isReady: false, detail: "\(error)")]
        }
    }
}

/// One look at something for all who ask at the same time, whose result is good for a while. Without I/O: time is passed
/// in.
struct ProbeStateMachine<Result> {
    typealias Instant = ContinuousClock.Instant

    /// The action for someone who asks.
    enum Action {
        /// This is the result.
        case answer(Result)
        /// Look, and report `finished`; the asker waits for that.
        case look
        /// Somebody looks already; the asker waits for that.
        case wait
    }

    private let interval: Duration
    private var last: (result: Result, at: Instant)?
    private var isLooking = false

    /// - Parameter interval: how long a result is good for.
    init(interval: Duration) {
        self.interval = interval
    }

    /// Someone asks.
    mutating func ask(now: Instant) -> Action {
        if let last, last.at + interval > now { return .answer(last.result) }
        if isLooking { return .wait }
        isLooking = true
        return .look
    }

    /// The look is over.
    mutating func finished(_ result: Result, now: Instant) {
        isLooking = false
        last = (result, now)
    }
}
