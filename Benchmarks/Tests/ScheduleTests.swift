import Testing

@testable import webhook2fedmsg_bench

@Suite("When webhooks are sent") struct ScheduleTests {
    private let start = ContinuousClock.now

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    @Test
    func `without a rate: now, until the count is reached`() {
        var schedule = Schedule(count: 2, start: start, end: at(100), interval: nil)
        #expect(schedule.next(now: at(5)) == at(5))
        #expect(schedule.next(now: at(7)) == at(7))
        #expect(schedule.next(now: at(8)) == nil)
    }

    @Test
    func `without a rate: until the end`() {
        var schedule = Schedule(count: 9, start: start, end: at(100), interval: nil)
        #expect(schedule.next(now: at(99)) == at(99))
        #expect(schedule.next(now: at(100)) == nil)
    }

    @Test
    func `with a rate: at times that do not depend on when they are asked for`() {
        var schedule = Schedule(count: 9, start: start, end: at(30), interval: .milliseconds(10))
        #expect(schedule.next(now: at(0)) == at(0))
        #expect(schedule.next(now: at(1)) == at(10))
        #expect(schedule.next(now: at(29)) == at(20))
        #expect(schedule.next(now: at(29)) == nil)
    }

    @Test
    func `with a rate: what is overdue at the end is not sent`() {
        var schedule = Schedule(count: 9, start: start, end: at(30), interval: .milliseconds(10))
        #expect(schedule.next(now: at(30)) == nil)
    }
}
