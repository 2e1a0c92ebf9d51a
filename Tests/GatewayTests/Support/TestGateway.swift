import Cryptography
import Database
import Encodings
import EventLoop
import HTTPServer
import Logging
import Testing
import WebhookServices

@testable import Gateway

/// The webhook handler behind a real HTTP server, over a database in memory and a scripted publisher.
struct TestGateway: Sendable {
    static let secret = "0123456789abcdef0123456789abcdef"
    /// Names a public repository.
    static let body = #"{"repository":{"full_name":"fedora/w2f","private":false}}"#
    private static let loops = Result { try LoopGroup.start(count: 1, name: "gateway") }

    let tokens: TestStore
    let publisher: ScriptedPublisher
    let recorder: DeliveryRecorder
    let service: TokenService
    let ingest: Ingest
    private let address: SocketAddress

    /// Starts it, runs `body`, and stops it.
    static func run(
        publisher: ScriptedPublisher = ScriptedPublisher(), store: TestStore? = nil,
        isAdministrator: Bool = false, stopping: Stopping = Stopping(),
        change: (inout Configuration) -> Void = { _ in },
        _ body: @escaping @Sendable (TestGateway) async throws -> Void
    ) async throws {
        let loops = try loops.get()
        let tokens: TestStore
        if let store { tokens = store } else { tokens = try await TestStore() }
        var configuration = Configuration()
        configuration.broker.settings.topicPrefix = "org.example.test"
        change(&configuration)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let recorder = DeliveryRecorder(
            database: tokens.database, loops: loops.loops, settings: configuration.deliveries,
            logger: logger)
        let ingest = try Ingest(
            configuration, loops: loops, storage: tokens.storage, publisher: publisher, deliveries: recorder,
            logger: logger)
        let service = TokenService(configuration, tokens.storage, tester: ingest)
        let router = try GatewayRouter.make(
            configuration, storage: tokens.storage, ingest: ingest, stopping: stopping,
            isAdministrator: { _ in isAdministrator })
        let server = HTTPServer(
            loops: loops, addresses: [try #require(SocketAddress(literal: "127.0.0.1", port: 0))],
            limits: configuration.server.effectiveLimits, router: router, logger: Logger(label: "test"))
        let address = try #require(try await server.listen().first)
        let running = Task { try await server.run() }
        let outcome = await Task(executorPreference: loops.loops[0].taskExecutor) {
            try await body(
                TestGateway(
                    tokens: tokens, publisher: publisher, recorder: recorder, service: service, ingest: ingest,
                    address: address))
        }.result
        server.beginShutdown()
        try await running.value
        try outcome.get()
    }

    /// Makes a GitHub token with the known secret.
    func makeToken(
        service: String = "github", scope: String? = nil, events: String? = nil, publishesPrivate: Bool = false,
        creator: String? = nil, secret: String = Self.secret, at time: UnixTime = .now()
    ) async throws -> Token {
        let draft = try TokenDraft(
            service: service, name: "test", scope: scope.map { try TokenScope($0) },
            eventFilter: events.map { try EventFilter(text: $0) }, publishesPrivate: publishesPrivate,
            createdBy: creator, secret: TokenSecret(fileContent: Array(secret.utf8)))
        return try await tokens.store.create(draft, now: time).token
    }

    /// Sends a signed push.
    /// - Returns: the answer's head and body, as text.
    func push(
        to path: String, delivery: String = "delivery-1", body: String = Self.body,
        secret: String = Self.secret, event: String = "push"
    ) async throws -> (status: Int, text: String) {
        let head = try Self.head(of: path, delivery: delivery, body: body, secret: secret, event: event)
        return try await ask(Array("\(head)\r\n\(body)".utf8))
    }

    /// Sends the head of a signed push, and its body when the server has asked for that.
    ///
    /// - Parameters:
    ///   - meanwhile: What happens between the two.
    ///   - check: Is given the answer.
    /// - Returns: when the head was known to have been read.
    func pushInTwo(
        to path: String, secret: String = Self.secret, meanwhile: () async throws -> Void = {},
        _ check: ((status: Int, text: String)) throws -> Void
    ) async throws -> ContinuousClock.Instant {
        let stream = try await connect()
        defer { stream.close() }
        let head = try Self.head(of: path, delivery: "1", body: Self.body, secret: secret, event: "push")
        try await stream.write(Array("\(head)Expect: 100-continue\r\n\r\n".utf8))
        var buffer = ReadBuffer()
        while !buffer.readable.elementsEqual("HTTP/1.1 100 Continue\r\n\r\n".utf8) {
            try #require(try await stream.read(into: &buffer) > 0)
        }
        buffer.consume(buffer.readableBytes)
        let headWasRead = ContinuousClock.now
        try await meanwhile()
        try await stream.write(Array(Self.body.utf8))
        try check(try await Self.answer(stream, &buffer))
        return headWasRead
    }

    /// The head of a signed push, without the empty line at its end.
    private static func head(
        of path: String, delivery: String, body: String, secret: String, event: String
    ) throws -> String {
        """
        POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
        Content-Length: \(body.utf8.count)\r\nConnection: close\r\nX-GitHub-Event: \(event)\r\n\
        X-GitHub-Delivery: \(delivery)\r\nX-GitHub-Hook-Installation-Target-ID: 1\r\n\
        X-GitHub-Hook-Installation-Target-Type: repository\r\n\
        X-Hub-Signature-256: sha256=\(try signature(body, secret: secret))\r\n
        """
    }

    /// Sends a request with these headers.
    func send(
        _ method: String, _ path: String, _ headers: [String: String] = [:], _ body: String = ""
    ) async throws -> (status: Int, text: String) {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if !body.isEmpty { head += "Content-Length: \(body.utf8.count)\r\n" }
        return try await ask(Array("\(head)\r\n\(body)".utf8))
    }

    /// The signature of a body, in hexadecimal digits.
    static func signature(_ body: String, secret: String = Self.secret) throws -> String {
        Hex.encode(try HMACSHA256Key(Array(secret.utf8)).authenticationCode(for: Array(body.utf8)[...]))
    }

    /// Sends bytes on a connection of their own and reads to its end.
    func ask(_ request: [UInt8]) async throws -> (status: Int, text: String) {
        let stream = try await connect()
        defer { stream.close() }
        try await stream.write(request)
        var buffer = ReadBuffer()
        return try await Self.answer(stream, &buffer)
    }

    /// A connection of one's own.
    func connect() async throws -> TCPStream {
        let loop = try #require(EventLoop.current)
        let stream = try await TCPStream.connect(to: address, on: loop, deadline: .now + .seconds(20))
        stream.deadline = .now + .seconds(20)
        return stream
    }

    private static func answer(
        _ stream: TCPStream, _ buffer: inout ReadBuffer
    ) async throws -> (status: Int, text: String) {
        while try await stream.read(into: &buffer) > 0 {}
        let text = String(decoding: buffer.readable, as: UTF8.self)
        return (try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) }), text)
    }
}
