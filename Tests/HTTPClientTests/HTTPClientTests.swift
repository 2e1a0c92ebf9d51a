import EventLoop
import Testing

@testable import HTTPClient

@Suite(.timeLimit(.minutes(1))) struct HTTPClientTests {
    private func client(
        settings: HTTPClientSettings = HTTPClientSettings(), _ change: (inout HTTPClientLimits) -> Void = { _ in }
    ) throws -> HTTPClient {
        var limits = HTTPClientLimits()
        change(&limits)
        return HTTPClient(on: try ScriptedServer.clientLoop.get(), limits: limits, settings: settings)
    }

    /// The error of a request that must fail.
    private func failure(_ client: HTTPClient, _ request: ClientRequest) async -> HTTPClientError? {
        do throws(HTTPClientError) {
            _ = try await client.send(request)
            return nil
        } catch {
            return error
        }
    }

    // MARK: What goes out and comes in

    @Test func `a get and its answer`() async throws {
        try await ScriptedServer.run { connection in
            _ = try await connection.receive()
            try await connection.answer("hello", fields: "Content-Type: text/plain \r\nX-Odd:a:b\r\n")
        } _: { server in
            let accept = ClientField("Accept", "text/plain")
            let answer = try await client().send(.get(server.url("/a?b=c"), fields: [accept]))
            #expect(answer.status == 200)
            #expect(answer.body == Array("hello".utf8))
            #expect(answer.first("content-TYPE") == "text/plain")
            #expect(answer.first("x-odd") == "a:b")
            let request = try #require(server.requests.withLock { $0.first })
            #expect(request.hasPrefix("GET /a?b=c HTTP/1.1\r\n"))
            #expect(request.contains("\r\nAccept: text/plain\r\n"))
            #expect(request.contains("\r\nUser-Agent: webhook2fedmsg\r\n"))
        }
    }

    @Test(arguments: [
        "0", "-1", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551616",
        String(repeating: "9", count: 40),
    ])
    func `numbers of an answer`(_ text: String) async throws {
        for line in [
            "HTTP/1.1 200 OK\r\nContent-Length: \(text)\r\nRetry-After: \(text)\r\nAge: \(text)\r\n\r\n",
            "HTTP/1.1 503 No\r\nRetry-After: \(text)\r\nCache-Control: max-age=\(text)\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 \(text) OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(text)\r\n",
        ] {
            try await ScriptedServer.run { connection in
                _ = try await connection.receive()
                try await connection.send(line)
            } _: { server in
                // An answer or an error: which, is curl's to say.
                if let error = await failure(try client(), .get(server.url())) { #expect(!"\(error)".isEmpty) }
            }
        }
    }

    @Test func `a post sends its bytes`() async throws {
        try await ScriptedServer.run { connection in
            while try await connection.receive() != nil { try await connection.answer("") }
        } _: { server in
            let client = try client()
            let form = [ClientField("Content-Type", "application/x-www-form-urlencoded")]
            _ = try await client.send(.post(server.url(), fields: form, body: Array("a=1&b=%00".utf8)))
            _ = try await client.send(.post(server.url(), body: []))
            _ = try await client.send(.get(server.url()))
            let requests = server.requests.withLock { $0 }
            #expect(requests[0].hasPrefix("POST / HTTP/1.1\r\n"))
            #expect(requests[0].hasSuffix("\r\n\r\na=1&b=%00"))
            #expect(requests[1].contains("Content-Length: 0\r\n"))
            #expect(server.connections.withLock { $0 } == 2, "a connection is used again, but not for a POST")
        }
    }

    /// The server has read the request on a kept connection when it closes it: it may have acted on it.
    @Test func `only a get is sent again`() async throws {
        try await ScriptedServer.run { connection in
            guard try await connection.receive() != nil else { return }
            try await connection.answer("first")
            _ = try await connection.receive()
        } _: { server in
            let client = try client()
            _ = try await client.send(.get(server.url("/one")))
            #expect(try await client.send(.get(server.url("/two"))).status == 200)
            _ = try await client.send(.post(server.url("/three"), body: [1]))
            #expect(try await client.send(.post(server.url("/four"), body: [1])).status == 200)
            let targets = server.requests.withLock { $0.map { $0.split(separator: " ")[1] } }
            #expect(targets == ["/one", "/two", "/two", "/three", "/four"])
        }
    }

    @Test func `what the server closed is noticed before use`() async throws {
        let closed = Locked(0)
        try await ScriptedServer.run { connection in
            guard try await connection.receive() != nil else { return }
            try await connection.answer("and no more")
            connection.close()
            closed.withLock { $0 += 1 }
        } _: { server in
            let client = try client()
            for number in 1...3 {
                #expect(try await client.send(.get(server.url())).status == 200)
                while closed.withLock({ $0 }) < number { await Task.yield() }
            }
            #expect(server.requests.withLock { $0.count } == 3)
        }
    }

    @Test func `interim answers are not the answer`() async throws {
        try await ScriptedServer.run { connection in
            _ = try await connection.receive()
            try await connection.send("HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n")
            try await connection.answer("late", status: "418 Teapot")
        } _: { server in
            let answer = try await client().send(.get(server.url()))
            #expect(answer.status == 418)
            #expect(answer.first("link") == nil)
        }
    }

    @Test func `redirects are not followed`() async throws {
        try await ScriptedServer.run { connection in
            _ = try await connection.receive()
            try await connection.answer("", status: "302 Found", fields: "Location: http://127.0.0.1:1/\r\n")
        } _: { server in
            let answer = try await client().send(.get(server.url()))
            #expect(answer.status == 302)
            #expect(answer.first("location") == "http://127.0.0.1:1/")
            #expect(server.requests.withLock { $0.count } == 1)
        }
    }

    // MARK: What must not be sent

    @Test(arguments: [
        "ftp://127.0.0.1/", "file:///etc/passwd", "127.0.0.1", "http://127.0.0.1/a b", "http://127.0.0.1/\r\nX: y", "",
        "gopher://127.0.0.1/",
    ])
    func `unusable addresses are refused`(url: String) async throws {
        let error = await failure(try client(), .get(url))
        guard case .invalidRequest = error else { return #expect(Bool(false), "\(String(describing: error))") }
    }

    @Test func `fields cannot end their line`() async throws {
        for field in [ClientField("A", "b\r\nC: d"), ClientField("A: b\r\nC", "d"), ClientField("", "x")] {
            let error = await failure(try client(), .get("http://127.0.0.1:1/", fields: [field]))
            guard case .invalidRequest = error else { return #expect(Bool(false), "\(String(describing: error))") }
        }
    }

    // MARK: Limits

    @Test(arguments: [true, false])
    func `an answer that is too large`(announced: Bool) async throws {
        try await ScriptedServer.run { connection in
            _ = try await connection.receive()
            let length = announced ? "Content-Length: 100001\r\n" : ""
            try await connection.send("HTTP/1.1 200 OK\r\n\(length)\r\n" + String(repeating: "x", count: 100_001))
        } _: { server in
            let client = try client { $0.maxBodyBytes = 100_000 }
            let error = await failure(client, .get(server.url()))
            #expect(error == .bodyTooLarge(host: server.host, limit: 100_000))
        }
    }

    @Test func `an answer of the largest size is taken`() async throws {
        try await ScriptedServer.run { connection in
            _ = try await connection.receive()
            try await connection.answer(String(repeating: "x", count: 100_000))
        } _: { server in
            let answer = try await client { $0.maxBodyBytes = 100_000 }.send(.get(server.url()))
            #expect(answer.body.count == 100_000)
        }
    }

    @Test func `a head without end is given up`() async throws {
        try await ScriptedServer.run { connection in
            _ = try await connection.receive()
            try await connection.send("HTTP/1.1 200 OK\r\n")
            let value = String(repeating: "y", count: 80)
            for number in 0..<1000 { try await connection.send("X-\(number): \(value)\r\n") }
        } _: { server in
            let client = try client { $0.maxHeadBytes = 4096 }
            let error = await failure(client, .get(server.url()))
            #expect(error == .headTooLarge(host: server.host, limit: 4096))
        }
    }

    @Test func `an answer that never comes`() async throws {
        try await ScriptedServer.run { connection in
            _ = try await connection.receive()
            try await connection.waitForEnd()
        } _: { server in
            let client = try client { $0.totalTimeout = .seconds(2) }
            let error = await failure(client, .get(server.url()))
            #expect(error == .timedOut(.answering, host: server.host))
        }
    }

    @Test func `an answer that drips`() async throws {
        try await ScriptedServer.run { connection in
            _ = try await connection.receive()
            try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while !Task.isCancelled {
                try await connection.send("x")
                try await Task.sleep(for: .milliseconds(10))
            }
        } _: { server in
            let client = try client { $0.totalTimeout = .seconds(2) }
            let error = await failure(client, .get(server.url()))
            #expect(error == .timedOut(.answering, host: server.host))
        }
    }

    @Test func `places are bounded and given on`() async throws {
        let gate = Locked(false)
        try await ScriptedServer.run { connection in
            while try await connection.receive() != nil {
                while !gate.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(5)) }
                try await connection.answer("done")
            }
        } _: { server in
            let client = try client {
                $0.concurrency = 2
                $0.waiting = 1
            }
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<3 { group.addTask { try await client.send(.get(server.url())).status } }
                while await client.counts != (2, 1) { await Task.yield() }
                #expect(await failure(client, .get(server.url())) == .overloaded)
                gate.withLock { $0 = true }
                for try await status in group { #expect(status == 200) }
            }
            #expect(await client.counts == (0, 0))
        }
    }

    @Test func `who waits for a place waits no longer than the whole`() async throws {
        try await ScriptedServer.run { connection in
            _ = try await connection.receive()
            try await connection.waitForEnd()
        } _: { server in
            let client = try client {
                $0.concurrency = 1
                $0.totalTimeout = .seconds(2)
            }
            async let first = failure(client, .get(server.url()))
            while await client.counts != (1, 0) { await Task.yield() }
            let second = await failure(client, .get(server.url()))
            #expect(await first == .timedOut(.answering, host: server.host))
            // Either its wait ended at that time, or it got the place with next to no time left.
            guard case .timedOut = second else { return #expect(Bool(false), "\(String(describing: second))") }
        }
    }

    // MARK: What goes wrong

    @Test func `nobody listens`() async throws {
        let port = try await Self.closedPort()
        let error = await failure(try client(), .get("http://127.0.0.1:\(port)/"))
        guard case .unreachable("127.0.0.1:\(port)", _) = error else {
            return #expect(Bool(false), "\(String(describing: error))")
        }
    }

    private static func closedPort() async throws -> UInt16 {
        let loop = try ScriptedServer.serverLoop.get()
        let any = try #require(SocketAddress(literal: "127.0.0.1", port: 0))
        return try await Task(executorPreference: loop.taskExecutor) {
            let listener = try TCPListener(binding: any, backlog: 1, on: loop)
            defer { listener.close() }
            return listener.localAddress.port
        }.value
    }

    @Test func `a name that is none`() async throws {
        // Some machines' name servers take their time to say so.
        let client = try client {
            $0.connectTimeout = .seconds(50)
            $0.totalTimeout = .seconds(50)
        }
        let error = await failure(client, .get("http://name.invalid/"))
        #expect(error == .unresolvable(host: "name.invalid"))
    }

    @Test func `a connection that breaks`() async throws {
        try await ScriptedServer.run { connection in
            _ = try await connection.receive()
            try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        } _: { server in
            let error = await failure(try client(), .get(server.url()))
            guard case .broken = error else { return #expect(Bool(false), "\(String(describing: error))") }
        }
    }

    @Test func `what is no HTTP is no answer`() async throws {
        try await ScriptedServer.run { connection in
            _ = try await connection.receive()
            try await connection.send("220 mail.example.org ESMTP\r\n")
        } _: { server in
            let client = try client()
            #expect(await failure(client, .get(server.url())) != nil)
        }
    }

    @Test func `plain text where TLS is expected`() async throws {
        try await ScriptedServer.run { connection in
            _ = try await connection.receive()
        } _: { server in
            let client = try client { $0.totalTimeout = .seconds(1) }
            let error = await failure(client, .get("https://127.0.0.1:\(server.port)/"))
            #expect(error != nil)
        }
    }

    // MARK: Ending it

    @Test func `a cancelled task ends its transfer`() async throws {
        try await ScriptedServer.run { connection in
            _ = try await connection.receive()
            try await connection.waitForEnd()
        } _: { server in
            let client = try client { $0.concurrency = 1 }
            let running = Task { await failure(client, .get(server.url())) }
            while await client.counts != (1, 0) { await Task.yield() }
            let waiting = Task { await failure(client, .get(server.url())) }
            while await client.counts != (1, 1) { await Task.yield() }
            waiting.cancel()
            #expect(await waiting.value == .cancelled)
            running.cancel()
            #expect(await running.value == .cancelled)
            #expect(await client.counts == (0, 0))
        }
    }

    @Test func `closing ends all`() async throws {
        try await ScriptedServer.run { connection in
            _ = try await connection.receive()
            try await connection.waitForEnd()
        } _: { server in
            let client = try client { $0.concurrency = 1 }
            async let running = failure(client, .get(server.url()))
            while await client.counts != (1, 0) { await Task.yield() }
            async let waiting = failure(client, .get(server.url()))
            while await client.counts != (1, 1) { await Task.yield() }
            await client.close()
            #expect(await running == .closed)
            #expect(await waiting == .closed)
            #expect(await failure(client, .get(server.url())) == .closed)
        }
    }

    @Test func `many at once`() async throws {
        try await ScriptedServer.run { connection in
            while let request = try await connection.receive() {
                try await connection.answer(String(request.split(separator: " ")[1]))
            }
        } _: { server in
            let client = try client { $0.waiting = 400 }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<400 {
                    group.addTask {
                        let answer = try await client.send(.get(server.url("/\(number)")))
                        #expect(answer.body == Array("/\(number)".utf8))
                    }
                }
                try await group.waitForAll()
            }
            #expect(server.connections.withLock { $0 } <= 8)
        }
    }
}
