import Testing

@testable import HTTPClient

@Suite struct TransferQueueTests {
    private let start = ContinuousClock.now

    @Test func `a day in its life`() {
        var queue = TransferQueue(concurrency: 2, waiting: 2)
        let (soon, later) = (start + .seconds(1), start + .seconds(2))
        #expect(queue.submit(1, deadline: soon) == .start)
        #expect(queue.submit(2, deadline: soon) == .start)
        #expect(queue.nextDeadline == nil)
        #expect(queue.submit(3, deadline: later) == .wait)
        #expect(queue.submit(4, deadline: soon) == .wait)
        #expect(queue.submit(5, deadline: soon) == .refuse)
        #expect(queue.nextDeadline == soon)
        #expect(queue.finish(1) == 3)
        #expect(queue.finish(1) == nil, "it ended already")
        #expect(queue.expire(now: start) == [])
        #expect(queue.expire(now: soon) == [4])
        #expect(queue.counts == (2, 0))
        #expect(queue.finish(3) == nil)
        #expect(queue.cancel(2) == .abort)
        #expect(queue.finish(2) == nil)
        #expect(queue.cancel(2) == .nothing)
        #expect(queue.counts == (0, 0))
    }

    @Test func `cancelling one that waits`() {
        var queue = TransferQueue(concurrency: 1, waiting: 2)
        #expect(queue.submit(1, deadline: start) == .start)
        #expect(queue.submit(2, deadline: start) == .wait)
        #expect(queue.submit(3, deadline: start) == .wait)
        #expect(queue.cancel(2) == .drop)
        #expect(queue.finish(1) == 3)
    }

    @Test func `closing`() {
        var queue = TransferQueue(concurrency: 1, waiting: 1)
        _ = queue.submit(1, deadline: start)
        _ = queue.submit(2, deadline: start)
        let left = queue.close()
        #expect(left.waiting == [2])
        #expect(left.running == [1])
        #expect(queue.counts == (0, 0))
    }
}

@Suite struct ResponseCollectorTests {
    private func bytes(_ text: String, _ body: (UnsafeRawBufferPointer) -> Bool) -> Bool {
        Array(text.utf8).withUnsafeBytes(body)
    }

    @Test func `lines and body`() {
        var collector = ResponseCollector(maxHeadBytes: 100, maxBodyBytes: 4)
        let interim = ["HTTP/1.1 100 Continue\r\n", "A: old\r\n", "\r\n"]
        for line in interim + ["HTTP/1.1 200 OK\r\n", "B:  c \t\r\n", "nonsense\r\n"] {
            #expect(bytes(line) { collector.takeLine($0) })
        }
        #expect(collector.fields == [ClientField("B", "c")])
        #expect(bytes("abcd") { collector.takeBody($0) })
        #expect(!bytes("e") { collector.takeBody($0) })
        #expect(collector.excess == .body)
        #expect(collector.body == Array("abcd".utf8))
    }

    @Test func `the head is bounded over all of its lines`() {
        var collector = ResponseCollector(maxHeadBytes: 10, maxBodyBytes: 4)
        #expect(bytes("12345678\r\n") { collector.takeLine($0) })
        #expect(!bytes("\n") { collector.takeLine($0) })
        #expect(collector.excess == .head)
    }
}

@Suite struct ClientRequestTests {
    @Test(arguments: [
        ("https://id.example.org/x?code=secret", "id.example.org"), ("http://user:pw@host:81/", "host:81"),
        ("http://[::1]:8080?q", "[::1]:8080"),
    ])
    func `the host for messages holds nothing else`(url: String, host: String) {
        #expect(ClientRequest.get(url).host == host)
    }
}
