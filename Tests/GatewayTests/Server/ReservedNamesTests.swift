import EventLoop
import HTTPServer
import Logging
import Testing
import WebhookServices

@testable import Gateway

@Suite struct ReservedNamesTests {
    /// A service of the configuration could else be called like something that is at an address of its own.
    @Test func `each first word of an address is reserved`() async throws {
        let store = try await TestStore()
        let loops = try LoopGroup.start(count: 1, name: "reserved")
        let configuration = Configuration()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let recorder = DeliveryRecorder(
            database: store.database, loops: loops.loops, settings: configuration.deliveries,
            logger: logger)
        let ingest = try Ingest(
            configuration, loops: loops, storage: store.storage, publisher: ScriptedPublisher(),
            deliveries: recorder, logger: logger)
        var router = try GatewayRouter.make(configuration, storage: store.storage, ingest: ingest)
        try await PeopleSite(
            configuration, store.storage, tokens: TokenService(configuration, store.storage, tester: ingest),
            loop: loops.loops[0], developmentLogin: true, logger: logger
        ).addRoutes(to: &router)
        let words = Set(router.firstWords.filter { !$0.isEmpty })
        #expect(words.isSuperset(of: ["healthz", "schemas", "login", "tokens", "admin"]))
        #expect(words.subtracting(ServiceRegistry.reservedNames).isEmpty)
    }
}
