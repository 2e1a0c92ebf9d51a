import DequeModule

/// Who may try a webhook without a token's id, and when. A state machine without I/O or clock.
///
/// Whoever sends good webhooks does not notice it. A failure costs its source a token of its bucket, and some of the
/// processor's time that failures may take, of the source's own and of all; a webhook under way reserves a token, so that
/// many at once cost no more than one after the other.
struct BareGate: Sendable {
    typealias Instant = ContinuousClock.Instant
    /// Names a webhook while it waits.
    typealias Ticket = UInt64
    /// Those that need wait no longer, and what becomes of them.
    typealias Called = [(ticket: Ticket, verdict: Verdict)]

    /// What becomes of a webhook that comes.
    enum Verdict: Sendable, Hashable {
        /// It has a slot: try it, then call `leave`.
        case admitted
        /// It waits for a slot.
        case waiting
        /// There is no room for it, or its source or all together have failed too often: it is refused like any
        /// failure, unread.
        case refused
    }

    /// How a webhook that had a slot ended.
    enum Outcome: Sendable, Hashable {
        /// It was authentic.
        case verified
        /// It was not, or could not be known to be, at the price of so much of the processor's time.
        case failed(cpu: Duration)
    }

    private struct Account: Sendable {
        var failures: TokenBucket
        var cpu: TokenBucket
        var underWay = 0
        var provenUntil: Instant?
    }

    private struct Waiter: Sendable {
        let ticket: Ticket
        let source: BareSource
    }

    private let settings: BareGateSettings
    private var accounts: ClockTable<BareSource, Account>
    private var waiters: Deque<Waiter> = []
    private var cpu: FailureShare
    private(set) var used = 0

    init(_ settings: BareGateSettings, now: Instant) {
        self.settings = settings
        accounts = ClockTable(capacity: settings.sources)
        cpu = FailureShare(share: settings.cpuShare, keptPart: settings.keptPart, now: now)
    }

    /// Webhooks that wait.
    var waiting: Int { waiters.count }

    /// A webhook comes.
    ///
    /// - Parameter ticket: What names it if it has to wait.
    mutating func arrive(_ source: BareSource, ticket: Ticket, now: Instant) -> (verdict: Verdict, called: Called) {
        var verdict = judge(source, now: now)
        var called: Called = []
        if verdict == .admitted, !waiters.isEmpty {
            // Those of the others that could go by now go first; those that could not hold nobody up.
            called = callWaiters(now: now)
            verdict = judge(source, now: now)
        }
        switch verdict {
        case .admitted: admit(source)
        case .waiting: if !queue(source, ticket: ticket, now: now) { verdict = .refused }
        case .refused: break
        }
        return (verdict, called)
    }

    /// A webhook that waits has waited long enough: it is refused. False if it waits no more.
    mutating func withdraw(_ ticket: Ticket) -> Bool {
        guard let index = waiters.firstIndex(where: { $0.ticket == ticket }) else { return false }
        waiters.remove(at: index)
        return true
    }

    /// A webhook that had a slot is done with it.
    mutating func leave(_ source: BareSource, _ outcome: Outcome, now: Instant) -> Called {
        used -= 1
        var account = account(of: source, now: now)
        account.underWay = max(0, account.underWay - 1)
        switch outcome {
        case .verified:
            account.provenUntil = now + settings.provenTime
        case .failed(let time):
            let microseconds = time / .microseconds(1)
            cpu.take(microseconds, kept: isProven(account, now: now) ? account.cpu.level : 0, now: now)
            account.failures.take(1)
            account.cpu.take(microseconds)
        }
        accounts.set(account, for: source)
        return callWaiters(now: now)
    }

    // MARK: Judging

    /// What there is to say of a webhook of that source now, as if nobody else waited.
    private mutating func judge(_ source: BareSource, now: Instant) -> Verdict {
        let account = account(of: source, now: now)
        accounts.set(account, for: source)
        let isProven = isProven(account, now: now)
        guard account.failures.level >= 1, account.cpu.level > 0, cpu.isLeft(forProven: isProven, now: now)
        else { return .refused }
        guard account.failures.level - Double(account.underWay) >= 1 else { return .waiting }
        guard account.underWay < settings.slotsPerSource else { return .waiting }
        return used < (isProven ? settings.slots : settings.unprovenSlots) ? .admitted : .waiting
    }

    private mutating func admit(_ source: BareSource) {
        used += 1
        accounts.update(source) { $0.underWay += 1 }
    }

    /// - Returns: whether there is a place to wait at.
    private mutating func queue(_ source: BareSource, ticket: Ticket, now: Instant) -> Bool {
        let isProven = isProven(account(of: source, now: now), now: now)
        guard waiters.count < (isProven ? settings.waiting : settings.unprovenWaiting) else { return false }
        waiters.append(Waiter(ticket: ticket, source: source))
        return true
    }

    /// In the order in which they came; one that has to wait on does not hold up those of other sources.
    private mutating func callWaiters(now: Instant) -> Called {
        var called: Called = []
        var staying: Deque<Waiter> = []
        while used < settings.slots, let waiter = waiters.popFirst() {
            let verdict = judge(waiter.source, now: now)
            if verdict == .waiting {
                staying.append(waiter)
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
            return Account(
                failures: TokenBucket(capacity: Double(settings.failureBurst), now: now),
                cpu: FailureShare.bucket(share: settings.cpuSharePerSource, now: now))
        }
        let factor = isProven(account, now: now) ? Double(settings.provenFactor) : 1
        account.failures.refill(
            capacity: Double(settings.failureBurst) * factor, interval: settings.failureInterval / factor, now: now)
        FailureShare.refill(&account.cpu, share: settings.cpuSharePerSource, now: now)
        return account
    }

    private func isProven(_ account: Account, now: Instant) -> Bool {
        account.provenUntil.map { now < $0 } ?? false
    }
}
