import Glibc
import TLSTesting
import Testing

@testable import EventLoop

/// TLS over real sockets: everything that `StreamTests` asks of a stream in the clear, and what TLS adds.
@Suite struct TLSStreamTests {
    @Test func `bytes go both ways and a half close ends one`() async throws {
        try await SecureLoopback.run { pair in
            try await pair.client.write(Array("hello".utf8))
            pair.client.shutdownWrite()
            var buffer = ReadBuffer()
            while try await pair.server.read(into: &buffer) > 0 {}
            #expect(Array(buffer.readable) == Array("hello".utf8))
            try await pair.server.write(Array("goodbye".utf8))
            buffer = ReadBuffer()
            _ = try await pair.client.read(into: &buffer)
            #expect(Array(buffer.readable) == Array("goodbye".utf8))
            #expect(pair.client.version == "TLSv1.3")
        }
    }

    @Test func `a write larger than the socket waits for the reader`() async throws {
        try await SecureLoopback.run { pair in
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

    /// The way of the AMQP publisher: write what goes, wait for room, go on with the rest, which has grown meanwhile.
    @Test func `short writes go on where they stopped`() async throws {
        try await SecureLoopback.run { pair in
            let first = (0..<16_000_000).map { UInt8(truncatingIfNeeded: $0 &* 17) }
            let all = first + (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 3) }
            async let received: [UInt8] = {
                var buffer = ReadBuffer()
                while try await pair.server.read(into: &buffer) > 0 {}
                return Array(buffer.readable)
            }()
            var end = first.count
            var sent = 0
            while sent < end {
                let count = try all.withUnsafeBytes {
                    try pair.client.writeNow(UnsafeRawBufferPointer(rebasing: $0[sent..<end]))
                }
                sent += count
                guard count == 0 else { continue }
                end = all.count
                try await pair.client.waitWritable()
            }
            #expect(end == all.count, "the socket was never full")
            pair.client.shutdownWrite()
            let arrived = try await received
            #expect(arrived == all)
        }
    }

    @Test func `both directions at once`() async throws {
        try await SecureLoopback.run { pair in
            @Sendable func pump(_ stream: TLSStream, _ seed: UInt8) async throws -> Bool {
                let bytes = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0) &+ seed }
                async let written: Void = {
                    try await stream.write(bytes)
                    stream.shutdownWrite()
                }()
                var buffer = ReadBuffer()
                while try await stream.read(into: &buffer) > 0 {}
                try await written
                return buffer.readable.elementsEqual(bytes.map { $0 &- seed &+ (seed == 1 ? 2 : 1) })
            }
            async let one = pump(pair.client, 1)
            async let other = pump(pair.server, 2)
            let areWhole = [try await one, try await other]
            #expect(areWhole == [true, true])
        }
    }

    @Test func `a read past its deadline throws and the stream goes on`() async throws {
        try await SecureLoopback.run { pair in
            var buffer = ReadBuffer()
            pair.server.deadline = .now + .milliseconds(20)
            await #expect(throws: StreamError.deadlineExceeded) { _ = try await pair.server.read(into: &buffer) }
            pair.server.deadline = .now + .seconds(10)
            try await pair.client.write([1])
            #expect(try await pair.server.read(into: &buffer) == 1)
        }
    }

    @Test func `cancellation from another thread wakes the reader`() async throws {
        try await SecureLoopback.run { pair in
            let reader = Task(executorPreference: pair.server.loop.taskExecutor) {
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

    @Test func `closing wakes the reader and tells the other side`() async throws {
        try await SecureLoopback.run { pair in
            async let outcome = pair.server.failureOfRead()
            await Task.yield()
            pair.server.close()
            pair.server.close()
            #expect(await outcome == .closed)
            await #expect(throws: StreamError.closed) { try await pair.server.write([1]) }
            var buffer = ReadBuffer()
            let counts = [try await pair.client.read(into: &buffer), try await pair.client.read(into: &buffer)]
            #expect(counts == [0, 0], "an announced end")
        }
    }

    @Test func `an end without announcement is a truncation`() async throws {
        try await SecureLoopback.run { pair in
            try await pair.client.write([1, 2, 3])
            pair.clientSocket.shutdownWrite()
            var buffer = ReadBuffer()
            #expect(try await pair.server.read(into: &buffer) == 3)
            #expect(await pair.server.failureOfRead() == .tls(.truncated))
            #expect(await pair.server.failureOfRead() == .tls(.truncated))
        }
    }

    /// With TLS 1.3 the client has done its handshake before the server has looked at its certificate.
    @Test func `a refused certificate is the reason whatever fails first`() async throws {
        let authority = try TestAuthority()
        let rogues = try TestAuthority(name: "a rogue")
        defer { withExtendedLifetime(rogues) {} }
        let rogue = try rogues.issue("client")
        let files = try authority.issue("server")
        let server = try TLSServerContext(
            .init(certificate: files.certificate, key: files.key, clientAuthorities: authority.certificateFile))
        let client = try TLSClientContext(
            .init(authorities: authority.certificateFile, certificate: rogue.certificate, key: rogue.key))
        let loop = try SharedLoops.first.get()
        for writesFirst in [false, true] {
            try await Loopback.run(on: loop) { pair in
                async let refused: StreamError? = {
                    do throws(StreamError) {
                        _ = try await TLSStream.accept(
                            over: pair.server, context: server, deadline: .now + .seconds(20))
                        return nil
                    } catch {
                        pair.server.close()
                        return error
                    }
                }()
                let stream = try await TLSStream.connect(
                    over: pair.client, to: "localhost", context: client, deadline: .now + .seconds(20))
                #expect(
                    await refused
                        == .tls(.untrusted(peer: "the client", reason: "unable to get local issuer certificate")))
                var failure: StreamError?
                while writesFirst, failure == nil {
                    do throws(StreamError) { try await stream.write([1]) } catch { failure = error }
                    await Task.yield()
                }
                if failure == nil { failure = await stream.failureOfRead() }
                #expect(failure == .tls(.alert("unknown ca")))
                stream.close()
            }
        }
    }

    @Test func `a server that stops within the handshake is not waited for for ever`() async throws {
        let context = try TLSClientContext(.init())
        try await Loopback.run(on: try SharedLoops.first.get()) { pair in
            await #expect(throws: StreamError.deadlineExceeded) {
                _ = try await TLSStream.connect(
                    over: pair.client, to: "localhost", context: context, deadline: .now + .milliseconds(50))
            }
        }
        try await Loopback.run(on: try SharedLoops.first.get()) { pair in
            pair.server.shutdownWrite()
            await #expect(throws: StreamError.tls(.hungUp)) {
                _ = try await TLSStream.connect(
                    over: pair.client, to: "localhost", context: context, deadline: .now + .seconds(10))
            }
        }
    }

    @Test func `cancelling the stream ends its handshake`() async throws {
        let context = try TLSClientContext(.init())
        try await Loopback.run(on: try SharedLoops.first.get()) { pair in
            async let outcome: StreamError? = {
                do throws(StreamError) {
                    _ = try await TLSStream.connect(
                        over: pair.client, to: "localhost", context: context, deadline: nil)
                    return nil
                } catch { return error }
            }()
            await Task.yield()
            pair.client.cancel()
            #expect(await outcome == .cancelled)
        }
    }

    /// Connections between two loops, closed, cut and cancelled in the middle of everything.
    @Test(.timeLimit(.minutes(2)))
    func `ends under load`() async throws {
        let identity = try SecureLoopback.Identity()
        let loops = [try SharedLoops.first.get(), try SharedLoops.second.get()]
        let listener = try await Task(executorPreference: loops[0].taskExecutor) {
            try TCPListener(binding: Loopback.anyPort(), backlog: 64, on: loops[0])
        }.value
        await withDiscardingTaskGroup { group in
            group.addTask(executorPreference: loops[0].taskExecutor) {
                await serveEchoes(listener, identity.server, loop: loops[0])
            }
            await withDiscardingTaskGroup { clients in
                for number in 0..<60 {
                    clients.addTask(executorPreference: loops[1].taskExecutor) {
                        await visit(listener.localAddress, identity.client, number, on: loops[1])
                    }
                }
            }
            listener.cancel()
        }
        loops[0].execute { listener.close() }
    }
}

extension ByteStream {
    /// What the next read throws, if it does.
    func failureOfRead() async -> StreamError? {
        var buffer = ReadBuffer()
        do throws(StreamError) {
            _ = try await read(into: &buffer)
            return nil
        } catch { return error }
    }
}

/// Sends everything back.
private func serveEchoes(_ listener: TCPListener, _ context: TLSServerContext, loop: EventLoop) async {
    await withDiscardingTaskGroup { group in
        while let socket = try? await listener.accept() {
            group.addTask(executorPreference: loop.taskExecutor) {
                let plain = socket.open(on: loop)
                defer { plain.close() }
                guard
                    let stream = try? await TLSStream.accept(
                        over: plain, context: context, deadline: .now + .seconds(30))
                else { return }
                defer { stream.close() }
                var buffer = ReadBuffer()
                while let count = try? await stream.read(into: &buffer), count > 0 {
                    guard (try? await stream.write(Array(buffer.readable))) != nil else { return }
                    buffer.consume(count)
                }
            }
        }
    }
}

/// Talks to the echo and ends in one of four ways.
private func visit(
    _ address: SocketAddress, _ context: TLSClientContext, _ number: Int, on loop: EventLoop
) async {
    guard let plain = try? await TCPStream.connect(to: address, on: loop, deadline: .now + .seconds(30)) else {
        Issue.record("no connection")
        return
    }
    defer { plain.close() }
    let talk = Task(executorPreference: loop.taskExecutor) {
        try await withTaskCancellationHandler {
            let stream = try await TLSStream.connect(
                over: plain, to: "localhost", context: context, deadline: .now + .seconds(30))
            let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 200_000)
            async let written: Void = stream.write(bytes)
            var buffer = ReadBuffer()
            while buffer.readableBytes < (number % 4 == 1 ? 50_000 : bytes.count) {
                guard try await stream.read(into: &buffer) > 0 else { throw StreamError.closed }
            }
            if number % 4 == 1 { stream.close() }
            try await written
            stream.close()
            return buffer.readable.elementsEqual(bytes)
        } onCancel: {
            plain.cancel()
        }
    }
    switch number % 4 {
    case 2: talk.cancel()
    case 3:
        await Task.yield()
        plain.close()
    default: break
    }
    let isWhole = try? await talk.value
    if number % 4 == 0 { #expect(isWhole == true) }
}
