import EventLoop
import HTTPServer
import Logging
import Testing

@testable import Gateway

/// All that a server answers, over a database in memory: webhooks, pages and the login.
struct WholeServer: Sendable {
    private static let loops = Result { try LoopGroup.start(count: 1, name: "whole") }

    let store: TestStore
    let tokens: TokenService
    let routes: [(method: HTTPMethod, pattern: String)]
    private let address: SocketAddress

    /// Starts it, runs `body`, and stops it.
    static func run(_ body: @escaping @Sendable (WholeServer) async throws -> Void) async throws {
        let loops = try loops.get()
        let store = try await TestStore()
        var configuration = Configuration()
        configuration.sessions.adminGroups = ["admins"]
        configuration.broker.settings.topicPrefix = "org.example.test"
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let recorder = DeliveryRecorder(
            database: store.database, loops: loops.loops, settings: configuration.deliveries,
            logger: logger)
        let ingest = try Ingest(
            configuration, loops: loops, storage: store.storage, publisher: ScriptedPublisher(),
            deliveries: recorder, logger: logger)
        let tokens = TokenService(configuration, store.storage, tester: ingest)
        let people = try await PeopleSite(
            configuration, store.storage, tokens: tokens, loop: loops.loops[0], developmentLogin: true, logger: logger
        )
        var router = try GatewayRouter.make(
            configuration, storage: store.storage, ingest: ingest, notFound: people.notFound)
        try people.addRoutes(to: &router)
        let server = HTTPServer(
            loops: loops, addresses: [try #require(SocketAddress(literal: "127.0.0.1", port: 0))],
            limits: configuration.server.effectiveLimits, router: router, logger: logger)
        let address = try #require(try await server.listen().first)
        let running = Task { try await server.run() }
        let routes = router.routes
        let outcome = await Task(executorPreference: loops.loops[0].taskExecutor) {
            try await body(WholeServer(store: store, tokens: tokens, routes: routes, address: address))
        }.result
        server.beginShutdown()
        try await running.value
        try outcome.get()
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
