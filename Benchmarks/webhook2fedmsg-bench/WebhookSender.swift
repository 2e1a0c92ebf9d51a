import EventLoop

/// One keep-alive connection that sends a webhook, waits for the answer, and so on. Confined to its worker's loop.
final class WebhookSender: @unchecked Sendable {
    // Safe to share: the members are touched by `connect` and `run` alone, one after the other, on the worker's loop,
    // which the stream's own operations check.

    /// The time to wait before another try where no connection was to be had.
    private static let reconnectDelay = Duration.milliseconds(50)

    private let addresses: [SocketAddress]
    private let timeout: Duration
    private var template: WebhookTemplate
    private var delivery = DeliveryID()
    private var stream: TCPStream?
    private var buffer = ReadBuffer()

    init(addresses: [SocketAddress], template: WebhookTemplate, timeout: Duration) {
        self.addresses = addresses
        self.template = template
        self.timeout = timeout
    }

    /// Connects to the first address that takes it, unless there is a connection.
    @discardableResult
    func connect(on loop: EventLoop) async throws(BenchError) -> TCPStream {
        if let stream { return stream }
        var failure = BenchError.cannotConnect("nowhere", reason: "the host has no address")
        for address in addresses {
            do throws(StreamError) {
                let stream = try await TCPStream.connect(to: address, on: loop, deadline: .now + timeout)
                self.stream = stream
                return stream
            } catch {
                failure = .cannotConnect("\(address)", reason: error.description)
            }
        }
        throw failure
    }

    /// Sends webhooks as the worker's schedule has them; returns when it has no more.
    func run(for worker: Worker) async {
        while let due = worker.nextSendTime() {
            await worker.pacer?.wait(until: due)
            do {
                try await deliver(due: due, for: worker)
            } catch {
                worker.tally.failed(error)
                let isConnected = stream != nil
                disconnect()
                if !isConnected { try? await Task.sleep(for: Self.reconnectDelay) }
            }
        }
    }

    /// Closes the connection, if there is one.
    func disconnect() {
        stream?.close()
        stream = nil
        buffer.consume(buffer.readableBytes)
    }

    private func deliver(due: ContinuousClock.Instant, for worker: Worker) async throws {
        let stream = try await connect(on: worker.loop)
        delivery.advance()
        template.address(delivery)
        stream.deadline = .now + timeout
        try await send(over: stream)
        worker.tally.sent(template.bytes.count)
        let answer = try await receive(from: stream)
        worker.tally.answered(answer, latency: due.duration(to: .now))
        if worker.keepsMessageIDs, answer.status == 202 {
            worker.tally.accepted(MessageID.find(in: buffer.readable.prefix(answer.count).dropFirst(answer.headCount)))
        }
        buffer.consume(answer.count)
        guard buffer.isEmpty else { throw AnswerError.surplusBytes }
        if !answer.keepsAlive { disconnect() }
    }

    private func send(over stream: TCPStream) async throws {
        var sent = 0
        while sent < template.bytes.count {
            // `write` would keep a reference over its waits, and the template be copied at the next id.
            let count = try template.bytes.withUnsafeBytes {
                try stream.writeNow(UnsafeRawBufferPointer(rebasing: $0[sent...]))
            }
            sent += count
            if sent < template.bytes.count { try await stream.waitWritable() }
        }
    }

    /// Waits for an answer, which stays in the buffer until it is consumed.
    private func receive(from stream: TCPStream) async throws -> Answer {
        while true {
            if let answer = try AnswerParser.parse(buffer.readable) {
                guard answer.isInterim else { return answer }
                buffer.consume(answer.count)
            } else if try await stream.read(into: &buffer) == 0 {
                throw AnswerError.connectionClosed
            }
        }
    }
}
