import EventLoop
import Testing

/// A server on loopback that does with each connection what its script says.
final class ScriptedServer: Sendable {
    let port: UInt16
    /// Heads and bodies as they came, a request each.
    let requests = Locked<[String]>([])
    let connections = Locked(0)
    private let listener: TCPListener
    private let loop: EventLoop

    /// Loops live as long as the process: the tests share these.
    static let serverLoop = Result { try EventLoop.start(name: "scripted") }
    static let clientLoop = Result { try EventLoop.start(name: "client") }

    private init(_ listener: TCPListener, on loop: EventLoop) {
        self.listener = listener
        self.loop = loop
        port = listener.localAddress.port
    }

    /// Starts one whose connections `script` serves; it ends with the test.
    static func run(
        _ script: @escaping @Sendable (ScriptedConnection) async throws -> Void,
        _ body: (ScriptedServer) async throws -> Void
    ) async throws {
        let loop = try serverLoop.get()
        let any = try #require(SocketAddress(literal: "127.0.0.1", port: 0))
        let server = try await Task(executorPreference: loop.taskExecutor) {
            ScriptedServer(try TCPListener(binding: any, backlog: 64, on: loop), on: loop)
        }.value
        let accepting = Task(executorPreference: loop.taskExecutor) {
            await withDiscardingTaskGroup { group in
                while let socket = try? await server.listener.accept() {
                    server.connections.withLock { $0 += 1 }
                    group.addTask {
                        let connection = ScriptedConnection(socket.open(on: loop), of: server)
                        try? await script(connection)
                        connection.close()
                    }
                }
                group.cancelAll()
            }
        }
        let outcome = await Result(catching: { () async throws in try await body(server) })
        loop.execute { server.listener.close() }
        accepting.cancel()
        await accepting.value
        try outcome.get()
    }

    var host: String { "127.0.0.1:\(port)" }

    func url(_ path: String = "/") -> String { "http://\(host)\(path)" }
}

extension Result where Failure == any Error {
    init(catching body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}

/// The server's side of a connection. Confined to the server's loop.
final class ScriptedConnection: @unchecked Sendable {
    // Safe to share: only its script, a task of the server's loop, uses it.
    private let stream: TCPStream
    private let server: ScriptedServer
    private var buffer = ReadBuffer()

    init(_ stream: TCPStream, of server: ScriptedServer) {
        self.stream = stream
        self.server = server
    }

    /// Reads one request, head and body; nil at the end of the connection.
    func receive() async throws -> String? {
        while true {
            let text = String(decoding: buffer.readable, as: UTF8.self)
            if let end = text.firstRange(of: "\r\n\r\n") {
                let length = Self.contentLength(text[..<end.lowerBound])
                let total = text.utf8.distance(from: text.startIndex, to: end.upperBound) + length
                if buffer.readableBytes >= total {
                    let request = String(decoding: buffer.readable.prefix(total), as: UTF8.self)
                    buffer.consume(total)
                    server.requests.withLock { $0.append(request) }
                    return request
                }
            }
            guard try await readMore() else { return nil }
        }
    }

    private func readMore() async throws -> Bool {
        let stream = stream
        return try await withTaskCancellationHandler {
            try await stream.read(into: &buffer) > 0
        } onCancel: {
            stream.cancel()
        }
    }

    private static func contentLength(_ head: Substring) -> Int {
        let line = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
        return line.flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0
    }

    func send(_ text: String) async throws {
        try await stream.write(Array(text.utf8))
    }

    /// A complete answer.
    func answer(_ body: String, status: String = "200 OK", fields: String = "") async throws {
        try await send("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)")
    }

    /// Waits until the other side closes, or the server ends.
    func waitForEnd() async throws {
        while try await readMore() {}
    }

    func close() {
        stream.close()
    }
}
