import EventLoop
import Testing

@testable import Gateway

@Suite struct BareGateTests {
    private let start = ContinuousClock.now
    private let source = BareSource(.ipv4(address: 1, port: 1), service: 0)
    private let other = BareSource(.ipv4(address: 2, port: 1), service: 0)

    private func gate(_ change: (inout BareGateSettings) -> Void = { _ in }) -> BareGate {
        var settings = BareGateSettings()
        settings.failureBurst = 3
        change(&settings)
        return BareGate(settings, now: start)
    }

    private func fail(_ gate: inout BareGate, _ source: BareSource, cpu: Duration = .zero, now: BareGate.Instant) {
        #expect(gate.arrive(source, ticket: 0, now: now) == .admitted)
        #expect(gate.leave(source, .failed(cpu: cpu), now: now).isEmpty)
    }

    @Test func whoeverSendsGoodOnesIsNeverHeldUp() {
        var gate = gate()
        for _ in 0..<1000 {
            #expect(gate.arrive(source, ticket: 0, now: start) == .admitted)
            _ = gate.leave(source, .verified, now: start)
        }
    }

    @Test func whoFailsTooOftenIsRefusedAndMayTryAgainLater() {
        var gate = gate()
        for _ in 0..<3 { fail(&gate, source, now: start) }
        #expect(gate.arrive(source, ticket: 0, now: start) == .refused)
        #expect(gate.arrive(other, ticket: 0, now: start) == .admitted)
        #expect(gate.arrive(source, ticket: 0, now: start + .milliseconds(900)) == .refused)
        #expect(gate.arrive(source, ticket: 0, now: start + .milliseconds(1000)) == .admitted)
    }

    @Test func servicesHaveTheirOwnAccounts() {
        var gate = gate()
        for _ in 0..<3 { fail(&gate, source, now: start) }
        let elsewhere = BareSource(.ipv4(address: 1, port: 9), service: 1)
        #expect(gate.arrive(elsewhere, ticket: 0, now: start) == .admitted)
    }

    @Test func aProvenSourceMayFailMoreOften() {
        var gate = gate {
            $0.provenFactor = 10
            $0.provenTime = .seconds(60)
        }
        _ = gate.arrive(source, ticket: 0, now: start)
        _ = gate.leave(source, .verified, now: start)
        // What it may have more comes with time, ten times as fast.
        let later = start + .seconds(2)
        for _ in 0..<23 { fail(&gate, source, now: later) }
        #expect(gate.arrive(source, ticket: 0, now: later) == .refused)
        #expect(gate.arrive(source, ticket: 0, now: later + .milliseconds(100)) == .admitted)
        _ = gate.leave(source, .failed(cpu: .zero), now: later + .milliseconds(100))
        #expect(gate.arrive(source, ticket: 0, now: start + .seconds(61)) == .admitted)
    }

    /// Many at once cost no more than one after the other: those under way count as if they failed.
    @Test func thoseUnderWayAreReserved() {
        var gate = gate()
        for _ in 0..<3 { #expect(gate.arrive(source, ticket: 0, now: start) == .admitted) }
        #expect(gate.arrive(source, ticket: 4, now: start) == .waiting)
        #expect(gate.arrive(source, ticket: 5, now: start) == .waiting)
        // One that waits for its own source's others does not hold up another's.
        #expect(gate.arrive(other, ticket: 6, now: start) == .waiting)
        #expect(gate.leave(source, .verified, now: start).map(\.ticket) == [4, 6])
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
        let sources = (0..<6).map { BareSource(.ipv4(address: $0, port: 1), service: 0) }
        #expect(gate.arrive(sources[0], ticket: 0, now: start) == .admitted)
        #expect(gate.arrive(sources[1], ticket: 1, now: start) == .admitted)
        #expect(gate.arrive(sources[2], ticket: 2, now: start) == .waiting)
        #expect(gate.arrive(sources[3], ticket: 3, now: start) == .waiting)
        #expect(gate.arrive(sources[4], ticket: 4, now: start) == .busy)
        let withdrawn = [gate.withdraw(2, now: start), gate.withdraw(2, now: start)]
        #expect(withdrawn == [.busy, nil])
        let called = gate.leave(sources[0], .unknown, now: start)
        #expect(called.map(\.ticket) == [3] && called.map(\.verdict) == [.admitted])
        #expect(gate.used == 2)
    }

    /// However many others send slowly: those that good webhooks came from get in.
    @Test func slotsAreKeptForProvenSources() {
        var gate = gate {
            $0.slots = 4
            $0.reservedSlots = 2
            $0.unprovenSlotsPerSource = 1
            $0.waiting = 4
        }
        let sources = (0..<6).map { BareSource(.ipv4(address: $0, port: 1), service: 0) }
        _ = gate.arrive(sources[0], ticket: 0, now: start)
        _ = gate.leave(sources[0], .verified, now: start)
        #expect(gate.arrive(sources[1], ticket: 1, now: start) == .admitted)
        #expect(gate.arrive(sources[1], ticket: 2, now: start) == .waiting)
        #expect(gate.arrive(sources[2], ticket: 3, now: start) == .waiting)
        #expect(gate.leave(sources[1], .unknown, now: start).map(\.ticket) == [2, 3])
        #expect(gate.arrive(sources[3], ticket: 4, now: start) == .waiting)
        #expect(gate.arrive(sources[4], ticket: 5, now: start) == .waiting)
        #expect(gate.arrive(sources[5], ticket: 6, now: start) == .busy)
        for ticket in 6..<8 {
            #expect(gate.arrive(sources[0], ticket: BareGate.Ticket(ticket), now: start) == .admitted)
        }
        #expect(gate.arrive(sources[0], ticket: 8, now: start) == .waiting)
        #expect(gate.used == 4 && gate.waiting == 3)
    }

    /// Who failed of late is told no more than by any other failure.
    @Test func whoFailedIsNotToldOfTheLoad() {
        var gate = gate {
            $0.cpuShare = 0.1
            $0.failureInterval = .milliseconds(10)
        }
        fail(&gate, source, cpu: .seconds(1), now: start)
        #expect(gate.arrive(source, ticket: 0, now: start) == .refused)
        #expect(gate.arrive(other, ticket: 0, now: start) == .busy)
        // Its bucket is full again.
        #expect(gate.arrive(source, ticket: 0, now: start + .milliseconds(10)) == .busy)
    }

    @Test func failuresOfAllSourcesShareTheProcessor() {
        var gate = gate { $0.cpuShare = 0.1 }
        fail(&gate, source, cpu: .milliseconds(150), now: start)
        // 100 ms were there; 50 ms have to come again, at a tenth of the time.
        #expect(gate.arrive(other, ticket: 0, now: start) == .busy)
        #expect(gate.arrive(other, ticket: 0, now: start + .milliseconds(490)) == .busy)
        #expect(gate.arrive(other, ticket: 0, now: start + .milliseconds(510)) == .admitted)
    }

    @Test func aProvenSourceIsNotHeldUpByThat() {
        var gate = gate { $0.cpuShare = 0.1 }
        #expect(gate.arrive(other, ticket: 0, now: start) == .admitted)
        _ = gate.leave(other, .verified, now: start)
        fail(&gate, source, cpu: .seconds(1), now: start)
        #expect(gate.arrive(source, ticket: 0, now: start) == .refused)
        #expect(gate.arrive(other, ticket: 0, now: start) == .admitted)
    }

    @Test func accountsAreBounded() {
        var gate = gate { $0.sources = 16 }
        for address in 0..<1000 as Range<UInt32> {
            let source = BareSource(.ipv4(address: address, port: 1), service: 0)
            _ = gate.arrive(source, ticket: 0, now: start)
            _ = gate.leave(source, .failed(cpu: .zero), now: start)
        }
        #expect(gate.used == 0)
    }

    @Test func networksOfIPv6() throws {
        let first = try #require(SocketAddress(literal: "2001:db8:1:2::1", port: 1))
        let neighbour = try #require(SocketAddress(literal: "2001:db8:1:2:ffff::9", port: 2))
        let stranger = try #require(SocketAddress(literal: "2001:db8:1:3::1", port: 1))
        #expect(BareSource(first, service: 0) == BareSource(neighbour, service: 0))
        #expect(BareSource(first, service: 0) != BareSource(stranger, service: 0))
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("203.0.113.9, 192.0.2.1", "192.0.2.1"), (" 10.0.0.1,\t2001:db8::1", "2001:db8::1"),
        ("unknown", nil), ("", nil), ("192.0.2.1,", nil), ("999.1.1.1", nil),
    ]) func addressesThatAProxyGives(value: String, expected: String?) {
        #expect(BareSource.address(in: Array(value.utf8)[...])?.host == expected)
    }
}
