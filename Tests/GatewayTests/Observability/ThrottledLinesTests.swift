import Logging
import Testing

@testable import Gateway

@Suite struct ThrottledLinesTests {
    @Test func `a line of a kind a minute`() {
        let now = ContinuousClock.now
        #expect(ThrottledLines.pass(.error, "one kind of line", now: now) == 0)
        for _ in 0..<3 { #expect(ThrottledLines.pass(.error, "one kind of line", now: now + .seconds(59)) == nil) }
        #expect(ThrottledLines.pass(.info, "one kind of line", now: now) == 0)
        #expect(ThrottledLines.pass(.error, "another kind of line", now: now) == 0)
        #expect(ThrottledLines.pass(.error, "one kind of line", now: now + .seconds(60)) == 3)
    }

    @Test func `what is not logged is not counted`() {
        let log = RecordedLog()
        var logger = log.logger
        logger.logLevel = .error
        logger.throttled(.warning, "a line of this test")
        logger.logLevel = .warning
        for _ in 0..<5 { logger.throttled(.warning, "a line of this test", metadata: ["a": "b"]) }
        #expect(log.lines == ["warning: a line of this test a=b"])
    }
}
