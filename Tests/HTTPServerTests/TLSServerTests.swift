import EventLoop
import Glibc
import TLSTesting
import Testing

@testable import HTTPServer

/// HTTPS: what it adds to HTTP, and that nothing gets lost.
@Suite(.timeLimit(.minutes(2))) struct TLSServerTests {
    static let get = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"

    let authority: TestAuthority
    let client: TLSClientContext
    let tls: ServerTLS

    init() throws {
        authority = try TestAuthority()
        client = try TLSClientContext(.init(authorities: authority.certificateFile))
        tls = ServerTLS(try Self.certificate("server", of: authority))
    }

    static func certificate(_ name: String, of authority: TestAuthority) throws -> TLSServerContext {
        let files = try authority.issue(name)
        return try TLSServerContext(
            .init(certificate: files.certificate, key: files.key), applicationProtocol: "http/1.1")
    }

    @Test func `requests on one connection and in one packet`() async throws {
        let client = client
        try await TestServer.run(tls: tls) { server in
            let one = try await Client(to: server.address, tls: client)
            for _ in 0..<3 {
                try await one.send(Self.get)
                #expect(try await one.receive().body == "fine")
            }
            try await one.send(Self.get + Self.get + Self.get)
            for _ in 0..<3 { #expect(try await one.receive().status == 200) }
            one.stream.shutdownWrite()
            try await one.receiveEnd()
        }
    }

    @Test func `a large body goes both ways`() async throws {
        let client = client
        try await TestServer.run(limits: ServerLimitsTests.limits { _ in }, tls: tls) { server in
            // Made before the connection: on a busy machine it takes longer than a request's head may.
            let body = (0..<8_000_000).map { UInt8(truncatingIfNeeded: $0 &* 13) }
            let one = try await Client(to: server.address, tls: client)
            try await one.send(
                Array("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body)
            let answer = try await one.receive()
            #expect(answer.status == 200)
            #expect(answer.bytes == body)
        }
    }

    /// An early answer must arrive although the rest of the body is never read.
    @Test func `an early answer arrives`() async throws {
        let client = client
        try await TestServer.run(tls: tls) { server in
            let one = try await Client(to: server.address, tls: client)
            try await one.send("POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nbeginning")
            let answer = try await one.receive()
            #expect(answer.status == 401 && answer.fields["connection"] == "close")
            try await one.receiveEnd()
        }
    }

    @Test func `plain HTTP is told so`() async throws {
        try await TestServer.run(tls: tls) { server in
            let answer = try await server.ask(Self.get)
            #expect(answer.status == 400)
            #expect(answer.body.contains("https_required"))
            #expect(await server.observer.records(atLeast: 1).first?.refusal == "https_required")
        }
    }

    @Test func `whoever says nothing or nonsense is let go`() async throws {
        let limits = ServerLimitsTests.limits { $0.handshakeTimeout = .seconds(2) }
        let client = client
        try await TestServer.run(limits: limits, tls: tls) { server in
            let silent = try await server.connect()
            let nonsense = try await server.connect()
            try await nonsense.send("nobody speaks like this")
            var buffer = ReadBuffer()
            // An alert, perhaps, and then the end.
            while let count = try? await nonsense.stream.read(into: &buffer), count > 0 {}
            try await silent.receiveEnd()
            #expect(server.observer.handshakeFailures.contains(.deadlineExceeded))
            #expect(server.observer.handshakeFailures.contains(.tls(.notTLS)))
            let good = try await Client(to: server.address, tls: client)
            try await good.send(Self.get)
            #expect(try await good.receive().status == 200)
        }
    }

    /// Half of the connections never end their handshakes, and the others don't notice.
    @Test func `handshakes that hang keep nobody else waiting`() async throws {
        let client = client
        try await TestServer.run(onOneLoop: true, tls: tls) { server in
            var silent: [Client] = []
            for _ in 0..<50 { silent.append(try await server.connect()) }
            let good = try await Client(to: server.address, tls: client)
            try await good.send(Self.get)
            #expect(try await good.receive().status == 200)
            for one in silent { one.stream.close() }
        }
    }

    @Test func `a new certificate is for new connections`() async throws {
        let (client, tls) = (client, tls)
        let other = try TestAuthority(name: "another authority")
        defer { withExtendedLifetime(other) {} }
        let otherClient = try TLSClientContext(.init(authorities: other.certificateFile))
        let next = try Self.certificate("server", of: other)
        try await TestServer.run(tls: tls) { server in
            let old = try await Client(to: server.address, tls: client)
            tls.replace(with: next)
            let new = try await Client(to: server.address, tls: otherClient)
            for one in [old, new] {
                try await one.send(Self.get)
                #expect(try await one.receive().status == 200)
            }
            await #expect(throws: StreamError.self) { _ = try await Client(to: server.address, tls: client) }
        }
    }

    /// The server begins to stop when a handshake has begun: it is ended, and the request on it answered.
    @Test func `a connection that has just begun is still served`() async throws {
        let client = client
        try await TestServer.run(onOneLoop: true, tls: tls) { server in
            let loop = try #require(EventLoop.current)
            let socket = try await TCPStream.connect(to: server.address, on: loop, deadline: .now + .seconds(20))
            while server.server.activeConnections == 0 { await Task.yield() }
            server.server.beginShutdown()
            let stream = try await TLSStream.connect(
                over: socket, to: "127.0.0.1", context: client, deadline: .now + .seconds(20))
            try await stream.write(Array(Self.get.utf8))
            var buffer = ReadBuffer()
            while try await stream.read(into: &buffer) > 0 {}
            #expect(latin1(buffer.readable).hasPrefix("HTTP/1.1 200"))
            stream.close()
        }
    }
}
