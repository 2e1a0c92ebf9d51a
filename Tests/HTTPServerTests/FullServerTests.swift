import EventLoop
import Testing

@testable import HTTPServer

/// What a server does when it has all the connections that it may have.
@Suite(.serialized) struct FullServerTests {
    private static let get = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"

    private static func limits(_ change: (inout HTTPServerLimits) -> Void) -> HTTPServerLimits {
        var limits = HTTPServerLimits()
        limits.lingerTimeout = .milliseconds(500)
        change(&limits)
        return limits
    }

    private func served(_ server: TestServer) async throws -> Client {
        let client = try await server.connect()
        try await client.send(Self.get)
        #expect(try await client.receive().status == 200)
        return client
    }

    @Test func `the longest idle connection makes room`() async throws {
        try await TestServer.run(limits: Self.limits { $0.maxConnections = 3 }) { server in
            let clients = [try await served(server), try await served(server), try await served(server)]
            // Used again: now the second has waited longest.
            try await clients[0].send(Self.get)
            #expect(try await clients[0].receive().status == 200)
            let newcomer = try await served(server)
            try await clients[1].receiveEnd()
            for client in [clients[0], clients[2], newcomer] {
                try await client.send(Self.get)
                #expect(try await client.receive().status == 200)
            }
        }
    }

    /// Nor does it help to have sent nothing, half a request's head or body, or to keep a connection that was answered.
    @Test(arguments: [
        "", "GET /healthz HTTP/1.1\r\nHo", "GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha",
        "POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf",
    ])
    func `whoever does nothing makes room`(_ text: String) async throws {
        let limits = Self.limits {
            $0.maxConnections = 8
            $0.headTimeout = .seconds(600)
            $0.bodyTimeout = .seconds(600)
            $0.lingerTimeout = .seconds(600)
        }
        try await TestServer.run(limits: limits) { server in
            var clients: [Client] = []
            for _ in 0..<8 {
                let client = try await server.connect()
                if !text.isEmpty { try await client.send(text) }
                clients.append(client)
            }
            let newcomer = try await served(server)
            newcomer.stream.close()
            for client in clients { client.stream.close() }
        }
    }

    /// Whoever asks and asks, and reads no answer.
    @Test func `whoever reads no answers makes room`() async throws {
        let large = String(repeating: "x", count: 1 << 20)
        let routes: (inout Router) throws -> Void = { router in
            try TestRoutes.add(&router)
            try router.on(.get, "/large") { _ in .text(.ok, large) }
        }
        let limits = Self.limits {
            $0.maxConnections = 2
            $0.writeTimeout = .seconds(600)
        }
        try await TestServer.run(limits: limits, routes) { server in
            var clients: [Client] = []
            for _ in 0..<2 {
                let client = try await server.connect()
                let requests = String(repeating: "GET /large HTTP/1.1\r\nHost: a\r\n\r\n", count: 64)
                try await client.send(requests)
                clients.append(client)
            }
            let newcomer = try await served(server)
            newcomer.stream.close()
            for client in clients { client.stream.close() }
        }
    }

    /// Although two others have waited longer.
    @Test func `whoever was answered for the last time gives way first`() async throws {
        let limits = Self.limits {
            $0.maxConnections = 3
            $0.lingerTimeout = .seconds(600)
        }
        try await TestServer.run(limits: limits, onOneLoop: true) { server in
            let idle = [try await served(server), try await served(server)]
            let answered = try await server.connect()
            try await answered.send("POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nbeginning")
            #expect(try await answered.receive().status == 401)
            let context = try #require(server.server.contexts.values.first)
            let start = ContinuousClock.now
            // It is left alone for a moment, in which its answer is on its way.
            while true {
                let turn = await Task(executorPreference: context.loop.taskExecutor) { context.firstTurn(of: nil) }
                    .value
                if turn?.isAnswered == true { break }
                try #require(start.duration(to: .now) < .seconds(60))
            }
            let newcomer = try await served(server)
            for client in idle + [newcomer] {
                try await client.send(Self.get)
                #expect(try await client.receive().status == 200)
            }
            answered.stream.close()
        }
    }

    /// What lies there when a connection is to go is served before.
    @Test func `a request on a connection that makes room is answered`() async throws {
        try await TestServer.run(limits: Self.limits { $0.maxConnections = 1 }, onOneLoop: true) { server in
            let context = try #require(server.server.contexts.values.first)
            // On the server's loop: it has not looked at its sockets between the request and its choice.
            try await Task(executorPreference: context.loop.taskExecutor) {
                let idle = try await served(server)
                try await idle.send(Self.get)
                #expect(context.makeRoom(of: nil))
                let answer = try await idle.receive()
                #expect(answer.status == 200 && answer.fields["connection"] == "close")
                try await idle.receiveEnd()
            }.value
        }
    }

    @Test func `whoever is busy stays`() async throws {
        let (started, mayAnswer) = (Latch(), Latch())
        let routes: (inout Router) throws -> Void = { router in
            try TestRoutes.add(&router)
            try router.on(.get, "/slow") { _ in
                started.open()
                await mayAnswer.wait()
                return .text(.ok, "slow")
            }
        }
        try await TestServer.run(limits: Self.limits { $0.maxConnections = 1 }, routes) { server in
            let busy = try await server.connect()
            try await busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            await started.wait()
            let next = try await server.connect()
            try await next.send(Self.get)
            mayAnswer.open()
            #expect(try await busy.receive().body == "slow")
            #expect(try await next.receive().status == 200)
        }
    }

    @Test func `a source has a bound of its own`() async throws {
        let limits = Self.limits {
            $0.maxConnections = 100
            $0.maxConnectionsPerSource = 2
        }
        try await TestServer.run(limits: limits) { server in
            let clients = [try await served(server), try await served(server)]
            let third = try await served(server)
            try await clients[0].receiveEnd()
            for client in [clients[1], third] {
                try await client.send(Self.get)
                #expect(try await client.receive().status == 200)
            }
        }
        // Those of proxies bring other people's requests.
        let proxies = TrustedProxies([try #require(IPNetwork("127.0.0.1"))])
        try await TestServer.run(limits: limits, proxies: proxies) { server in
            var clients: [Client] = []
            for _ in 0..<5 { clients.append(try await served(server)) }
            #expect(server.server.activeConnections == 5)
            for client in clients { client.stream.close() }
        }
    }

    @Test func `a source at work is refused more`() async throws {
        let (started, mayAnswer) = (Latch(), Latch())
        let routes: (inout Router) throws -> Void = { router in
            try TestRoutes.add(&router)
            try router.on(.get, "/slow") { _ in
                started.open()
                await mayAnswer.wait()
                return .text(.ok, "slow")
            }
        }
        try await TestServer.run(limits: Self.limits { $0.maxConnectionsPerSource = 1 }, routes) { server in
            let busy = try await server.connect()
            try await busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            await started.wait()
            let second = try await server.connect()
            await #expect(throws: (any Error).self) {
                try await second.send(Self.get)
                _ = try await second.receive()
            }
            mayAnswer.open()
            #expect(try await busy.receive().body == "slow")
        }
    }
}
