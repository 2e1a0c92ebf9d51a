import Testing

@testable import HTTPServer

/// A peer that goes on sending behind an early answer, second by second.
@Suite struct LingerAllowanceTests {
    private let start = ContinuousClock.now

    private func allowance(_ change: (inout HTTPServerLimits) -> Void = { _ in }) -> LingerAllowance {
        var limits = HTTPServerLimits()
        limits.minBodyRate = 1000
        limits.lingerTimeout = .seconds(10)
        limits.lingerBytes = 1_000_000
        limits.lingerLimit = .seconds(300)
        change(&limits)
        return LingerAllowance(limits, now: start)
    }

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test func `who sends nothing is read for the timeout`() {
        #expect(allowance().deadline == at(10))
    }

    @Test func `who holds the rate is read to the limit`() {
        var allowance = allowance()
        for second in 1..<300 {
            allowance.received(1000, now: at(second))
            #expect(allowance.deadline == at(min(second + 10, 300)))
        }
        allowance.received(1000, now: at(300))
        #expect(allowance.deadline == nil)
    }

    /// Half the rate: half a second is lost in each.
    @Test func `who falls short of the rate has the timeout in all`() {
        var allowance = allowance()
        for second in 1...19 { allowance.received(500, now: at(second)) }
        #expect(allowance.deadline == at(19) + .milliseconds(500))
        allowance.received(1, now: at(19) + .milliseconds(500))
        #expect(allowance.deadline == at(19) + .milliseconds(501))
        // As late as timers are.
        allowance.received(1, now: at(19) + .milliseconds(510))
        #expect(allowance.deadline == nil)
    }

    @Test func `what is sent faster is made up for and not saved`() {
        var allowance = allowance()
        allowance.received(100_000, now: at(1))
        #expect(allowance.deadline == at(11))
        allowance.received(1, now: at(10))
        #expect(allowance.deadline == at(11) + .milliseconds(1))
        allowance.received(5_000, now: at(11))
        #expect(allowance.deadline == at(16) + .milliseconds(1))
        allowance.received(100_000, now: at(12))
        #expect(allowance.deadline == at(22))
    }

    @Test func `bytes are bounded`() {
        var allowance = allowance { $0.lingerBytes = 10_000 }
        allowance.received(9_999, now: at(1))
        #expect(allowance.deadline != nil)
        allowance.received(1, now: at(2))
        #expect(allowance.deadline == nil)
    }

    /// The server looked a minute later than it meant to.
    @Test func `time in which the server stood still is not the peers`() {
        var allowance = allowance()
        allowance.received(1, now: at(5))
        allowance.received(1, now: at(70))
        #expect(allowance.deadline == at(75) + .milliseconds(2))
        // But for the limit, which is in any case.
        allowance.received(1000, now: at(320))
        #expect(allowance.deadline == nil)
    }

    @Test func `without a rate a byte is enough`() {
        var allowance = allowance { $0.minBodyRate = 0 }
        for second in [9, 18, 27] { allowance.received(1, now: at(second)) }
        #expect(allowance.deadline == at(37))
    }
}
