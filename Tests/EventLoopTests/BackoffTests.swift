import EventLoop
import Testing

@Suite struct BackoffTests {
    private let backoff = Backoff(first: .milliseconds(100), longest: .seconds(10))

    @Test(arguments: [(1, 100), (2, 200), (3, 400), (7, 6_400), (8, 10_000), (40, 10_000), (Int.max, 10_000), (0, 100)])
    func `waits double up to the longest`(_ failures: Int, _ milliseconds: Int) {
        let full = Duration.milliseconds(milliseconds)
        #expect(backoff.delay(after: failures, jitter: 0) == full / 2)
        #expect(backoff.delay(after: failures, jitter: 0.5) == full * 3 / 4)
        #expect(backoff.delay(after: failures, jitter: 0.999) < full)
        #expect(backoff.delay(after: failures, jitter: 7) == full)
    }

    @Test func `the longest is not shorter than the first`() {
        #expect(Backoff(first: .seconds(5), longest: .seconds(1)).longest == .seconds(5))
    }
}
