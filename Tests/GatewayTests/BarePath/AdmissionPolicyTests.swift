import EventLoop
import Testing

@testable import Gateway

@Suite struct AdmissionPolicyTests {
    private let start = ContinuousClock.now
    private let source = ClientKey(.address(.ipv4(address: 1, port: 1)), service: 0)
    private let other = ClientKey(.address(.ipv4(address: 2, port: 1)), service: 0)

    private func makePolicy(_ change: (inout AdmissionSettings) -> Void = { _ in }) -> AdmissionPolicy {
        var settings = AdmissionSettings()
        settings.failuresPerMinute = 3
        change(&settings)
        return AdmissionPolicy(settings, now: start)
    }

    /// Returns the verdict on a webhook that calls no other.
    private func arrive(
        _ policy: inout AdmissionPolicy, _ source: ClientKey, _ ticket: AdmissionPolicy.Ticket = 0,
        now: AdmissionPolicy.Instant
    ) -> AdmissionPolicy.Verdict {
        let (verdict, called) = policy.arrive(source, ticket: ticket, now: now)
        #expect(called.isEmpty)
        return verdict
    }

    /// Lets a source fail once, at that cost.
    private func fail(
        _ policy: inout AdmissionPolicy, _ source: ClientKey, cost: Int = 8192, now: AdmissionPolicy.Instant
    ) {
        #expect(arrive(&policy, source, now: now) == .admitted)
        #expect(policy.leave(source, .failed(bodySize: (cost - 8192) / 10), now: now).isEmpty)
    }

    @Test(arguments: 1...64)
    func `a quarter of the slots and of the budget is kept, and a source has an eighth`(_ slots: Int) {
        var settings = AdmissionSettings()
        settings.slots = slots
        #expect(settings.reservedSlots == slots / 4 && settings.slotsPerSource == max(1, slots / 8))
        #expect(settings.unprovenSlots >= 1 && settings.unprovenSlots + settings.reservedSlots == slots)
        #expect(settings.waiting == 8 * slots && settings.unprovenWaiting <= settings.waiting)
        #expect(settings.keptPart <= 0.25 && settings.failureBudgetPerSource <= Double(settings.failureBudget))
    }

    @Test func `whoever sends good ones is never held up`() {
        var policy = makePolicy()
        for _ in 0..<1000 {
            #expect(arrive(&policy, source, now: start) == .admitted)
            _ = policy.leave(source, .verified, now: start)
        }
    }

    @Test func `who fails too often is refused and may try again later`() {
        var policy = makePolicy()
        for _ in 0..<3 { fail(&policy, source, now: start) }
        #expect(arrive(&policy, source, now: start) == .refused)
        #expect(arrive(&policy, other, now: start) == .admitted)
        #expect(arrive(&policy, source, now: start + .milliseconds(19_900)) == .refused)
        #expect(arrive(&policy, source, now: start + .milliseconds(20_000)) == .admitted)
    }

    @Test func `services have their own accounts`() {
        var policy = makePolicy()
        for _ in 0..<3 { fail(&policy, source, now: start) }
        let elsewhere = ClientKey(.address(.ipv4(address: 1, port: 9)), service: 1)
        #expect(arrive(&policy, elsewhere, now: start) == .admitted)
    }

    @Test func `a proven source may fail more often`() {
        var policy = makePolicy { $0.provenTime = .seconds(60) }
        _ = arrive(&policy, source, now: start)
        _ = policy.leave(source, .verified, now: start)
        // What it may have more comes with time, ten times as fast.
        let later = start + .seconds(40)
        for _ in 0..<23 { fail(&policy, source, now: later) }
        #expect(arrive(&policy, source, now: later) == .refused)
        #expect(arrive(&policy, source, now: later + .seconds(2)) == .admitted)
        _ = policy.leave(source, .failed(bodySize: 0), now: later + .seconds(2))
        // Not proven any more, it may fail again when it could anyhow.
        #expect(arrive(&policy, source, now: start + .seconds(60)) == .refused)
        #expect(arrive(&policy, source, now: start + .seconds(80)) == .admitted)
    }

    /// Many at once cost no more than one after the other: those under way count as if they failed.
    @Test func `those under way are reserved`() {
        var policy = makePolicy()
        for _ in 0..<3 { #expect(arrive(&policy, source, now: start) == .admitted) }
        #expect(arrive(&policy, source, 4, now: start) == .waiting)
        #expect(arrive(&policy, source, 5, now: start) == .waiting)
        // One that waits for its own source's others does not hold up another's.
        #expect(arrive(&policy, other, 6, now: start) == .admitted)
        #expect(policy.leave(source, .verified, now: start).map(\.ticket) == [4])
        #expect(policy.leave(source, .failed(bodySize: 0), now: start).isEmpty)
        #expect(policy.waiting == 1)
        #expect(policy.leave(source, .failed(bodySize: 0), now: start).isEmpty)
        let last = policy.leave(source, .failed(bodySize: 0), now: start)
        #expect(last.map(\.ticket) == [5] && last.map(\.verdict) == [.refused])
        #expect(policy.used == 1 && policy.waiting == 0)
    }

    @Test func `slots are bounded and given in turn`() {
        var policy = makePolicy { $0.slots = 2 }
        let sources = (0..<19).map { ClientKey(.address(.ipv4(address: $0, port: 1)), service: 0) }
        #expect(arrive(&policy, sources[0], 0, now: start) == .admitted)
        #expect(arrive(&policy, sources[1], 1, now: start) == .admitted)
        for number in 2..<18 {
            #expect(arrive(&policy, sources[number], AdmissionPolicy.Ticket(number), now: start) == .waiting)
        }
        #expect(arrive(&policy, sources[18], 18, now: start) == .refused)
        let withdrawn = [policy.withdraw(2), policy.withdraw(2)]
        #expect(withdrawn == [true, false])
        let called = policy.leave(sources[0], .verified, now: start)
        #expect(called.map(\.ticket) == [3] && called.map(\.verdict) == [.admitted])
        #expect(policy.used == 2)
    }

    /// A sender that holds all the slots of its source, and has more that wait, keeps nobody else from those that are free.
    @Test func `slow ones of one source hold up no other`() {
        var policy = makePolicy {
            $0.slots = 16
            $0.failuresPerMinute = 20
        }
        #expect(arrive(&policy, source, 1, now: start) == .admitted)
        #expect(arrive(&policy, source, 2, now: start) == .admitted)
        for ticket in 3..<20 as Range<AdmissionPolicy.Ticket> {
            #expect(arrive(&policy, source, ticket, now: start) == .waiting)
        }
        for address in 10..<20 as Range<UInt32> {
            let another = ClientKey(.address(.ipv4(address: address, port: 1)), service: 0)
            #expect(arrive(&policy, another, now: start) == .admitted)
        }
        #expect(policy.used == 12)
    }

    /// Whoever waits and can go by now goes before those that come later.
    @Test func `who came before goes first`() {
        var policy = makePolicy {
            $0.slots = 16
            $0.failuresPerMinute = 1
        }
        #expect(arrive(&policy, source, 1, now: start) == .admitted)
        #expect(arrive(&policy, source, 2, now: start) == .waiting)
        _ = policy.leave(source, .verified, now: start)
        #expect(policy.waiting == 0)
        #expect(arrive(&policy, source, 3, now: start) == .waiting)
        // Proven, it has more tokens after a while: nobody told the one that waits.
        let later = start + .seconds(7)
        let (verdict, called) = policy.arrive(other, ticket: 4, now: later)
        #expect(verdict == .admitted && called.map(\.ticket) == [3])
        #expect(policy.used == 3 && policy.waiting == 0)
    }

    /// However many others send slowly: those that good webhooks came from get in. And none of them takes all.
    @Test func `slots are kept for proven sources`() {
        var policy = makePolicy { $0.slots = 8 }
        let sources = (0..<60).map { ClientKey(.address(.ipv4(address: $0, port: 1)), service: 0) }
        for proven in sources[0...1] {
            #expect(arrive(&policy, proven, now: start) == .admitted)
            _ = policy.leave(proven, .verified, now: start)
        }
        var ticket: AdmissionPolicy.Ticket = 0
        func next(_ source: ClientKey) -> AdmissionPolicy.Verdict {
            ticket += 1
            return arrive(&policy, source, ticket, now: start)
        }
        for stranger in sources[2..<8] { #expect(next(stranger) == .admitted) }
        for stranger in sources[2..<50] { #expect(next(stranger) == .waiting) }
        #expect(next(sources[50]) == .refused)
        for proven in sources[0...1] {
            #expect(next(proven) == .admitted)
            #expect(next(proven) == .waiting)
        }
        #expect(policy.used == 8 && policy.waiting == 50)
    }

    // MARK: The budget

    /// A source sees what its failures cost by how soon it is refused: that depends on the body's size alone.
    @Test func `a failure costs its body for each that may be tried`() {
        var settings = AdmissionSettings()
        #expect(settings.cost(ofBody: 0) == 8192)
        #expect(settings.cost(ofBody: 1000) == 8192 + 10 * 1000)
        settings.candidates = 3
        #expect(settings.cost(ofBody: 1000) == 8192 + 5 * 1000)
        #expect(settings.cost(ofBody: .max) > 0)
    }

    /// A policy in which no source has less than all, and nothing is kept.
    private func undivided(budget: Int) -> AdmissionPolicy {
        makePolicy {
            $0.slots = 1
            $0.failureBudget = budget
        }
    }

    /// Nothing tells what is refused for the load from what is refused for its failures.
    @Test func `what is owed has to come again`() {
        var policy = undivided(budget: 100_000)
        fail(&policy, source, cost: 5_000_192, now: start)
        #expect(arrive(&policy, source, now: start) == .refused)
        #expect(arrive(&policy, other, now: start) == .refused)
        // 5,000,192 less the 100,000 that were there, at 100,000 a second.
        #expect(arrive(&policy, other, now: start + .milliseconds(49_000)) == .refused)
        #expect(arrive(&policy, other, now: start + .milliseconds(49_010)) == .admitted)
    }

    @Test func `failures of all sources share the budget`() {
        var policy = undivided(budget: 100_000)
        fail(&policy, source, cost: 100_192, now: start)
        #expect(arrive(&policy, other, now: start) == .refused)
        #expect(arrive(&policy, other, now: start + .milliseconds(1)) == .refused)
        #expect(arrive(&policy, other, now: start + .milliseconds(2)) == .admitted)
    }

    /// However many sources take part in a flood, the bytes of work that it gets are those of the budget.
    @Test func `a flood gets the budget and no more`() {
        var policy = makePolicy {
            $0.failureBudget = 64 << 20
            $0.failuresPerMinute = 1_000_000
        }
        let cost = AdmissionSettings().cost(ofBody: 1_000_000)
        var work = 0.0
        for millisecond in 0..<10_000 {
            let now = start + .milliseconds(millisecond)
            let source = ClientKey(.address(.ipv4(address: UInt32(millisecond % 1000), port: 1)), service: 0)
            guard arrive(&policy, source, now: now) == .admitted else { continue }
            #expect(policy.leave(source, .failed(bodySize: 1_000_000), now: now).isEmpty)
            work += cost
        }
        // Three quarters are theirs: a second's at once, and ten seconds'; and what the last one overspends.
        let share = Double(64 << 20) * 0.75
        #expect(work > share * 11 - cost && work <= share * 11 + cost)
    }

    @Test func `a proven source is not held up by that`() {
        var policy = makePolicy { $0.failureBudget = 1 << 20 }
        #expect(arrive(&policy, other, now: start) == .admitted)
        _ = policy.leave(other, .verified, now: start)
        fail(&policy, source, cost: 10 << 20, now: start)
        #expect(arrive(&policy, source, now: start) == .refused)
        #expect(arrive(&policy, other, now: start) == .admitted)
    }

    /// Once proven is not enough to take what one likes.
    @Test func `failures of proven sources are bounded too`() {
        // Of 64,000 bytes a second 16,000 are kept, and a source has 16,000.
        var policy = makePolicy {
            $0.slots = 4
            $0.failureBudget = 64_000
        }
        let sources = (0..<4).map { ClientKey(.address(.ipv4(address: 10 + $0, port: 1)), service: 0) }
        for proven in sources {
            #expect(arrive(&policy, proven, now: start) == .admitted)
            _ = policy.leave(proven, .verified, now: start)
        }
        // What is kept goes first, then the others' part.
        fail(&policy, sources[0], cost: 16_192, now: start)
        #expect(arrive(&policy, sources[0], now: start) == .refused)
        for proven in sources[1...2] { fail(&policy, proven, cost: 16_192, now: start) }
        fail(&policy, sources[3], cost: 15_992, now: start)
        let stranger = ClientKey(.address(.ipv4(address: 99, port: 1)), service: 0)
        #expect(arrive(&policy, sources[3], now: start) == .refused, "all is spent, though not its own")
        #expect(arrive(&policy, stranger, now: start) == .refused)
        #expect(arrive(&policy, sources[3], now: start + .milliseconds(1)) == .admitted)
    }

    /// Nor do its failures shut out those that have not failed.
    @Test func `a proven source spends its own part of what is kept`() {
        var policy = makePolicy { $0.failureBudget = 320_000 }
        for proven in [source, other] {
            #expect(arrive(&policy, proven, now: start) == .admitted)
            _ = policy.leave(proven, .verified, now: start)
        }
        fail(&policy, source, cost: 3_280_192, now: start)
        #expect(arrive(&policy, source, now: start) == .refused)
        #expect(arrive(&policy, other, now: start) == .admitted)
        // 40,000 were its own part of what is kept, and 240,000 the others' part, of which as much comes again each second:
        // 3,000,192 bytes are owed.
        let stranger = ClientKey(.address(.ipv4(address: 3, port: 1)), service: 0)
        #expect(arrive(&policy, stranger, now: start + .milliseconds(12_500)) == .refused)
        #expect(arrive(&policy, stranger, now: start + .milliseconds(12_502)) == .admitted)
    }

    /// One source alone takes an eighth: it has four slots of 32.
    @Test func `one source does not spend it for all`() {
        var policy = makePolicy { $0.failureBudget = 800_000 }
        fail(&policy, source, cost: 200_192, now: start)
        #expect(arrive(&policy, source, now: start) == .refused)
        #expect(arrive(&policy, other, now: start) == .admitted)
        #expect(arrive(&policy, source, now: start + .milliseconds(1001)) == .refused)
        #expect(arrive(&policy, source, now: start + .milliseconds(1003)) == .admitted)
    }

    // MARK: Sources

    @Test func `accounts are bounded`() {
        var policy = makePolicy { $0.sources = 16 }
        for address in 0..<1000 as Range<UInt32> {
            let source = ClientKey(.address(.ipv4(address: address, port: 1)), service: 0)
            _ = arrive(&policy, source, now: start)
            _ = policy.leave(source, .failed(bodySize: 0), now: start)
        }
        #expect(policy.used == 0)
    }

    @Test func `networks of I pv 6`() throws {
        let first = try #require(SocketAddress(literal: "2001:db8:1:2::1", port: 1))
        let neighbour = try #require(SocketAddress(literal: "2001:db8:1:2:ffff::9", port: 2))
        let stranger = try #require(SocketAddress(literal: "2001:db8:1:3::1", port: 1))
        #expect(ClientKey(.address(first), service: 0) == ClientKey(.address(neighbour), service: 0))
        #expect(ClientKey(.address(first), service: 0) != ClientKey(.address(stranger), service: 0))
    }

    /// A socket for both protocols gives IPv4 addresses so, and some proxies do.
    @Test func `addresses of I pv 4 in I pv 6`() throws {
        func source(_ literal: String) throws -> ClientKey {
            ClientKey(.address(try #require(SocketAddress(literal: literal, port: 0))), service: 0)
        }
        #expect(try source("::ffff:203.0.113.9") == source("203.0.113.9"))
        #expect(try source("::ffff:203.0.113.9") != source("::ffff:203.0.113.10"))
        #expect(try source("64:ff9b::203.0.113.9") != source("203.0.113.9"))
    }

    /// Senders of whom a proxy tells nothing are not one source.
    @Test func `unknown senders`() {
        #expect(ClientKey(.unknown, service: 0) != ClientKey(.unknown, service: 0))
        #expect(ClientKey(.identifier("_a"), service: 0) == ClientKey(.identifier("_a"), service: 0))
        #expect(ClientKey(.identifier("_a"), service: 0) != ClientKey(.identifier("_b"), service: 0))
    }
}
