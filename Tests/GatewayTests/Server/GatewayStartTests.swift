import Database
import EventLoop
import HTTPServer
import Logging
import Synchronization
import Testing

@testable import Gateway

/// The server's beginning while its database is away.
@Suite(.timeLimit(.minutes(1))) struct GatewayStartTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private static func opener(
        _ start: GatewayStart, mayBeAway: Bool = true, failures: [any Error]
    ) -> (opener: DatabaseOpener, tries: @Sendable () -> Int) {
        let tries = Locked(0)
        let opener = DatabaseOpener(
            start: start, mayBeAway: mayBeAway, backoff: Backoff(first: .milliseconds(1), longest: .milliseconds(1)),
            logger: logger, probe: { _ in }
        ) { _ in
            let number = tries.withLock { tries in
                tries += 1
                return tries
            }
            throw failures[min(number, failures.count) - 1]
        }
        return (opener, { tries.withLock { $0 } })
    }

    @Test func `what may come back is waited for and what may not ends the start`() async throws {
        let away = DatabaseError(.unavailable, "connection refused")
        let slow = DatabaseError(.timeout, "no answer")
        let tooNew = DatabaseError(.schemaTooNew, "the database has migration 99")
        let start = GatewayStart()
        let (opener, tries) = Self.opener(start, failures: [away, slow, away, tooNew])
        #expect(try await opener.open() == nil)
        #expect(start.problem.contains("connection refused"))
        let error = await #expect(throws: DatabaseError.self) { _ = try await opener.openEventually() }
        #expect(error == tooNew && tries() == 4)
        #expect(start.known == nil)

        let wrongKey = RootKeyError.wrongKey(expected: "a", found: "b")
        let (other, _) = Self.opener(GatewayStart(), failures: [away, wrongKey])
        #expect(try await other.open() == nil)
        await #expect(throws: wrongKey) { _ = try await other.openEventually() }
        // A file is there or not.
        let (file, _) = Self.opener(GatewayStart(), mayBeAway: false, failures: [away])
        await #expect(throws: away) { _ = try await file.open() }
    }

    @Test func `waiting ends with its task`() async throws {
        let start = GatewayStart()
        let (opener, _) = Self.opener(start, failures: [DatabaseError(.unavailable, "away")])
        let opening = Task { try await opener.openEventually() }
        let waiting = (0..<3).map { _ in Task { await start.parts() } }
        for task in waiting { task.cancel() }
        for task in waiting { #expect(await task.value == nil) }
        opening.cancel()
        #expect(try await opening.value == nil)
    }

    /// Before anything is there: alive, not ready, and 503 with Retry-After for every webhook.
    @Test func `what is answered meanwhile`() async throws {
        let loops = try LoopGroup.start(count: 1, name: "start-test")
        let start = GatewayStart()
        start.note("the server \"db\" does not answer")
        let server = HTTPServer(
            loops: loops, addresses: [try #require(SocketAddress(literal: "127.0.0.1", port: 0))],
            router: try WaitingRouter.make(start, retryAfter: 7), logger: Self.logger)
        let address = try #require(try await server.listen().first)
        let running = Task { try await server.run() }
        let outcome = await Task(executorPreference: loops.loops[0].taskExecutor) {
            func ask(_ request: String) async throws -> String {
                let stream = try await TCPStream.connect(
                    to: address, on: loops.loops[0], deadline: .now + .seconds(20))
                defer { stream.close() }
                stream.deadline = .now + .seconds(20)
                try await stream.write(Array("\(request) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8))
                var buffer = ReadBuffer()
                while try await stream.read(into: &buffer) > 0 {}
                return String(decoding: buffer.readable, as: UTF8.self)
            }
            #expect(try await ask("GET /healthz").hasPrefix("HTTP/1.1 200 "))
            let ready = try await ask("GET /readyz")
            #expect(ready.hasPrefix("HTTP/1.1 503 "))
            // Servers that know their tokens already answer meanwhile: this one is to be sent nothing.
            #expect(try await ask("GET /readyz/server").hasPrefix("HTTP/1.1 503 "))
            for path in ["/github", "/github/abc", "/api/v1/messages/6ba7b810-9dad-11d1-80b4-00c04fd430c8", "/login"] {
                let answer = try await ask("POST \(path)")
                #expect(answer.hasPrefix("HTTP/1.1 503 "), "\(path)")
                #expect(answer.lowercased().contains("\r\nretry-after: 7\r\n"), "\(path)")
            }
            #expect(try await ask("GET /tokens").hasPrefix("HTTP/1.1 503 "))
            // Then by the routes that there are.
            var router = Router()
            try router.on(.get, "/tokens", HealthHandler())
            await server.use(router)
            #expect(try await ask("GET /tokens").hasPrefix("HTTP/1.1 200 "))
            #expect(try await ask("POST /github").hasPrefix("HTTP/1.1 404 "))
        }.result
        server.beginShutdown()
        try await running.value
        try outcome.get()
    }
}
