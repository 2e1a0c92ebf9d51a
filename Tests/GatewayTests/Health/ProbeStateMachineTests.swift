import Testing

@testable import Gateway

@Suite struct ProbeStateMachineTests {
    private let start = ContinuousClock.now

    private func ask(_ probe: inout ProbeStateMachine<Int>, _ seconds: Double) -> String {
        switch probe.ask(now: start + .seconds(seconds)) {
        case .answer(let result): "\(result)"
        case .look: "look"
        case .wait: "wait"
        }
    }

    @Test func `one look for all who ask and one in a while`() {
        var probe = ProbeStateMachine<Int>(interval: .seconds(1))
        #expect(ask(&probe, 0) == "look")
        #expect(ask(&probe, 0) == "wait")
        #expect(ask(&probe, 5) == "wait")
        probe.finished(1, now: start + .seconds(6))
        #expect(ask(&probe, 6) == "1")
        #expect(ask(&probe, 6.999) == "1")
        #expect(ask(&probe, 7) == "look")
        probe.finished(2, now: start + .seconds(7))
        #expect(ask(&probe, 7.5) == "2")
    }
}
