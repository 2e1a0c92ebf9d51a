import EventLoop
import Testing

@testable import AMQP

@Suite("Reconnect plan")
struct ReconnectPlanTests {
    /// The address tried next and the pause before it, for each failure.
    func failures(_ plan: inout ReconnectPlan, _ count: Int) -> [(Int, Duration)] {
        (0..<count).map { _ in
            let pause = plan.ended(wasGood: false, jitter: 1)
            return (plan.endpoint, pause)
        }
    }

    static let backoff = Backoff(first: .seconds(1), longest: .seconds(4))

    @Test
    func `one address: the pauses double up to the longest`() {
        var plan = ReconnectPlan(endpoints: 1, attemptsPerRound: 1, retryDelay: .seconds(9), backoff: Self.backoff)
        #expect(plan.endpoint == 0)
        #expect(failures(&plan, 4).map(\.1) == [.seconds(1), .seconds(2), .seconds(4), .seconds(4)])
    }

    @Test
    func `all addresses are tried before there is a pause`() {
        var plan = ReconnectPlan(endpoints: 3, attemptsPerRound: 1, retryDelay: .seconds(9), backoff: Self.backoff)
        let steps = failures(&plan, 6)
        #expect(steps.map(\.0) == [1, 2, 0, 1, 2, 0])
        #expect(steps.map(\.1) == [.zero, .zero, .seconds(1), .zero, .zero, .seconds(2)])
    }

    @Test
    func `a round has several attempts, with the pause that was asked for between`() {
        var plan = ReconnectPlan(endpoints: 2, attemptsPerRound: 3, retryDelay: .seconds(9), backoff: Self.backoff)
        let pauses = failures(&plan, 12).map(\.1)
        let round = [.zero, .seconds(9), .zero, .seconds(9), .zero] as [Duration]
        #expect(pauses == round + [.seconds(1)] + round + [.seconds(2)])
    }

    @Test
    func `many attempts without a pause between are no busy loop`() {
        var plan = ReconnectPlan(endpoints: 2, attemptsPerRound: 3, retryDelay: .zero, backoff: Self.backoff)
        let pauses = failures(&plan, 6).map(\.1)
        #expect(pauses == [.zero, .seconds(1), .zero, .seconds(1), .zero, .seconds(1)])
    }

    @Test
    func `a connection that was of use starts over, at the next address`() {
        var plan = ReconnectPlan(endpoints: 2, attemptsPerRound: 1, retryDelay: .zero, backoff: Self.backoff)
        _ = failures(&plan, 5)
        #expect(plan.endpoint == 1)
        #expect(plan.ended(wasGood: true, jitter: 1) == .seconds(1))
        #expect(plan.endpoint == 0)
        #expect(failures(&plan, 2).map(\.1) == [.zero, .seconds(2)])
    }
}
