import EventLoop
import TLSTesting

/// A connected pair of TLS streams on loopback, for tests.
struct SecureLoopback {
    let client: TLSStream
    let server: TLSStream
    /// What is under the client's.
    let clientSocket: TCPStream

    /// An authority's client and server.
    struct Identity {
        let client: TLSClientContext
        let server: TLSServerContext

        init() throws {
            let authority = try TestAuthority()
            let files = try authority.issue("server")
            client = try TLSClientContext(.init(authorities: authority.certificateFile))
            server = try TLSServerContext(.init(certificate: files.certificate, key: files.key))
        }
    }

    /// Connects two streams, hands them to `body` on their loop, and closes them.
    static func run(_ body: @escaping @Sendable (SecureLoopback) async throws -> Void) async throws {
        let identity = try Identity()
        try await Loopback.run(on: try SharedLoops.first.get()) { plain in
            async let accepted = TLSStream.accept(
                over: plain.server, context: identity.server, deadline: .now + .seconds(30))
            let client = try await TLSStream.connect(
                over: plain.client, to: "localhost", context: identity.client, deadline: .now + .seconds(30))
            let server = try await accepted
            defer {
                client.close()
                server.close()
            }
            try await body(SecureLoopback(client: client, server: server, clientSocket: plain.client))
        }
    }
}
