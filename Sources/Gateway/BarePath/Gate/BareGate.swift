import DequeModule

/// Who may try a webhook without a token's id, and when. A state machine without I/O or clock.
///
/// Whoever sends good webhooks does not notice it. A failure costs its source a token of its bucket, and all sources
/// together some of the processor's time that failures may take; a webhook under way reserves a token, so that many at
/// once cost no more than one after the other.
struct BareGate: Sendable {
    typealias Instant = ContinuousClock.Instant
    /// Names a webhook while it waits.
    typealias Ticket = UInt64

    /// What becomes of a webhook that comes.
    enum Verdict: Sendable, Hashable {
        /// It has a slot: try it, then call `leave`.
        case admitted
        /// It waits for a slot.
        case waiting
        /// Its source has failed too often: it is refused like any failure, unread.
        case refused
        /// There is no room for it, and that is not its fault: its source has not failed of late.
        case busy
    }

    /// How a webhook that had a slot ended.
    enum Outcome: Sendable, Hashable {
        /// It was authentic.
        case verified
        /// It was not, after so much of the processor's time.
        case failed(cpu: Duration)
        /// It cannot be told, and the source is not to blame.
        case unknown
    }

    private struct Account: Sendable {
        var failures: TokenBucket
        var underWay = 0
        var provenUntil: Instant?
    }

    private struct Waiter: Sendable {
        let ticket: Ticket
        let source: BareSource
    }

    /// The processor's time is counted in microseconds, and a second's share may be spent at once.
    private static let microsecond = Duration.microseconds(1)

    private let settings: BareGateSettings
    private var accounts: ClockTable<BareSource, Account>
    private var waiters: Deque<Waiter> = []
    private var cpu: TokenBucket
    private(set) var used = 0

    init(_ settings: BareGateSettings, now: Instant) {
        self.settings = settings
        accounts = ClockTable(capacity: settings.sources)
        cpu = TokenBucket(capacity: settings.cpuShare * 1e6, now: now)
    }

    /// Webhooks that wait.
    var waiting: Int { waiters.count }

    /// A webhook comes.
    ///
    /// - Parameter ticket: What names it if it has to wait.
    mutating func arrive(_ source: BareSource, ticket: Ticket, now: Instant) -> Verdict {
        let verdict = judge(source, now: now)
        switch verdict {
        // Slots are kept for proven sources: these need not wait behind those that wait for the others.
        case .admitted where waiters.isEmpty || isProven(account(of: source, now: now), now: now):
            admit(source)
            return .admitted
        case .admitted, .waiting:
            let account = account(of: source, now: now)
            let places = isProven(account, now: now) ? settings.waiting : settings.unprovenWaiting
            guard waiters.count < places else { return turnedAway(account, now: now) }
            waiters.append(Waiter(ticket: ticket, source: source))
            return .waiting
        case .refused, .busy:
            return verdict
        }
    }

    /// A webhook that waits has waited long enough: what becomes of it; `nil` if it waits no more.
    mutating func withdraw(_ ticket: Ticket, now: Instant) -> Verdict? {
        guard let index = waiters.firstIndex(where: { $0.ticket == ticket }) else { return nil }
        let waiter = waiters.remove(at: index)
        return turnedAway(account(of: waiter.source, now: now), now: now)
    }

    /// A webhook that had a slot is done with it.
    /// - Returns: what becomes of those that need wait no longer.
    mutating func leave(_ source: BareSource, _ outcome: Outcome, now: Instant) -> [(ticket: Ticket, verdict: Verdict)]
    {
        used -= 1
        var account = account(of: source, now: now)
        account.underWay = max(0, account.underWay - 1)
        switch outcome {
        case .verified:
            account.provenUntil = now + settings.provenTime
        case .failed(let time):
            account.failures.take(1, capacity: capacity(of: account, now: now))
            refillCPU(now: now)
            cpu.take(time / Self.microsecond, capacity: settings.cpuShare * 1e6)
        case .unknown:
            break
        }
        accounts.set(account, for: source)
        return callWaiters(now: now)
    }

    // MARK: Judging

    /// What there is to say of a webhook of that source now, as if nobody else waited.
    private mutating func judge(_ source: BareSource, now: Instant) -> Verdict {
        let account = account(of: source, now: now)
        accounts.set(account, for: source)
        guard account.failures.level >= 1 else { return .refused }
        refillCPU(now: now)
        let isProven = isProven(account, now: now)
        guard cpu.level > 0 || isProven else { return turnedAway(account, now: now) }
        guard account.failures.level - Double(account.underWay) >= 1 else { return .waiting }
        guard isProven || account.underWay < settings.unprovenSlotsPerSource else { return .waiting }
        return used < (isProven ? settings.slots : settings.unprovenSlots) ? .admitted : .waiting
    }

    /// What there is no room for: a source that failed of late learns no more than by any other failure.
    private func turnedAway(_ account: Account, now: Instant) -> Verdict {
        account.failures.level < capacity(of: account, now: now) ? .refused : .busy
    }

    private mutating func admit(_ source: BareSource) {
        used += 1
        accounts.update(source) { $0.underWay += 1 }
    }

    /// In the order in which they came; one that has to wait on does not hold up those of other sources.
    private mutating func callWaiters(now: Instant) -> [(ticket: Ticket, verdict: Verdict)] {
        var called: [(ticket: Ticket, verdict: Verdict)] = []
        var staying: Deque<Waiter> = []
        while let waiter = waiters.popFirst() {
            let verdict = judge(waiter.source, now: now)
            if verdict == .waiting {
                staying.append(waiter)
                if used >= settings.slots { break }
                continue
            }
            if verdict == .admitted { admit(waiter.source) }
            called.append((waiter.ticket, verdict))
        }
        waiters = staying + waiters
        return called
    }

    private mutating func account(of source: BareSource, now: Instant) -> Account {
        guard var account = accounts.use(source) else {
            return Account(failures: TokenBucket(capacity: Double(settings.failureBurst), now: now))
        }
        let factor = isProven(account, now: now) ? Double(settings.provenFactor) : 1
        account.failures.refill(
            capacity: capacity(of: account, now: now), interval: settings.failureInterval / factor, now: now)
        return account
    }

    private func isProven(_ account: Account, now: Instant) -> Bool {
        account.provenUntil.map { now < $0 } ?? false
    }

    private func capacity(of account: Account, now: Instant) -> Double {
        Double(settings.failureBurst) * (isProven(account, now: now) ? Double(settings.provenFactor) : 1)
    }

    private mutating func refillCPU(now: Instant) {
        cpu.refill(capacity: settings.cpuShare * 1e6, interval: Self.microsecond / settings.cpuShare, now: now)
    }
}
