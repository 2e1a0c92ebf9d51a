import Database
import EventLoop

@testable import Gateway

/// A token service over a test database, at a time that the test sets, with persons.
struct TestService: Sendable {
    static let start = UnixTime(milliseconds: 1_795_000_000_000)
    static let alice = Person(account: "alice")
    static let bob = Person(account: "bob", groups: ["infra"])
    static let eve = Person(account: "eve", groups: ["packager"])
    static let admin = Person(account: "root", isAdmin: true, adminFreshUntil: start.advanced(by: .seconds(3600)))
    static let staleAdmin = Person(account: "root", isAdmin: true)

    let test: TestStore
    let service: TokenService
    let time: Locked<UnixTime>

    init(_ test: TestStore, limits: TokenLimits = TokenLimits()) {
        self.test = test
        let time = Locked(Self.start)
        self.time = time
        service = TokenService(
            store: test.store, services: .init(enabled: ["github", "gitlab"]), baseURL: "https://hooks.example.org",
            limits: limits, tester: ScriptedTester(), clock: { time.withLock { $0 } })
    }

    /// Time passes.
    func pass(_ duration: Duration = .seconds(1)) {
        time.withLock { $0 = $0.advanced(by: duration) }
    }

    /// Makes a token of alice's and of the group infra.
    func token(_ name: String = "mine", service: String = "github") async throws -> TokenID {
        let id = try await self.service.create(NewToken(service: service, name: name), by: .person(Self.alice)).view
            .token.id
        _ = try await self.service.addOwner("infra", kind: .group, to: id, by: .person(Self.alice))
        return id
    }

    /// Notes deliveries as if they had come.
    func deliver(
        _ outcomes: [DeliveryOutcome], to token: TokenID, at time: UnixTime = Self.start, areTests: Bool = false
    ) async throws {
        let recorder = DeliveryRecorder(
            database: test.database, loops: [try TestDatabases.loop.get()], settings: DeliverySettings(),
            logger: TestDatabases.logger)
        for (number, outcome) in outcomes.enumerated() {
            var record = DeliveryRecord(at: time.advanced(by: .seconds(number)), outcome: outcome, status: 202)
            record.isTest = areTests
            recorder.record(record, for: token)
        }
        await recorder.end()
    }
}

/// Publishes every test event.
struct ScriptedTester: TestSending {
    func sendTest(through id: TokenID, sender: String) async -> DeliveryRecord? {
        DeliveryRecord(at: TestService.start, outcome: .published, status: 202, event: sender)
    }
}
