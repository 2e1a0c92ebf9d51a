import EventLoop
import Glibc
import Testing

@testable import HTTPServer

/// Deadlines, bounds and the end of the server, over real sockets. Time passes only in the server, by its limits.
@Suite(.serialized) struct ServerLimitsTests {
    private static let get = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"

    static func limits(_ change: (inout HTTPServerLimits) -> Void) -> HTTPServerLimits {
        var limits = HTTPServerLimits()
        limits.lingerTimeout = .milliseconds(500)
        change(&limits)
        return limits
    }

    @Test func `a slow head is answered 408`() async throws {
        try await TestServer.run(limits: Self.limits { $0.headTimeout = .seconds(2) }) { server in
            let client = try await server.connect()
            try await client.send(Self.get)
            #expect(try await client.receive().status == 200)
            try await client.send("GET /healthz HTTP/1.1\r\nHo")
            let answer = try await client.receive()
            #expect(answer.status == 408 && answer.body.contains("head_timeout"))
            try await client.receiveEnd()
        }
        // Who says nothing is told nothing.
        try await TestServer.run(limits: Self.limits { $0.headTimeout = .milliseconds(100) }) { server in
            let silent = try await server.connect()
            try await silent.receiveEnd()
        }
    }

    @Test func `an idle connection is closed without a word`() async throws {
        try await TestServer.run(limits: Self.limits { $0.idleTimeout = .milliseconds(100) }) { server in
            let client = try await server.connect()
            try await client.send(Self.get)
            #expect(try await client.receive().status == 200)
            try await client.receiveEnd()
            #expect(await server.observer.records(atLeast: 1).count == 1)
        }
    }

    @Test(arguments: ["Content-Length: 1000000\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"])
    func `a body that stops is answered 408`(_ rest: String) async throws {
        let limits = Self.limits {
            $0.bodyTimeout = .milliseconds(150)
            $0.minBodyRate = 1_000_000
        }
        try await TestServer.run(limits: limits) { server in
            let answer = try await server.ask("POST /echo HTTP/1.1\r\nHost: a\r\n" + rest)
            #expect(answer.status == 408 && answer.body.contains("body_timeout"))
            #expect(answer.fields["connection"] == "close")
        }
    }

    @Test func `a body below the minimum rate is ended`() async throws {
        let limits = Self.limits {
            $0.bodyTimeout = .milliseconds(100)
            $0.minBodyRate = 1_000_000
            $0.headTimeout = .seconds(20)
        }
        try await TestServer.run(limits: limits) { server in
            let client = try await server.connect()
            try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
            // Each byte comes in time for an idle clock, but not for the rate. Between two of them: another request.
            let other = try await server.connect()
            let start = ContinuousClock.now
            while !server.observer.records.contains(where: { $0.status == .requestTimeout }) {
                try #require(start.duration(to: .now) < .seconds(20), "a body of a byte now and then is not ended")
                try await client.send("a")
                try await other.send("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try await other.receive()
            }
            #expect(try await client.receive().status == 408)
        }
    }

    @Test func `a connection has a most of requests`() async throws {
        try await TestServer.run(limits: Self.limits { $0.maxRequestsPerConnection = 2 }) { server in
            let client = try await server.connect()
            try await client.send(Self.get + Self.get + Self.get)
            #expect(try await client.receive().fields["connection"] == nil)
            #expect(try await client.receive().fields["connection"] == "close")
            try await client.receiveEnd()
        }
    }

    @Test func `accepting pauses at the limit`() async throws {
        try await TestServer.run(limits: Self.limits { $0.maxConnections = 1 }) { server in
            var clients: [Client] = []
            for _ in 0..<4 { clients.append(try await server.connect()) }
            for client in clients { try await client.send(Self.get) }
            for client in clients {
                #expect(try await client.receive().status == 200)
                #expect(server.server.activeConnections == 1)
                client.stream.close()
            }
        }
    }

    @Test func `a spent body budget is 503`() async throws {
        let limits = Self.limits {
            $0.bodyBytesInFlight = 20_000
            $0.bodyBudgetTimeout = .milliseconds(150)
            $0.retryAfter = 9
        }
        try await TestServer.run(limits: limits, onOneLoop: true) { server in
            let head = "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 40000\r\n\r\n"
            // 100 Continue tells that a body may be read: the first fits, the second may go over, the third must wait.
            let holders = [try await server.connect(), try await server.connect()]
            for holder in holders {
                try await holder.send(head)
                #expect(try await holder.receive(toHead: true).status == 100)
            }
            let third = try await server.connect()
            try await third.send(head)
            let answer = try await third.receive()
            #expect(answer.status == 503 && answer.body.contains("overloaded"))
            #expect(answer.fields["retry-after"] == "9" && answer.fields["connection"] == "close")
            for holder in holders.reversed() {
                try await holder.send([UInt8](repeating: 0x61, count: 40_000))
                #expect(try await holder.receive().bytes.count == 40_000)
            }
        }
    }

    @Test func `a paused body goes on when there is room`() async throws {
        let limits = Self.limits {
            $0.bodyBytesInFlight = 50_000
            $0.bodyBudgetTimeout = .seconds(60)
        }
        try await TestServer.run(limits: limits) { server in
            let loop = try #require(EventLoop.current)
            try await withThrowingTaskGroup { group in
                for _ in 0..<12 {
                    group.addTask(executorPreference: loop.taskExecutor) {
                        let client = try await server.connect()
                        try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n")
                        try await client.send([UInt8](repeating: 0x61, count: 200_000))
                        return try await client.receive().bytes.count
                    }
                }
                for try await count in group { #expect(count == 200_000) }
            }
        }
    }

    @Test func `a large answer goes to a slow reader`() async throws {
        let body = [UInt8](repeating: 0x62, count: 20_000_000)
        let routes: (inout Router) throws -> Void = { router in
            try router.on(.get, "/large") { _ in ServerResponse(.ok, body: body) }
        }
        try await TestServer.run(limits: Self.limits { $0.writeTimeout = .seconds(20) }, routes) { server in
            let answer = try await server.ask("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(answer.bytes.count == 20_000_000)
        }
        try await TestServer.run(limits: Self.limits { $0.writeTimeout = .milliseconds(150) }, routes) { server in
            let loop = try #require(EventLoop.current)
            // With little room in the kernel, which on some machines would take all of it.
            let descriptor = try Self.connectBlocking(
                to: server.address, sending: "GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                receiveBuffer: 64 << 10)
            let client = Client(over: TCPStream(adopting: descriptor, remoteAddress: server.address, on: loop))
            // Not read until the server has given up: then the end comes before all of it.
            let other = try await server.connect()
            let start = ContinuousClock.now
            while !server.observer.records.contains(where: { !$0.isDelivered }) {
                try #require(start.duration(to: .now) < .seconds(20), "an answer that nobody reads is not given up")
                try await other.send("OPTIONS /large HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try await other.receive()
            }
            await #expect(throws: (any Error).self) { try await client.receive() }
        }
    }

    // MARK: The end

    @Test func `idle connections end at once and busy ones finish`() async throws {
        let (started, mayAnswer) = (Latch(), Latch())
        try await TestServer.run { router in
            try TestRoutes.add(&router)
            try router.on(.get, "/slow") { _ in
                started.open()
                await mayAnswer.wait()
                return .text(.ok, "slow")
            }
        } _: { server in
            let idle = try await server.connect()
            try await idle.send(Self.get)
            #expect(try await idle.receive().status == 200)
            let busy = try await server.connect()
            try await busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n" + Self.get)
            await started.wait()
            server.server.beginShutdown()
            try await idle.receiveEnd()
            for context in server.server.contexts.values {
                await Task(executorPreference: context.loop.taskExecutor) { #expect(context.isDraining) }.value
            }
            mayAnswer.open()
            let answer = try await busy.receive()
            #expect(answer.body == "slow" && answer.fields["connection"] == "close")
            try await busy.receiveEnd()
            await #expect(throws: StreamError.self) { _ = try await server.ask(Self.get) }
        }
    }

    /// For longer than the test takes; the server ends when the last of them has.
    @Test func `kept connections bring one more request each`() async throws {
        let limits = Self.limits { $0.shutdownGrace = .seconds(7200) }
        try await TestServer.run(limits: limits, drainIdle: .seconds(600)) { server in
            var clients: [Client] = []
            for _ in 0..<3 {
                let client = try await server.connect()
                try await client.send(Self.get)
                #expect(try await client.receive().fields["connection"] == nil)
                clients.append(client)
            }
            server.server.beginShutdown()
            while (try? await server.connect()) != nil {}
            for client in clients.dropLast() {
                try await client.send(Self.get)
                let answer = try await client.receive()
                #expect(answer.status == 200 && answer.fields["connection"] == "close")
                try await client.receiveEnd()
            }
            clients.last?.stream.close()
        }
    }

    @Test func `idle connections end after the drain`() async throws {
        try await TestServer.run(drainIdle: .milliseconds(200)) { server in
            let client = try await server.connect()
            try await client.send(Self.get)
            #expect(try await client.receive().status == 200)
            server.server.beginShutdown()
            try await client.receiveEnd()
        }
        // Half of the time for a shutdown is left for what comes last.
        let limits = Self.limits { $0.shutdownGrace = .milliseconds(400) }
        try await TestServer.run(limits: limits, drainIdle: .seconds(600)) { server in
            let client = try await server.connect()
            try await client.send(Self.get)
            #expect(try await client.receive().status == 200)
            server.server.beginShutdown()
            try await client.receiveEnd()
        }
    }

    /// Those that the kernel has accepted are served one after the other, as places become free.
    @Test func `a full server serves what the kernel has accepted`() async throws {
        try await TestServer.run(limits: Self.limits { $0.maxConnections = 2 }, onOneLoop: true) { server in
            let loop = try #require(EventLoop.current)
            let context = try #require(server.server.contexts.values.first)
            var kept: [Client] = []
            for _ in 0..<2 {
                kept.append(try await server.connect())
                try await kept.last?.send(Self.get)
                #expect(try await kept.last?.receive().status == 200)
            }
            let waiting = try await Task(executorPreference: context.loop.taskExecutor) {
                var descriptors: [CInt] = []
                for _ in 0..<10 {
                    descriptors.append(try Self.connectBlocking(to: server.address, sending: Self.get))
                }
                server.server.beginShutdown()
                return descriptors
            }.value
            for descriptor in waiting {
                let client = Client(over: TCPStream(adopting: descriptor, remoteAddress: server.address, on: loop))
                #expect(try await client.receive().status == 200)
            }
            for client in kept { try await client.receiveEnd() }
        }
    }

    @Test func `a request that is already here is still answered`() async throws {
        try await TestServer.run(onOneLoop: true) { server in
            let client = try await server.connect()
            try await client.send(Self.get)
            #expect(try await client.receive().status == 200)
            let context = try #require(server.server.contexts.values.first)
            // On the server's loop: it has not looked at its sockets between the request and the drain.
            try await Task(executorPreference: context.loop.taskExecutor) {
                let late = try await Client(to: server.address)
                try await late.send(Self.get)
                #expect(try await late.receive().status == 200)
                try await late.send(Self.get)
                context.drain()
                #expect(try await late.receive().fields["connection"] == "close")
                try await late.receiveEnd()
            }.value
            try await client.receiveEnd()
        }
    }

    /// What the kernel has taken for the server when it begins to stop is not reset.
    @Test func `connections that nobody accepted yet are still served`() async throws {
        try await TestServer.run(onOneLoop: true) { server in
            let loop = try #require(EventLoop.current)
            let context = try #require(server.server.contexts.values.first)
            let clients = try await Task(executorPreference: context.loop.taskExecutor) {
                // A connect on loopback is done without the other side: the server's loop, busy here, has accepted none.
                var descriptors: [CInt] = []
                for _ in 0..<20 {
                    descriptors.append(try Self.connectBlocking(to: server.address, sending: Self.get))
                }
                server.server.beginShutdown()
                return descriptors
            }.value
            for descriptor in clients {
                let stream = TCPStream(adopting: descriptor, remoteAddress: server.address, on: loop)
                stream.deadline = .now + .seconds(20)
                var buffer = ReadBuffer()
                while try await stream.read(into: &buffer) > 0 {}
                #expect(latin1(buffer.readable).hasPrefix("HTTP/1.1 200"))
                stream.close()
            }
        }
    }

    /// A connected, then non-blocking socket that has sent `text`.
    private static func connectBlocking(
        to address: SocketAddress, sending text: String, receiveBuffer: CInt? = nil
    ) throws -> CInt {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        if var receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<CInt>.size))
        }
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = address.port.bigEndian
        target.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafePointer(to: &target) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        let bytes = Array(text.utf8)
        try #require(status == 0 && send(descriptor, bytes, bytes.count, 0) == bytes.count)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        return descriptor
    }

    @Test func `after the grace the rest is cancelled`() async throws {
        let (started, cancelled) = (Latch(), Latch())
        try await TestServer.run(limits: Self.limits { $0.shutdownGrace = .milliseconds(150) }) { router in
            try router.on(.get, "/stuck") { _ in
                started.open()
                await withTaskCancellationHandler {
                    await cancelled.wait()
                } onCancel: {
                    cancelled.open()
                }
                return .text(.ok, "too late")
            }
            try TestRoutes.add(&router)
        } _: { server in
            let stuck = try await server.connect()
            try await stuck.send("GET /stuck HTTP/1.1\r\nHost: a\r\n\r\n")
            let waiting = try await server.connect()
            // Answered once, so that it is certain to be accepted: what is not is reset with the listening socket.
            try await waiting.send(Self.get)
            #expect(try await waiting.receive().status == 200)
            try await waiting.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n")
            await started.wait()
            server.server.beginShutdown()
            await cancelled.wait()
            // An answer that is there at the last moment may still go out.
            if let answer = try? await stuck.receive() { #expect(answer.fields["connection"] == "close") }
            try await stuck.receiveEnd()
            try await waiting.receiveEnd()
        }
    }

    @Test func `cancellation of run is graceful`() async throws {
        let any = try #require(SocketAddress(literal: "127.0.0.1", port: 0))
        var router = Router()
        try TestRoutes.add(&router)
        let server = HTTPServer(
            loops: try LoopGroup.start(count: 1, name: "cancelled"), addresses: [any, any], router: router,
            logger: .init(label: "test"))
        let addresses = try await server.listen()
        #expect(Set(addresses.map(\.port)).count == 2)
        let running = Task { try await server.run() }
        running.cancel()
        try await running.value
        #expect(server.activeConnections == 0)
    }

    @Test func `an address that is taken stops the start`() async throws {
        try await TestServer.run { server in
            let second = HTTPServer(
                loops: try LoopGroup.start(count: 1, name: "second"), addresses: [server.address], router: Router(),
                logger: .init(label: "test"))
            await #expect(throws: StreamError.self) { try await second.run() }
        }
    }
}
