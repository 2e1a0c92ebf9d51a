import EventLoop
import Foundation
import Testing

@testable import HTTPServer

/// Requests over real sockets and loops: what a sender sees.
@Suite(.serialized) struct ConnectionTests {
    private static let get = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"

    private static func post(_ path: String, _ body: String, _ fields: String = "") -> String {
        "POST \(path) HTTP/1.1\r\nHost: a\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test func `keep alive`() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            var ids: Set<String> = []
            for _ in 0..<3 {
                try await client.send(Self.get)
                let answer = try await client.receive()
                #expect(answer.status == 200 && answer.body == "fine")
                #expect(answer.fields["date"]?.hasSuffix(" GMT") == true)
                #expect(answer.fields["connection"] == nil)
                ids.insert(answer.fields["x-request-id"] ?? "")
            }
            #expect(ids.count == 3)
            #expect(await server.observer.records(atLeast: 3).count == 3)
        }
    }

    @Test func `pipelining keeps the order`() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let requests = (0..<500).map { Self.post("/echo", "body \($0)") }
            try await client.send(requests.joined())
            for index in 0..<500 { #expect(try await client.receive().body == "body \(index)") }
            #expect(!client.hasMore)
        }
    }

    @Test func `one byte at a time`() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            for byte in Array(Self.post("/echo/x%20y", "hello").utf8) { try await client.send([byte]) }
            let answer = try await client.receive()
            #expect(answer.body == "hello")
            #expect(answer.fields["x-name"] == "x yx y")
        }
    }

    @Test func `HTTP 10`() async throws {
        try await TestServer.run { server in
            let closing = try await server.connect()
            try await closing.send("GET /healthz HTTP/1.0\r\n\r\n")
            #expect(try await closing.receive().fields["connection"] == "close")
            try await closing.receiveEnd()
            let staying = try await server.connect()
            for _ in 0..<2 {
                try await staying.send("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                #expect(try await staying.receive().fields["connection"] == "keep-alive")
            }
        }
    }

    @Test func `connection close`() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            try await client.send("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + Self.get)
            #expect(try await client.receive().fields["connection"] == "close")
            try await client.receiveEnd()
            #expect(await server.observer.records(atLeast: 1).count == 1)
        }
    }

    @Test func `head`() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            try await client.send("HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\n" + Self.get)
            let answer = try await client.receive(toHead: true)
            #expect(answer.status == 200 && answer.fields["content-length"] == "4")
            #expect(try await client.receive().body == "fine")
        }
    }

    @Test func `chunked bodies`() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            try await client.send(head + "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nX: y\r\n\r\n" + Self.get)
            #expect(try await client.receive().body == "hello world")
            #expect(try await client.receive().body == "fine")
            try await client.send(head)
            for byte in Array("3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n".utf8) { try await client.send([byte]) }
            #expect(try await client.receive().body == "abcd")
        }
    }

    @Test(arguments: [false, true])
    func `large bodies`(_ isChunked: Bool) async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let body = [[UInt8]](repeating: Array(UInt8(0)..<100), count: 10_000).flatMap(\.self)
            let framing = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(body.count)"
            try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\n\(framing)\r\n\r\n")
            for start in stride(from: 0, to: body.count, by: 100_000) {
                if isChunked { try await client.send("186a0\r\n") }
                try await client.send(Array(body[start..<(start + 100_000)]))
                if isChunked { try await client.send("\r\n") }
            }
            if isChunked { try await client.send("0\r\n\r\n") }
            #expect(try await client.receive().bytes == body)
            try await client.send(Self.get)
            #expect(try await client.receive().body == "fine")
        }
    }

    @Test func `continue is sent when the body is wanted`() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
            #expect(try await client.receive(toHead: true).status == 100)
            try await client.send("hello")
            #expect(try await client.receive().body == "hello")
            // Who does not wait for it needs none.
            try await client.send(Self.post("/echo", "world", "Expect: 100-continue\r\n"))
            let answer = try await client.receive()
            #expect(answer.status == 200 && answer.body == "world")
        }
    }

    @Test(arguments: ["/early", "/small"])
    func `continue is not sent when the body is not wanted`(_ path: String) async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            try await client.send(
                "POST \(path) HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 50\r\n\r\n")
            let answer = try await client.receive()
            #expect(answer.status == (path == "/early" ? 401 : 413))
            #expect(answer.fields["connection"] == "close")
            try await client.receiveEnd()
        }
    }

    @Test func `other expectations are refused`() async throws {
        try await TestServer.run { server in
            let answer = try await server.ask(Self.post("/echo", "", "Expect: magic\r\n"))
            #expect(answer.status == 417)
        }
    }

    @Test func `an early answer arrives though the body is large`() async throws {
        try await TestServer.run { server in
            for path in ["/early", "/small", "/nowhere"] {
                let client = try await server.connect()
                try await client.send("POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n")
                for _ in 0..<40 { try await client.send([UInt8](repeating: 0x61, count: 100_000)) }
                let answer = try await client.receive()
                #expect(answer.status == ["/early": 401, "/small": 413][path] ?? 404)
                #expect(answer.fields["connection"] == "close")
                try await client.receiveEnd()
            }
        }
    }

    @Test func `a small rest is drained and the connection kept`() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            try await client.send("POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\nbegin")
            #expect(try await client.receive().status == 401)
            try await client.send([UInt8](repeating: 0x61, count: 19_995))
            try await client.send(Self.get)
            #expect(try await client.receive().body == "fine")
            // Chunks that are all here are thrown away, too.
            let chunks = "POST /early HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
            try await client.send(chunks + Self.get)
            #expect(try await client.receive().status == 401)
            #expect(try await client.receive().body == "fine")
        }
    }

    @Test func `bodies over the limit`() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            try await client.send(Self.post("/small", "0123456789") + Self.post("/small", "0123456789a") + Self.get)
            #expect(try await client.receive().body == "0123456789")
            #expect(try await client.receive().status == 413)
            #expect(try await client.receive().body == "fine")
            let chunked = "POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n01234567\r\n3\r\n"
            let answer = try await server.ask(chunked)
            #expect(answer.status == 413)
            #expect(answer.fields["connection"] == "close")
        }
    }

    /// HAProxy takes 2⁶⁴ for 0 and sends the body behind it, as if it were a request. It is read as none.
    @Test func `a length that overflows ends the connection`() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            try await client.send(
                "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n" + Self.get)
            let answer = try await client.receive()
            #expect(answer.status == 413 && answer.fields["connection"] == "close")
            try await client.receiveEnd()
        }
    }

    @Test func `malformed requests are answered and the connection closes`() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            try await client.send(Self.get + "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + Self.get)
            #expect(try await client.receive().body == "fine")
            let answer = try await client.receive()
            #expect(answer.status == 400)
            #expect(answer.body.hasPrefix(#"{"error":{"code":"repeated_host","message":"#))
            try await client.receiveEnd()
            let record = await server.observer.records(atLeast: 2)[1]
            #expect(record.head == nil && record.path == "-" && record.refusal == "repeated_host")
            let chunks = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1 \r\n"
            #expect(try await server.ask(chunks).body.contains("bad_chunk_size"))
        }
    }

    @Test func `routing errors`() async throws {
        try await TestServer.run { server in
            let missing = try await server.ask("GET /no HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n")
            #expect(missing.status == 404 && missing.body == "Not found.\n")
            let method = try await server.ask("BREW /echo HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(method.status == 405 && method.fields["allow"] == "POST, OPTIONS")
            let options = try await server.ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(options.status == 204 && options.fields["allow"] == "GET, HEAD, POST, OPTIONS")
            #expect(options.fields["content-length"] == nil)
            #expect(try await server.ask("OPTIONS /echo HTTP/1.1\r\nHost: a\r\n\r\n").status == 204)
            #expect(try await server.ask("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n").status == 501)
            #expect(try await server.ask("GET http://a/healthz HTTP/1.1\r\nHost: b\r\n\r\n").status == 200)
        }
    }

    @Test func `half close`() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            try await client.send(Self.post("/echo", "hello"))
            client.stream.shutdownWrite()
            #expect(try await client.receive().body == "hello")
            try await client.receiveEnd()
            let unfinished = try await server.connect()
            try await unfinished.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello")
            unfinished.stream.shutdownWrite()
            #expect(try await unfinished.receive().body.contains("body_incomplete"))
            try await unfinished.receiveEnd()
            let silent = try await server.connect()
            try await silent.send("GET /heal")
            silent.stream.shutdownWrite()
            try await silent.receiveEnd()
        }
    }

    @Test func `what the observer learns`() async throws {
        try await TestServer.run { server in
            _ = try await server.ask(Self.post("/echo/a%0Ab?secret=1", "hello", "X-Evil: a\tb\"c\r\n"))
            let record = try #require(await server.observer.records(atLeast: 1).first)
            #expect(record.method == "POST" && record.path == "/echo/a%0Ab")
            #expect(record.status == .ok && record.bodyBytes == 5 && record.isDelivered)
            #expect(record.responseBytes > 100 && record.duration > .zero)
            #expect(record.header("x-evil", limit: 3) == #"a\x09b…"#)
            #expect(record.remoteAddress.isLoopback)
        }
    }
}
