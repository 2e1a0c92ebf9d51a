import DequeModule
import EventLoop
import HTTPServer

/// The source of a webhook, which failures are counted by: a sender's source, for each service on its own. A sender of
/// whom nothing is known is a source of its own each time: else it would share the failures of all such.
struct ClientKey: Hashable, Sendable {
    private let source: ClientSource
    private let service: UInt16

    /// - Parameter service: The service's place among those offered.
    init(_ client: ClientAddress, service: Int) {
        source = client.source ?? .new()
        self.service = UInt16(truncatingIfNeeded: service)
    }
}

/// The bounds of `AdmissionPolicy`.
struct AdmissionSettings: Sendable, Hashable {
    /// The maximum number of webhooks that are read or tried at once.
    var slots = 32
    /// The maximum number of sources that failures are counted by, and of keys whose candidates are held.
    var sources = 10_000
    /// The number of failures that a source may have in a minute.
    var failuresPerMinute = 60
    /// The bytes of work that failures may take in a second, over all sources.
    var failureBudget = 64 << 20
    /// The number of secrets that a webhook is tried with before it fails.
    var candidates = 8
    /// The time after a good webhook in which its source counts as proven.
    var provenTime = Duration.seconds(600)
    /// A proven source may fail this many times as often.
    let provenFactor = 10.0

    /// The slots that are kept for proven sources: a quarter.
    var reservedSlots: Int { slots / 4 }

    /// The slots that sources may use that are not proven.
    var unprovenSlots: Int { slots - reservedSlots }

    /// The slots that one source may use, proven or not: an eighth.
    var slotsPerSource: Int { max(1, slots / 8) }

    /// The maximum number of webhooks that wait for a slot.
    var waiting: Int { slots * 8 }

    /// The places to wait at that sources may use that are not proven: the same part of all as of the slots.
    var unprovenWaiting: Int { waiting * unprovenSlots / slots }

    /// The part of the slots, and of the budget, that is kept for proven sources.
    var keptPart: Double { Double(reservedSlots) / Double(slots) }

    /// The bytes of work that failures of one source may take in a second: the same part of all as of the slots.
    var failureBudgetPerSource: Double { Double(failureBudget) * Double(slotsPerSource) / Double(slots) }

    /// Returns the bytes of work that a failure counts: so many for the request and its answer, and its body for being
    /// received, for being parsed, and for each secret that it may be tried with. It is never a function of how many
    /// tokens there were to try: a source sees what its failures cost by how soon it is refused.
    func cost(ofBody bytes: Int) -> Double { 8192 + Double(bytes) * Double(2 + candidates) }
}

/// Decides which webhooks without a token's id may be tried, and when. A state machine without I/O or clock.
///
/// Senders of good webhooks do not notice it. A failure costs its source a token of its bucket, and bytes of work that
/// failures may take, of the source's own and of all; a webhook under way reserves a token, so that many at once cost no
/// more than one after the other.
struct AdmissionPolicy: Sendable {
    typealias Instant = ContinuousClock.Instant
    /// The name of a webhook while it waits.
    typealias Ticket = UInt64
    /// The webhooks that need wait no longer, with their verdicts.
    typealias Called = [(ticket: Ticket, verdict: Verdict)]

    /// The answer to a webhook that asks to be tried.
    enum Verdict: Sendable, Hashable {
        /// It has a slot: try it, then call `leave`.
        case admitted
        /// It waits for a slot.
        case waiting
        /// There is no room for it, or its source or all together have failed too often: it is refused like any
        /// failure, unread.
        case refused
    }

    /// The end of a webhook that had a slot.
    enum Outcome: Sendable, Hashable {
        /// It was authentic.
        case verified
        /// It was not, or could not be known to be; with the bytes of its body that were received.
        case failed(bodySize: Int)
    }

    private struct Account: Sendable {
        var failures: TokenBucket
        var work: TokenBucket
        var underWay = 0
        var provenUntil: Instant?
    }

    private struct Waiter: Sendable {
        let ticket: Ticket
        let client: ClientKey
    }

    private let settings: AdmissionSettings
    private var accounts: ClockTable<ClientKey, Account>
    private var waiters: Deque<Waiter> = []
    private var budget: WorkBudget
    /// The slots in use.
    private(set) var used = 0

    init(_ settings: AdmissionSettings, now: Instant) {
        self.settings = settings
        accounts = ClockTable(capacity: settings.sources)
        budget = WorkBudget(perSecond: Double(settings.failureBudget), keptPart: settings.keptPart, now: now)
    }

    /// The number of webhooks that wait.
    var waiting: Int { waiters.count }

    /// Judges a webhook that comes.
    ///
    /// - Parameter ticket: Its name if it has to wait.
    mutating func arrive(_ client: ClientKey, ticket: Ticket, now: Instant) -> (verdict: Verdict, called: Called) {
        var verdict = judge(client, now: now)
        var called: Called = []
        if verdict == .admitted, !waiters.isEmpty {
            // Those of the others that could go by now go first; those that could not hold nobody up.
            called = callWaiters(now: now)
            verdict = judge(client, now: now)
        }
        switch verdict {
        case .admitted: admit(client)
        case .waiting: if !queue(client, ticket: ticket, now: now) { verdict = .refused }
        case .refused: break
        }
        return (verdict, called)
    }

    /// Refuses a webhook that has waited long enough. Returns `false` if it waits no more.
    mutating func withdraw(_ ticket: Ticket) -> Bool {
        guard let index = waiters.firstIndex(where: { $0.ticket == ticket }) else { return false }
        waiters.remove(at: index)
        return true
    }

    /// Takes back the slot of a webhook, and counts its outcome.
    mutating func leave(_ client: ClientKey, _ outcome: Outcome, now: Instant) -> Called {
        used -= 1
        var account = account(of: client, now: now)
        account.underWay = max(0, account.underWay - 1)
        switch outcome {
        case .verified:
            account.provenUntil = now + settings.provenTime
        case .failed(let bodySize):
            let cost = settings.cost(ofBody: bodySize)
            budget.take(cost, kept: isProven(account, now: now) ? account.work.level : 0, now: now)
            account.failures.take(1)
            account.work.take(cost)
        }
        accounts.set(account, for: client)
        return callWaiters(now: now)
    }

    // MARK: Judging

    /// Returns the verdict on a webhook of that source as if nobody else waited.
    private mutating func judge(_ client: ClientKey, now: Instant) -> Verdict {
        let account = account(of: client, now: now)
        accounts.set(account, for: client)
        let isProven = isProven(account, now: now)
        guard account.failures.level >= 1, account.work.level > 0, budget.isLeft(forProven: isProven, now: now)
        else { return .refused }
        guard account.failures.level - Double(account.underWay) >= 1 else { return .waiting }
        guard account.underWay < settings.slotsPerSource else { return .waiting }
        return used < (isProven ? settings.slots : settings.unprovenSlots) ? .admitted : .waiting
    }

    private mutating func admit(_ client: ClientKey) {
        used += 1
        accounts.update(client) { $0.underWay += 1 }
    }

    /// Returns `false` if there is no place to wait at.
    private mutating func queue(_ client: ClientKey, ticket: Ticket, now: Instant) -> Bool {
        let isProven = isProven(account(of: client, now: now), now: now)
        guard waiters.count < (isProven ? settings.waiting : settings.unprovenWaiting) else { return false }
        waiters.append(Waiter(ticket: ticket, client: client))
        return true
    }

    /// Calls waiters in the order in which they came; one that has to wait on does not hold up those of other sources.
    private mutating func callWaiters(now: Instant) -> Called {
        var called: Called = []
        var staying: Deque<Waiter> = []
        while used < settings.slots, let waiter = waiters.popFirst() {
            let verdict = judge(waiter.client, now: now)
            if verdict == .waiting {
                staying.append(waiter)
                continue
            }
            if verdict == .admitted { admit(waiter.client) }
            called.append((waiter.ticket, verdict))
        }
        waiters = staying + waiters
        return called
    }

    private mutating func account(of client: ClientKey, now: Instant) -> Account {
        let failures = Double(settings.failuresPerMinute)
        guard var account = accounts.use(client) else {
            return Account(
                failures: TokenBucket(capacity: failures, now: now),
                work: TokenBucket(capacity: settings.failureBudgetPerSource, now: now))
        }
        let factor = isProven(account, now: now) ? settings.provenFactor : 1
        account.failures.refill(capacity: failures * factor, perSecond: failures * factor / 60, now: now)
        account.work.refill(
            capacity: settings.failureBudgetPerSource, perSecond: settings.failureBudgetPerSource, now: now)
        return account
    }

    private func isProven(_ account: Account, now: Instant) -> Bool {
        account.provenUntil.map { now < $0 } ?? false
    }
}

/// The bytes of work that failures of all sources may take, of which a part is kept for proven ones. A value without a
/// clock: times come in.
///
/// A second's bytes may be spent at once; what was overspent has to come again first.
private struct WorkBudget: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// The bytes that come in a second, for everybody and for proven sources alone.
    private let rates: (common: Double, kept: Double)
    private var common: TokenBucket
    private var kept: TokenBucket

    /// - Parameters:
    ///   - rate: The bytes that come in a second.
    ///   - keptPart: The part of these that is kept for proven sources.
    init(perSecond rate: Double, keptPart: Double, now: Instant) {
        rates = (rate * (1 - keptPart), rate * keptPart)
        common = TokenBucket(capacity: rates.common, now: now)
        kept = TokenBucket(capacity: rates.kept, now: now)
    }

    /// Returns a Boolean value that indicates whether a source may fail once more. A proven one may do so at the cost of
    /// either part.
    mutating func isLeft(forProven isProven: Bool, now: Instant) -> Bool {
        refill(now: now)
        return common.level > 0 || (isProven && kept.level > 0)
    }

    /// Takes what a failure cost.
    ///
    /// - Parameter own: The most that may come out of what is kept. The rest is owed by all: else one proven source
    ///   could take what is kept from the others.
    mutating func take(_ amount: Double, kept own: Double, now: Instant) {
        refill(now: now)
        let part = max(0, min(amount, own, kept.level))
        kept.take(part)
        common.take(amount - part)
    }

    private mutating func refill(now: Instant) {
        common.refill(capacity: rates.common, perSecond: rates.common, now: now)
        kept.refill(capacity: rates.kept, perSecond: rates.kept, now: now)
    }
}
