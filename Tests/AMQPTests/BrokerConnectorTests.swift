import EventLoop
import Foundation
import TLSTesting
import Testing

@testable import AMQP

/// Reaching the broker by TLS, at a server on loopback that greets and hangs up.
@Suite("Broker connector", .serialized)
struct BrokerConnectorTests {
    let authority: TestAuthority
    let server: TestAuthority.Issued
    let client: TestAuthority.Issued

    init() throws {
        authority = try TestAuthority()
        server = try authority.issue("server")
        client = try authority.issue("client", commonName: "webhook2fedmsg", names: nil)
    }

    var settings: ConnectionSettings {
        var settings = Conversation.settings
        settings.tls = TLSSettings(
            files: .init(
                authorities: authority.certificateFile, certificate: client.certificate, key: client.key))
        return settings
    }

    /// What a server on loopback that asks for certificates made of one attempt to connect: the stream's greeting, or why
    /// there was none.
    func attempt(
        _ settings: ConnectionSettings, host: String = "localhost", within time: Duration = .seconds(20)
    ) async throws -> String {
        let context = try TLSServerContext(
            .init(
                certificate: server.certificate, key: server.key, clientAuthorities: authority.certificateFile))
        return try await Task(executorPreference: testLoop.taskExecutor) {
            let any = try #require(SocketAddress(literal: "127.0.0.1", port: 0))
            let listener = try TCPListener(binding: any, backlog: 8, on: testLoop)
            defer { listener.close() }
            let endpoint = BrokerEndpoint(host: host, port: listener.localAddress.port)
            async let greeted: Void = Self.greet(listener, context)
            let outcome = await Self.greeting(settings, endpoint, within: time)
            listener.cancel()
            await greeted
            return outcome
        }.value
    }

    /// Says hello to whoever comes.
    private static func greet(_ listener: TCPListener, _ context: TLSServerContext) async {
        while let socket = try? await listener.accept() {
            let plain = socket.open(on: testLoop)
            if let stream = try? await TLSStream.accept(over: plain, context: context, deadline: .now + .seconds(10)) {
                try? await stream.write(Array("hello".utf8))
                stream.close()
            }
            plain.close()
        }
    }

    private static func greeting(
        _ settings: ConnectionSettings, _ endpoint: BrokerEndpoint, within time: Duration
    ) async -> String {
        do {
            let stream = try await BrokerConnector(settings).connect(
                to: endpoint, on: testLoop, deadline: .now + time)
            defer { stream.close() }
            var buffer = ReadBuffer()
            _ = try await stream.read(into: &buffer)
            return String(decoding: buffer.readable, as: UTF8.self)
        } catch {
            return "\(error)"
        }
    }

    @Test
    func `by name and by address`() async throws {
        // localhost may be ::1 first, where nobody listens: then the next address is tried.
        #expect(try await attempt(settings) == "hello")
        #expect(try await attempt(settings, host: "127.0.0.1") == "hello")
    }

    @Test
    func `the files are read at each attempt`() async throws {
        let good = try Data(contentsOf: URL(fileURLWithPath: client.certificate))
        try FileManager.default.removeItem(atPath: client.certificate)
        #expect(try await attempt(settings) == "\(client.certificate) can't be read: No such file or directory")
        let old = try authority.issue("old", from: -7200, until: -3600)
        try FileManager.default.copyItem(atPath: old.certificate, toPath: client.certificate)
        #expect(try await attempt(settings).hasPrefix("the key in \(client.key) is not that of the certificate"))
        try FileManager.default.removeItem(atPath: client.certificate)
        try good.write(to: URL(fileURLWithPath: client.certificate))
        #expect(try await attempt(settings) == "hello")
    }

    @Test
    func `another host's certificate is not accepted, unless that name was asked for`() async throws {
        var settings = settings
        settings.tls?.serverName = "broker.example.org"
        #expect(
            try await attempt(settings, host: "127.0.0.1")
                == "the certificate of broker.example.org is not accepted: hostname mismatch")
        settings.tls?.serverName = "localhost"
        #expect(try await attempt(settings, host: "127.0.0.1") == "hello")
    }

    @Test
    func `without a certificate the broker refuses`() async throws {
        var settings = settings
        settings.tls?.files.certificate = nil
        #expect(
            try await attempt(settings, host: "127.0.0.1")
                == "the other side refused TLS: alert certificate required")
    }

    @Test
    func `several addresses: each has its reason`() async throws {
        var settings = settings
        settings.tls = TLSSettings()
        // Whether localhost has one address or two, the one that listens is named with its reason.
        let text = try await attempt(settings)
        #expect(text.contains("the certificate of localhost is not accepted: "))
    }

    @Test
    func `a broker that stops within the handshake is given up in time`() async throws {
        let settings = settings
        let text = try await Task(executorPreference: testLoop.taskExecutor) {
            let any = try #require(SocketAddress(literal: "127.0.0.1", port: 0))
            let listener = try TCPListener(binding: any, backlog: 8, on: testLoop)
            defer { listener.close() }
            return await Self.greeting(
                settings, BrokerEndpoint(host: "127.0.0.1", port: listener.localAddress.port),
                within: .seconds(2))
        }.value
        #expect(text == "TLS handshake: timed out")
    }

    @Test
    func `a broker without TLS on that port is called so`() async throws {
        let settings = settings
        let text = try await Task(executorPreference: testLoop.taskExecutor) {
            let any = try #require(SocketAddress(literal: "127.0.0.1", port: 0))
            let listener = try TCPListener(binding: any, backlog: 8, on: testLoop)
            async let greeted: Void = {
                let socket = try await listener.accept().open(on: testLoop)
                try await socket.write(ConnectionStateMachine.protocolHeader)
                socket.close()
            }()
            let text = await Self.greeting(
                settings, BrokerEndpoint(host: "127.0.0.1", port: listener.localAddress.port), within: .seconds(20))
            try await greeted
            listener.close()
            return text
        }.value
        #expect(text == "the other side does not speak TLS there")
    }
}
