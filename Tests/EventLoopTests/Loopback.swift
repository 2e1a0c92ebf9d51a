import EventLoop
import Testing

/// A connected pair of streams on loopback, for tests.
struct Loopback {
    let client: TCPStream
    let server: TCPStream

    /// Connects two streams over a listener on `loop`, hands them to `body` on that loop, and closes them.
    static func run(
        on loop: EventLoop, _ body: @escaping @Sendable (Loopback) async throws -> Void
    ) async throws {
        try await Task(executorPreference: loop.taskExecutor) {
            let listener = try TCPListener(binding: anyPort(), backlog: 16, on: loop)
            async let accepted = listener.accept()
            let client = try await TCPStream.connect(to: listener.localAddress, on: loop, deadline: nil)
            let server = try await accepted.open(on: loop)
            defer {
                client.close()
                server.close()
                listener.close()
            }
            try await body(Loopback(client: client, server: server))
        }.value
    }

    /// 127.0.0.1 with a port that the kernel chooses.
    static func anyPort() throws -> SocketAddress {
        try #require(SocketAddress(literal: "127.0.0.1", port: 0))
    }
}

/// Loops live as long as the process: the tests share these.
enum SharedLoops {
    static let first = Result { try EventLoop.start(name: "test-0") }
    static let second = Result { try EventLoop.start(name: "test-1") }
}
