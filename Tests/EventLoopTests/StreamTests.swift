import EventLoop
import Glibc
import Testing

@Suite struct StreamTests {
    @Test func `bytes go both ways and a half close ends one`() async throws {
        let loop = try SharedLoops.first.get()
        try await Loopback.run(on: loop) { pair in
            try await pair.client.write(Array("hello".utf8))
            pair.client.shutdownWrite()
            var buffer = ReadBuffer()
            while try await pair.server.read(into: &buffer) > 0 {}
            #expect(Array(buffer.readable) == Array("hello".utf8))
            try await pair.server.write(Array("goodbye".utf8))
            buffer = ReadBuffer()
            _ = try await pair.client.read(into: &buffer)
            #expect(Array(buffer.readable) == Array("goodbye".utf8))
        }
    }

    @Test func `a write larger than the socket waits for the reader`() async throws {
        let loop = try SharedLoops.first.get()
        try await Loopback.run(on: loop) { pair in
            let large = (0..<4_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            async let written: Void = {
                try await pair.client.write(large)
                pair.client.shutdownWrite()
            }()
            var buffer = ReadBuffer()
            while try await pair.server.read(into: &buffer) > 0 {}
            try await written
            #expect(buffer.readableBytes == large.count)
            #expect(buffer.readable.elementsEqual(large))
        }
    }

    @Test func `a read past its deadline throws and the stream goes on`() async throws {
        let loop = try SharedLoops.first.get()
        try await Loopback.run(on: loop) { pair in
            var buffer = ReadBuffer()
            pair.server.deadline = .now + .milliseconds(20)
            await #expect(throws: StreamError.deadlineExceeded) { _ = try await pair.server.read(into: &buffer) }
            pair.server.deadline = .now + .seconds(10)
            try await pair.client.write([1])
            #expect(try await pair.server.read(into: &buffer) == 1)
        }
    }

    @Test func `a deadline moved while waiting holds`() async throws {
        let loop = try SharedLoops.first.get()
        try await Loopback.run(on: loop) { pair in
            pair.server.deadline = .now + .seconds(60)
            async let outcome: StreamError? = {
                var buffer = ReadBuffer()
                do throws(StreamError) {
                    _ = try await pair.server.read(into: &buffer)
                    return nil
                } catch { return error }
            }()
            await Task.yield()
            pair.server.deadline = .now + .milliseconds(10)
            #expect(await outcome == .deadlineExceeded)
        }
    }

    @Test func `cancellation from another thread wakes the reader`() async throws {
        let loop = try SharedLoops.first.get()
        try await Loopback.run(on: loop) { pair in
            let reader = Task(executorPreference: loop.taskExecutor) {
                await withTaskCancellationHandler {
                    var buffer = ReadBuffer()
                    do throws(StreamError) {
                        _ = try await pair.server.read(into: &buffer)
                        return StreamError?.none
                    } catch { return error }
                } onCancel: {
                    pair.server.cancel()
                }
            }
            await Task.yield()
            await Task.detached { reader.cancel() }.value
            #expect(await reader.value == .cancelled)
        }
    }

    @Test func `closing wakes the reader`() async throws {
        let loop = try SharedLoops.first.get()
        try await Loopback.run(on: loop) { pair in
            async let outcome: StreamError? = {
                var buffer = ReadBuffer()
                do throws(StreamError) {
                    _ = try await pair.server.read(into: &buffer)
                    return nil
                } catch { return error }
            }()
            await Task.yield()
            pair.server.close()
            #expect(await outcome == .closed)
            await #expect(throws: StreamError.closed) { try await pair.server.write([1]) }
        }
    }

    /// A descriptor's number is reused at once: events of the old connection must not reach the new one.
    @Test func `closed descriptors do not confuse their successors`() async throws {
        let loop = try SharedLoops.first.get()
        for round in 0..<50 {
            try await Loopback.run(on: loop) { pair in
                var buffer = ReadBuffer()
                let byte = UInt8(round)
                try await pair.client.write([byte])
                #expect(try await pair.server.read(into: &buffer) == 1)
                #expect(buffer.readable.first == byte)
                // Unread data and an armed write side at the time of the close.
                try await pair.client.write([1, 2, 3])
                try await pair.server.waitWritable()
            }
        }
    }

    @Test func `connecting to nobody is refused`() async throws {
        let loop = try SharedLoops.first.get()
        try await Task(executorPreference: loop.taskExecutor) {
            let listener = try TCPListener(binding: Loopback.anyPort(), backlog: 1, on: loop)
            let address = listener.localAddress
            listener.close()
            await #expect(throws: StreamError.system(errno: ECONNREFUSED, operation: "connect")) {
                _ = try await TCPStream.connect(to: address, on: loop, deadline: .now + .seconds(5))
            }
        }.value
    }

    @Test func `a cancelled listener stops accepting`() async throws {
        let loop = try SharedLoops.first.get()
        try await Task(executorPreference: loop.taskExecutor) {
            let listener = try TCPListener(binding: Loopback.anyPort(), backlog: 1, on: loop)
            async let outcome: StreamError? = {
                do throws(StreamError) {
                    try await listener.accept().close()
                    return nil
                } catch { return error }
            }()
            await Task.yield()
            listener.cancel()
            #expect(await outcome == .cancelled)
            listener.close()
        }.value
    }

    @Test func `a stream dropped open is closed by its loop`() async throws {
        let loop = try SharedLoops.first.get()
        try await Task(executorPreference: loop.taskExecutor) {
            let listener = try TCPListener(binding: Loopback.anyPort(), backlog: 1, on: loop)
            async let accepted = listener.accept()
            var client: TCPStream? = try await TCPStream.connect(to: listener.localAddress, on: loop, deadline: nil)
            let server = try await accepted.open(on: loop)
            #expect(client?.isClosed == false)
            client = nil
            server.deadline = .now + .seconds(5)
            var buffer = ReadBuffer()
            #expect(try await server.read(into: &buffer) == 0)
            server.close()
            listener.close()
        }.value
    }

    /// An actor of a loop, in a task that prefers none, connects to a listener whose queue is full: the kernel answers
    /// no further connection there.
    @Test func `an actors connect stays on its loop and heeds its deadline`() async throws {
        let loop = try SharedLoops.first.get()
        let listener = try await Task(executorPreference: loop.taskExecutor) {
            try TCPListener(binding: Loopback.anyPort(), backlog: 0, on: loop)
        }.value
        let connector = Connector(loop: loop)
        var outcomes: [StreamError?] = []
        while outcomes.count < 5, outcomes.last != .deadlineExceeded {
            outcomes.append(await connector.connect(to: listener.localAddress, within: .seconds(2)))
        }
        #expect(outcomes.last == .deadlineExceeded)
        await connector.close()
        loop.execute { listener.close() }
    }
}

/// An actor that lives on a loop and connects.
private actor Connector {
    private let loop: EventLoop
    private var streams: [TCPStream] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.serialExecutor.asUnownedSerialExecutor() }

    init(loop: EventLoop) {
        self.loop = loop
    }

    func connect(to address: SocketAddress, within time: Duration) async -> StreamError? {
        do throws(StreamError) {
            streams.append(try await TCPStream.connect(to: address, on: loop, deadline: .now + time))
            loop.preconditionInLoop()
            return nil
        } catch {
            loop.preconditionInLoop()
            return error
        }
    }

    func close() {
        for stream in streams { stream.close() }
    }
}
