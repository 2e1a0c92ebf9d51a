import EventLoop
import Testing

@testable import Gateway

@Suite struct BareGateTests {
    private let start = ContinuousClock.now
    private let source = BareSource(.address(.ipv4(address: 1, port: 1)), service: 0)
    private let other = BareSource(.address(.ipv4(address: 2, port: 1)), service: 0)

    private func gate(_ change: (inout BareGateSettings) -> Void = { _ in }) -> BareGate {
        var settings = BareGateSettings()
        settings.failureBurst = 3
        change(&settings)
        return BareGate(settings, now: start)
    }

    /// What becomes of a webhook that calls no other.
    private func arrive(
        _ gate: inout BareGate, _ source: BareSource, _ ticket: BareGate.Ticket = 0, now: BareGate.Instant
    ) -> BareGate.Verdict {
        let (verdict, called) = gate.arrive(source, ticket: ticket, now: now)
        #expect(called.isEmpty)
        return verdict
    }

    private func fail(_ gate: inout BareGate, _ source: BareSource, cpu: Duration = .zero, now: BareGate.Instant) {
        #expect(arrive(&gate, source, now: now) == .admitted)
        #expect(gate.leave(source, .failed(cpu: cpu), now: now).isEmpty)
    }

    @Test func whoeverSendsGoodOnesIsNeverHeldUp() {
        var gate = gate()
        for _ in 0..<1000 {
            #expect(arrive(&gate, source, now: start) == .admitted)
            _ = gate.leave(source, .verified, now: start)
        }
    }

    @Test func whoFailsTooOftenIsRefusedAndMayTryAgainLater() {
        var gate = gate()
        for _ in 0..<3 { fail(&gate, source, now: start) }
        #expect(arrive(&gate, source, now: start) == .refused)
        #expect(arrive(&gate, other, now: start) == .admitted)
        #expect(arrive(&gate, source, now: start + .milliseconds(900)) == .refused)
        #expect(arrive(&gate, source, now: start + .milliseconds(1000)) == .admitted)
    }

    @Test func servicesHaveTheirOwnAccounts() {
        var gate = gate()
        for _ in 0..<3 { fail(&gate, source, now: start) }
        let elsewhere = BareSource(.address(.ipv4(address: 1, port: 9)), service: 1)
        #expect(arrive(&gate, elsewhere, now: start) == .admitted)
    }

    @Test func aProvenSourceMayFailMoreOften() {
        var gate = gate {
            $0.provenFactor = 10
            $0.provenTime = .seconds(60)
        }
        _ = arrive(&gate, source, now: start)
        _ = gate.leave(source, .verified, now: start)
        // What it may have more comes with time, ten times as fast.
        let later = start + .seconds(2)
        for _ in 0..<23 { fail(&gate, source, now: later) }
        #expect(arrive(&gate, source, now: later) == .refused)
        #expect(arrive(&gate, source, now: later + .milliseconds(100)) == .admitted)
        _ = gate.leave(source, .failed(cpu: .zero), now: later + .milliseconds(100))
        #expect(arrive(&gate, source, now: start + .seconds(61)) == .admitted)
    }

    /// Many at once cost no more than one after the other: those under way count as if they failed.
    @Test func thoseUnderWayAreReserved() {
        var gate = gate()
        for _ in 0..<3 { #expect(arrive(&gate, source, now: start) == .admitted) }
        #expect(arrive(&gate, source, 4, now: start) == .waiting)
        #expect(arrive(&gate, source, 5, now: start) == .waiting)
        // One that waits for its own source's others does not hold up another's.
        #expect(arrive(&gate, other, 6, now: start) == .admitted)
        #expect(gate.leave(source, .verified, now: start).map(\.ticket) == [4])
        #expect(gate.leave(source, .failed(cpu: .zero), now: start).isEmpty)
        #expect(gate.waiting == 1)
        #expect(gate.leave(source, .failed(cpu: .zero), now: start).isEmpty)
        let last = gate.leave(source, .failed(cpu: .zero), now: start)
        #expect(last.map(\.ticket) == [5] && last.map(\.verdict) == [.refused])
        #expect(gate.used == 1 && gate.waiting == 0)
    }

    @Test func slotsAreBoundedAndGivenInTurn() {
        var gate = gate {
            $0.slots = 2
            $0.reservedSlots = 0
            $0.waiting = 2
        }
        let sources = (0..<6).map { BareSource(.address(.ipv4(address: $0, port: 1)), service: 0) }
        #expect(arrive(&gate, sources[0], 0, now: start) == .admitted)
        #expect(arrive(&gate, sources[1], 1, now: start) == .admitted)
        #expect(arrive(&gate, sources[2], 2, now: start) == .waiting)
        #expect(arrive(&gate, sources[3], 3, now: start) == .waiting)
        #expect(arrive(&gate, sources[4], 4, now: start) == .refused)
        let withdrawn = [gate.withdraw(2), gate.withdraw(2)]
        #expect(withdrawn == [true, false])
        let called = gate.leave(sources[0], .verified, now: start)
        #expect(called.map(\.ticket) == [3] && called.map(\.verdict) == [.admitted])
        #expect(gate.used == 2)
    }

    /// Who holds all the slots of its source, and has more that wait, keeps nobody else from those that are free.
    @Test func slowOnesOfOneSourceHoldUpNoOther() {
        var gate = gate {
            $0.slots = 8
            $0.reservedSlots = 2
            $0.slotsPerSource = 2
            $0.failureBurst = 20
        }
        #expect(arrive(&gate, source, 1, now: start) == .admitted)
        #expect(arrive(&gate, source, 2, now: start) == .admitted)
        for ticket in 3..<20 as Range<BareGate.Ticket> {
            #expect(arrive(&gate, source, ticket, now: start) == .waiting)
        }
        for address in 10..<14 as Range<UInt32> {
            let another = BareSource(.address(.ipv4(address: address, port: 1)), service: 0)
            #expect(arrive(&gate, another, now: start) == .admitted)
        }
        #expect(gate.used == 6)
    }

    /// Whoever waits and can go by now goes before those that come later.
    @Test func whoCameBeforeGoesFirst() {
        var gate = gate {
            $0.slots = 3
            $0.reservedSlots = 0
            $0.slotsPerSource = 3
            $0.failureBurst = 1
        }
        #expect(arrive(&gate, source, 1, now: start) == .admitted)
        #expect(arrive(&gate, source, 2, now: start) == .waiting)
        _ = gate.leave(source, .verified, now: start)
        #expect(gate.waiting == 0)
        #expect(arrive(&gate, source, 3, now: start) == .waiting)
        // Proven, it has more tokens after a while: nobody told the one that waits.
        let later = start + .seconds(1)
        let (verdict, called) = gate.arrive(other, ticket: 4, now: later)
        #expect(verdict == .admitted && called.map(\.ticket) == [3])
        #expect(gate.used == 3 && gate.waiting == 0)
    }

    /// However many others send slowly: those that good webhooks came from get in. And none of them takes all.
    @Test func slotsAreKeptForProvenSources() {
        var gate = gate {
            $0.slots = 4
            $0.reservedSlots = 2
            $0.slotsPerSource = 1
            $0.waiting = 4
        }
        let sources = (0..<7).map { BareSource(.address(.ipv4(address: $0, port: 1)), service: 0) }
        for proven in sources[0...1] {
            #expect(arrive(&gate, proven, now: start) == .admitted)
            _ = gate.leave(proven, .verified, now: start)
        }
        #expect(arrive(&gate, sources[2], 1, now: start) == .admitted)
        #expect(arrive(&gate, sources[2], 2, now: start) == .waiting)
        #expect(arrive(&gate, sources[3], 3, now: start) == .admitted)
        #expect(arrive(&gate, sources[4], 4, now: start) == .waiting)
        #expect(arrive(&gate, sources[5], 5, now: start) == .refused)
        #expect(arrive(&gate, sources[0], 6, now: start) == .admitted)
        #expect(arrive(&gate, sources[0], 7, now: start) == .waiting)
        #expect(arrive(&gate, sources[1], 8, now: start) == .admitted)
        #expect(gate.used == 4 && gate.waiting == 3)
    }

    /// Nothing tells what is refused for the load from what is refused for its failures.
    @Test func whatIsOwedHasToComeAgain() {
        var gate = gate {
            $0.cpuShare = 0.1
            $0.reservedSlots = 0
        }
        fail(&gate, source, cpu: .seconds(5), now: start)
        #expect(arrive(&gate, source, now: start) == .refused)
        #expect(arrive(&gate, other, now: start) == .refused)
        // 5 s less the 100 ms that were there, at a tenth of the time.
        #expect(arrive(&gate, other, now: start + .milliseconds(48_990)) == .refused)
        #expect(arrive(&gate, other, now: start + .milliseconds(49_010)) == .admitted)
    }

    @Test func failuresOfAllSourcesShareTheProcessor() {
        var gate = gate {
            $0.cpuShare = 0.1
            $0.reservedSlots = 0
        }
        fail(&gate, source, cpu: .milliseconds(150), now: start)
        // 100 ms were there; 50 ms have to come again, at a tenth of the time.
        #expect(arrive(&gate, other, now: start) == .refused)
        #expect(arrive(&gate, other, now: start + .milliseconds(490)) == .refused)
        #expect(arrive(&gate, other, now: start + .milliseconds(510)) == .admitted)
    }

    @Test func aProvenSourceIsNotHeldUpByThat() {
        var gate = gate { $0.cpuShare = 0.1 }
        #expect(arrive(&gate, other, now: start) == .admitted)
        _ = gate.leave(other, .verified, now: start)
        fail(&gate, source, cpu: .seconds(1), now: start)
        #expect(arrive(&gate, source, now: start) == .refused)
        #expect(arrive(&gate, other, now: start) == .admitted)
    }

    /// Once proven is not enough to take what one likes.
    @Test func failuresOfProvenSourcesAreBoundedToo() {
        var gate = gate {
            $0.slots = 4
            $0.reservedSlots = 1
            $0.slotsPerSource = 4
            $0.cpuShare = 0.1
        }
        #expect(arrive(&gate, source, now: start) == .admitted)
        _ = gate.leave(source, .verified, now: start)
        // What is kept goes first, then the others' part.
        fail(&gate, source, cpu: .microseconds(25_100), now: start)
        #expect(arrive(&gate, other, now: start) == .admitted)
        _ = gate.leave(other, .verified, now: start)
        fail(&gate, source, cpu: .microseconds(75_100), now: start)
        #expect(arrive(&gate, source, now: start) == .refused)
        #expect(arrive(&gate, other, now: start) == .refused)
        #expect(arrive(&gate, other, now: start + .milliseconds(10)) == .admitted)
    }

    /// Nor do its failures shut out those that have not failed.
    @Test func aProvenSourceSpendsItsOwnPartOfWhatIsKept() {
        var gate = gate { $0.cpuShare = 0.1 }
        for proven in [source, other] {
            #expect(arrive(&gate, proven, now: start) == .admitted)
            _ = gate.leave(proven, .verified, now: start)
        }
        fail(&gate, source, cpu: .seconds(1), now: start)
        #expect(arrive(&gate, source, now: start) == .refused)
        #expect(arrive(&gate, other, now: start) == .admitted)
        // All of it is owed: 987.5 ms of the others' part, which comes again at 75 ms a second.
        let stranger = BareSource(.address(.ipv4(address: 3, port: 1)), service: 0)
        #expect(arrive(&gate, stranger, now: start + .seconds(12)) == .refused)
        #expect(arrive(&gate, stranger, now: start + .seconds(13)) == .admitted)
    }

    /// One source alone takes an eighth: it has four slots of 32.
    @Test func oneSourceDoesNotSpendItForAll() {
        var gate = gate { $0.cpuShare = 0.1 }
        fail(&gate, source, cpu: .milliseconds(20), now: start)
        #expect(arrive(&gate, source, now: start) == .refused)
        #expect(arrive(&gate, other, now: start) == .admitted)
        #expect(arrive(&gate, source, now: start + .milliseconds(590)) == .refused)
        #expect(arrive(&gate, source, now: start + .milliseconds(610)) == .admitted)
    }

    @Test func accountsAreBounded() {
        var gate = gate { $0.sources = 16 }
        for address in 0..<1000 as Range<UInt32> {
            let source = BareSource(.address(.ipv4(address: address, port: 1)), service: 0)
            _ = arrive(&gate, source, now: start)
            _ = gate.leave(source, .failed(cpu: .zero), now: start)
        }
        #expect(gate.used == 0)
    }

    @Test func networksOfIPv6() throws {
        let first = try #require(SocketAddress(literal: "2001:db8:1:2::1", port: 1))
        let neighbour = try #require(SocketAddress(literal: "2001:db8:1:2:ffff::9", port: 2))
        let stranger = try #require(SocketAddress(literal: "2001:db8:1:3::1", port: 1))
        #expect(BareSource(.address(first), service: 0) == BareSource(.address(neighbour), service: 0))
        #expect(BareSource(.address(first), service: 0) != BareSource(.address(stranger), service: 0))
    }

    /// A socket for both protocols gives IPv4 addresses so, and some proxies do.
    @Test func addressesOfIPv4InIPv6() throws {
        func source(_ literal: String) throws -> BareSource {
            BareSource(.address(try #require(SocketAddress(literal: literal, port: 0))), service: 0)
        }
        #expect(try source("::ffff:203.0.113.9") == source("203.0.113.9"))
        #expect(try source("::ffff:203.0.113.9") != source("::ffff:203.0.113.10"))
        #expect(try source("64:ff9b::203.0.113.9") != source("203.0.113.9"))
    }

    /// Senders of whom a proxy tells nothing are not one source.
    @Test func unknownSenders() {
        #expect(BareSource(.unknown, service: 0) != BareSource(.unknown, service: 0))
        #expect(BareSource(.identifier("_a"), service: 0) == BareSource(.identifier("_a"), service: 0))
        #expect(BareSource(.identifier("_a"), service: 0) != BareSource(.identifier("_b"), service: 0))
    }
}
