import Database
import EventLoop
import HTTPServer
import Logging
import Synchronization
import Testing
import WebPages
import WebhookServices

@testable import Gateway

/// The pages behind a real HTTP server: logins as they are, over a database in memory. For the tokens alone it may be away.
struct PageServer: Sendable {
    private static let loops = Result { try LoopGroup.start(count: 1, name: "pages") }

    let tokens: TestTokens
    let database: TestStore
    private let address: SocketAddress

    /// Starts it, runs `body`, and stops it.
    static func run(
        publicURL: String? = nil, developmentLogin: Bool = true,
        _ body: @escaping @Sendable (PageServer) async throws -> Void
    ) async throws {
        let loops = try loops.get()
        let store = try await TestStore()
        var configuration = Configuration()
        configuration.server.publicURL = publicURL
        configuration.sessions.adminGroups = ["admins"]
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let tokens = TestTokens(store.database, keys: store.keys)
        var router = Router()
        try await PeopleSite(
            configuration, store.storage, tokens: tokens.service, loop: loops.loops[0],
            developmentLogin: developmentLogin, logger: logger
        ).addRoutes(to: &router)
        let server = HTTPServer(
            loops: loops, addresses: [try #require(SocketAddress(literal: "127.0.0.1", port: 0))],
            limits: configuration.server.effectiveLimits, router: router, logger: logger)
        let address = try #require(try await server.listen().first)
        let running = Task { try await server.run() }
        let outcome = await Task(executorPreference: loops.loops[0].taskExecutor) {
            try await body(PageServer(tokens: tokens, database: store, address: address))
        }.result
        server.beginShutdown()
        try await running.value
        try outcome.get()
    }

    private init(tokens: TestTokens, database: TestStore, address: SocketAddress) {
        self.tokens = tokens
        self.database = database
        self.address = address
    }

    /// A browser of somebody who is logged in, or of nobody.
    func browser(_ account: String? = nil, groups: String = "") async throws -> PageBrowser {
        let browser = PageBrowser(address: address)
        guard let account else { return browser }
        let answer = try await browser.post("/login/development", ["account": account, "groups": groups], csrf: nil)
        #expect(answer.status == 303)
        try await browser.readToken()
        return browser
    }
}

/// Keeps cookies, follows nothing.
final class PageBrowser: Sendable {
    struct Answer: Sendable {
        let status: Int
        let head: String
        let body: String

        /// The value of a header field.
        func field(_ name: String) -> String? {
            head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name + ":") }
                .map { String($0.dropFirst(name.count + 1).drop { $0 == " " }) }
        }
    }

    private struct State {
        var cookies: [String: String] = [:]
        var csrf = ""
    }

    private let address: SocketAddress
    private let state = Mutex(State())

    init(address: SocketAddress) { self.address = address }

    var csrf: String { state.withLock { $0.csrf } }

    /// Reads the token that forms send along.
    func readToken() async throws {
        let page = try await get("/account").body
        let parts = page.split(separator: "name=\"csrf\" value=\"", maxSplits: 1)
        let token = try #require(parts.count == 2 ? parts[1].prefix { $0 != "\"" } : nil)
        state.withLock { $0.csrf = String(token) }
    }

    func get(_ path: String, _ headers: [String: String] = [:]) async throws -> Answer {
        try await send("GET", path, headers, nil)
    }

    /// Sends a form with this session's token, another text, or none.
    func post(
        _ path: String, _ form: [String: String] = [:], csrf: String?? = .none, _ headers: [String: String] = [:]
    ) async throws -> Answer {
        var items = form.map { (name: $0.key, value: $0.value) }
        if let token = csrf ?? .some(self.csrf) { items.append(("csrf", token)) }
        var headers = headers
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return try await send("POST", path, headers, String(QueryItems(items).text.dropFirst()))
    }

    /// Sends a webhook's JSON.
    func deliver(_ path: String, _ headers: [String: String], _ body: String) async throws -> Answer {
        try await send("POST", path, headers.merging(["Content-Type": "application/json"]) { $1 }, body)
    }

    private func send(_ method: String, _ path: String, _ headers: [String: String], _ body: String?) async throws
        -> Answer
    {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        if headers["Accept"] == nil { head += "Accept: text/html\r\n" }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        let cookies = state.withLock { $0.cookies.map { "\($0)=\($1)" }.joined(separator: "; ") }
        if !cookies.isEmpty { head += "Cookie: \(cookies)\r\n" }
        if let body { head += "Content-Length: \(body.utf8.count)\r\n" }
        let loop = try #require(EventLoop.current)
        let stream = try await TCPStream.connect(to: address, on: loop, deadline: .now + .seconds(20))
        defer { stream.close() }
        stream.deadline = .now + .seconds(20)
        try await stream.write(Array("\(head)\r\n\(body ?? "")".utf8))
        var buffer = ReadBuffer()
        while try await stream.read(into: &buffer) > 0 {}
        return try read(String(decoding: buffer.readable, as: UTF8.self))
    }

    private func read(_ text: String) throws -> Answer {
        let end = try #require(text.firstRange(of: "\r\n\r\n"))
        let answer = Answer(
            status: try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) }),
            head: String(text[..<end.lowerBound]), body: String(text[end.upperBound...]))
        for line in answer.head.split(separator: "\r\n") where line.lowercased().hasPrefix("set-cookie: ") {
            let pair = line.dropFirst(12).prefix { $0 != ";" }
            let name = String(pair.prefix { $0 != "=" })
            let value = String(pair.dropFirst(name.count + 1))
            state.withLock { $0.cookies[name] = value.isEmpty ? nil : value }
        }
        return answer
    }
}
