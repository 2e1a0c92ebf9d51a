import Testing

@testable import Gateway

/// Each test is a conversation with the queue; waiters are numbers.
@Suite struct FilePublisherQueueTests {
    let start = ContinuousClock.now

    private func queue(messages: Int = 10, bytes: Int = 100) -> Queue {
        Queue(limits: FilePublisherLimits(messages: messages, bytes: bytes, timeout: .seconds(5)), start: start)
    }

    func line(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func `what gathers while the disk works is the next batch`() {
        let queue = queue()
        var buffer: [UInt8] = []
        #expect(queue.enqueue(line("a\n"), 1, now: start))
        queue.takeBatch(reusing: &buffer)
        #expect(buffer == line("a\n") && queue.isWriting && !queue.hasPending)
        #expect(queue.enqueue(line("b\n"), 2, now: start))
        #expect(queue.enqueue(line("c\n"), 3, now: start))
        #expect(queue.finishBatch(.published).map(\.waiter) == [1])
        queue.takeBatch(reusing: &buffer)
        #expect(buffer == line("b\nc\n"))
        let answers = queue.finishBatch(.unavailable(reason: "disk"))
        #expect(answers.map(\.waiter) == [2, 3])
        #expect(answers.allSatisfy { $0.result == .unavailable(reason: "disk") })
        #expect(queue.count == 0 && !queue.isWriting && queue.nextDeadline == nil)
    }

    @Test func `room is counted in messages`() {
        let queue = queue(messages: 2)
        var buffer: [UInt8] = []
        #expect(queue.enqueue(line("a"), 1, now: start))
        queue.takeBatch(reusing: &buffer)
        #expect(queue.enqueue(line("b"), 2, now: start))
        #expect(!queue.enqueue(line("c"), 3, now: start))
        _ = queue.finishBatch(.published)
        #expect(queue.enqueue(line("c"), 3, now: start))
    }

    @Test func `room is counted in bytes but one message always fits`() {
        let queue = queue(bytes: 4)
        var buffer: [UInt8] = []
        #expect(queue.enqueue(line("larger"), 1, now: start))
        #expect(!queue.enqueue(line("b"), 2, now: start))
        queue.takeBatch(reusing: &buffer)
        #expect(!queue.enqueue(line("b"), 2, now: start))
        _ = queue.finishBatch(.published)
        #expect(queue.enqueue(line("bb"), 2, now: start))
        #expect(queue.enqueue(line("cc"), 3, now: start))
        #expect(!queue.enqueue(line("d"), 4, now: start))
    }

    @Test func `a stuck disk answers after the timeout`() {
        let queue = queue()
        var buffer: [UInt8] = []
        #expect(queue.enqueue(line("a\n"), 1, now: start))
        queue.takeBatch(reusing: &buffer)
        #expect(queue.enqueue(line("b\n"), 2, now: start + .seconds(1)))
        #expect(queue.enqueue(line("c\n"), 3, now: start + .seconds(2)))
        #expect(queue.nextDeadline == start + .seconds(5))
        #expect(queue.expire(now: start + .milliseconds(4999)).isEmpty)
        let first = queue.expire(now: start + .seconds(6))
        #expect(first.map(\.waiter) == [1, 2] && first.allSatisfy { $0.result == .timedOut })
        #expect(queue.nextDeadline == start + .seconds(7))
        // Nobody is answered twice, and what timed out goes to the disk all the same.
        #expect(queue.finishBatch(.published).isEmpty)
        queue.takeBatch(reusing: &buffer)
        #expect(buffer == line("b\nc\n"))
        #expect(queue.finishBatch(.published).map(\.waiter) == [3])
    }

    @Test func `who has less time is answered sooner`() {
        let queue = queue()
        var buffer: [UInt8] = []
        #expect(queue.enqueue(line("a"), 1, now: start))
        #expect(queue.nextDeadline == start + .seconds(5))
        #expect(queue.enqueue(line("b"), 2, until: start + .seconds(1), now: start))
        #expect(queue.nextDeadline == start + .seconds(1))
        queue.takeBatch(reusing: &buffer)
        #expect(queue.enqueue(line("c"), 3, until: start + .seconds(60), now: start))
        #expect(queue.expire(now: start + .seconds(1)).map(\.waiter) == [2])
        #expect(queue.nextDeadline == start + .seconds(5))
        #expect(queue.finishBatch(.published).map(\.waiter) == [1])
        #expect(queue.expire(now: start + .seconds(5)).map(\.waiter) == [3])
        #expect(queue.nextDeadline == nil)
    }

    @Test func `messages without a waiter still take room`() {
        let queue = queue(messages: 1)
        #expect(queue.enqueue(line("a"), 1, now: start))
        #expect(queue.expire(now: start + .seconds(9)).count == 1)
        #expect(!queue.enqueue(line("b"), 2, now: start + .seconds(9)))
        #expect(queue.count == 1 && queue.hasPending)
    }

    @Test func `a disk that failed is probed`() {
        let queue = queue()
        #expect(queue.next(now: start) == "wait")
        #expect(!queue.setFailure(nil, now: start))
        #expect(queue.setFailure("full", now: start) && queue.failure == "full")
        #expect(queue.next(now: start) == "wait until 1.0 seconds")
        #expect(queue.next(now: start + .seconds(1)) == "probe")
        #expect(!queue.setFailure("full", now: start + .seconds(1)))
        #expect(queue.next(now: start + .seconds(1)) == "wait until 2.0 seconds")
        // Messages are as good as a probe.
        #expect(queue.enqueue(line("a"), 1, now: start))
        #expect(queue.next(now: start + .seconds(2)) == "write")
        var buffer: [UInt8] = []
        queue.takeBatch(reusing: &buffer)
        #expect(queue.setFailure(nil, now: start + .seconds(3)) && queue.failure == nil)
        _ = queue.finishBatch(.published)
        #expect(queue.next(now: start + .seconds(9)) == "wait")
    }

    @Test func `what waits is written before the end`() {
        let queue = queue()
        #expect(queue.enqueue(line("a"), 1, now: start))
        queue.stop()
        #expect(queue.next(now: start) == "write")
        var buffer: [UInt8] = []
        queue.takeBatch(reusing: &buffer)
        _ = queue.finishBatch(.published)
        #expect(queue.next(now: start) == "stop")
    }
}

/// The queue as a reference, because `#expect` takes no mutating calls.
private final class Queue {
    private var queue: FilePublisherQueue<Int>

    private let start: ContinuousClock.Instant

    init(limits: FilePublisherLimits, start: ContinuousClock.Instant) {
        queue = FilePublisherQueue(limits: limits)
        self.start = start
    }

    var isWriting: Bool { queue.isWriting }
    var hasPending: Bool { queue.hasPending }
    var count: Int { queue.count }
    var nextDeadline: ContinuousClock.Instant? { queue.nextDeadline }

    func enqueue(
        _ line: [UInt8], _ waiter: Int, until deadline: ContinuousClock.Instant? = nil, now: ContinuousClock.Instant
    ) -> Bool {
        queue.enqueue(line, waiter, until: deadline, now: now)
    }
    func takeBatch(reusing buffer: inout [UInt8]) { queue.takeBatch(reusing: &buffer) }
    func finishBatch(_ result: PublishResult) -> [FilePublisherQueue<Int>.Answer] { queue.finishBatch(result) }
    func expire(now: ContinuousClock.Instant) -> [FilePublisherQueue<Int>.Answer] { queue.expire(now: now) }
    func setFailure(_ failure: String?, now: ContinuousClock.Instant) -> Bool { queue.setFailure(failure, now: now) }
    func stop() { queue.stop() }
    var failure: String? { queue.failure }

    /// The writer's next step, in words.
    func next(now: ContinuousClock.Instant) -> String {
        switch queue.next(now: now) {
        case .run(.write): "write"
        case .run(.reopen): "reopen"
        case .run(.probe): "probe"
        case .wait(let time?): "wait until \(start.duration(to: time))"
        case .wait: "wait"
        case .stop: "stop"
        }
    }
}
