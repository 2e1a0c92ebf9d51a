import EventLoop
import Testing

@Suite struct LogThrottleTests {
    @Test func `one line in a while that tells of the others`() {
        var throttle = LogThrottle(every: .seconds(60))
        let start = ContinuousClock.now
        #expect(throttle.pass(now: start) == 0)
        for second in 1...59 { #expect(throttle.pass(now: start + .seconds(second)) == nil) }
        #expect(throttle.pass(now: start + .seconds(60)) == 59)
        #expect(throttle.pass(now: start + .seconds(119)) == nil)
        #expect(throttle.pass(now: start + .seconds(500)) == 1)
        #expect(throttle.pass(now: start + .seconds(560)) == 0)
    }
}
