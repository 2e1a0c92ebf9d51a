/// The decision on what is written next, and when after a failure. A state machine without I/O; time is passed in.
struct DeliveryFlow: Sendable {
    typealias Instant = ContinuousClock.Instant

    private let settings: DeliverySettings
    private var backlog: DeliveryLedger
    private var batch: DeliveryBatch?
    private var isWriting = false
    private var number: Int64 = 0
    private var failures = 0
    private var notBefore: Instant?

    init(_ settings: DeliverySettings) {
        self.settings = settings
        backlog = DeliveryLedger(capacity: settings.maxPending)
    }

    /// A Boolean value that indicates whether everything was written.
    var isDone: Bool { batch == nil && backlog.tallies.isEmpty }

    /// The number of times that in a row the batch could not be written.
    var failedTries: Int { failures }

    /// Takes over what a loop has gathered.
    mutating func collect(_ ledger: DeliveryLedger) {
        backlog.add(ledger)
    }

    /// Records that were dropped since this was last asked.
    mutating func takeDropped() -> Int { backlog.takeDropped() }

    /// Returns the batch to write now; `nil` if there is nothing, one is being written, or it is too early after a
    /// failure.
    ///
    /// - Parameter isLast: Whether there is no later: the pause after a failure is not kept.
    mutating func next(now: Instant, isLast: Bool = false) -> DeliveryBatch? {
        guard !isWriting else { return nil }
        if let notBefore, now < notBefore, !isLast { return nil }
        if batch == nil {
            let entries = backlog.take(tokens: settings.maxBatch)
            guard !entries.isEmpty else { return nil }
            number += 1
            batch = DeliveryBatch(
                number: number, entries: entries.sorted { $0.token.description < $1.token.description })
        }
        isWriting = true
        return batch
    }

    /// The batch was written.
    mutating func written() {
        isWriting = false
        batch = nil
        failures = 0
        notBefore = nil
    }

    /// The batch was not written, or it is not known: it is tried again, as it is.
    mutating func failed(now: Instant) {
        isWriting = false
        failures += 1
        let pause = settings.flushInterval * (1 << min(failures - 1, 16))
        notBefore = now.advanced(by: min(pause, settings.retryMax))
    }
}

/// The deliveries written in one transaction. It stays as it is until it was written, so that it can be told from the
/// next if it is not known whether it was.
struct DeliveryBatch: Sendable {
    /// Counts the batches of a process, from 1.
    let number: Int64
    /// The deliveries by token; in the order of their ids, so that no two transactions wait for each other.
    let entries: [(token: TokenID, tally: DeliveryTally)]
}
