import Testing

@testable import Gateway

/// Each test is a conversation with the queue; waiters are numbers.
@Suite struct FilePublisherQueueTests {
    let start = ContinuousClock.now

    private func queue(messages: Int = 10, bytes: Int = 100) -> Queue {
        Queue(limits: FilePublisherLimits(messages: messages, bytes: bytes, timeout: .seconds(5)))
    }

    func line(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func whatGathersWhileTheDiskWorksIsTheNextBatch() {
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

    @Test func roomIsCountedInMessages() {
        let queue = queue(messages: 2)
        var buffer: [UInt8] = []
        #expect(queue.enqueue(line("a"), 1, now: start))
        queue.takeBatch(reusing: &buffer)
        #expect(queue.enqueue(line("b"), 2, now: start))
        #expect(!queue.enqueue(line("c"), 3, now: start))
        _ = queue.finishBatch(.published)
        #expect(queue.enqueue(line("c"), 3, now: start))
    }

    @Test func roomIsCountedInBytesButOneMessageAlwaysFits() {
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

    @Test func aStuckDiskAnswersAfterTheTimeout() {
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

    @Test func whoHasLessTimeIsAnsweredSooner() {
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

    @Test func messagesWithoutAWaiterStillTakeRoom() {
        let queue = queue(messages: 1)
        #expect(queue.enqueue(line("a"), 1, now: start))
        #expect(queue.expire(now: start + .seconds(9)).count == 1)
        #expect(!queue.enqueue(line("b"), 2, now: start + .seconds(9)))
        #expect(queue.count == 1 && queue.hasPending)
    }
}

/// The queue as a reference, because `#expect` takes no mutating calls.
private final class Queue {
    private var queue: FilePublisherQueue<Int>

    init(limits: FilePublisherLimits) { queue = FilePublisherQueue(limits: limits) }

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
    func finishBatch(_ result: PublishResult) -> FilePublisherQueue<Int>.Answers { queue.finishBatch(result) }
    func expire(now: ContinuousClock.Instant) -> FilePublisherQueue<Int>.Answers { queue.expire(now: now) }
}
