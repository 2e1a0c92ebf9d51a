import Database
import EventLoop
import WebhookServices

@testable import Gateway

/// The tokens that pages under test show: a token service over a database, in which a test puts whatever it likes.
struct TestTokens: Sendable {
    /// Publishes every test event, and counts them.
    struct Tester: TestSending {
        let count = Locked(0)

        func sendTest(through id: TokenID, sender: String) async -> DeliveryRecord? {
            count.withLock { $0 += 1 }
            return DeliveryRecord(
                at: .now(), outcome: .published, status: 202, event: "ping", topic: "org.example.github.ping",
                messageID: "0c4a37a1-6a3c-5f0e-9d0c-6f0f6f3f8a11", size: 40)
        }
    }

    let database: WatchedDatabase
    let store: TokenStore
    let service: TokenService
    private let tester = Tester()
    private let made = Locked(Int64(0))

    /// Over a database with the gateway's tables.
    init(_ base: any Database, keys: KeyRing) {
        database = WatchedDatabase(base: base)
        store = TokenStore(database: database, keys: keys, hooks: [TokenHistory()])
        service = TokenService(
            store: store, services: ServiceRegistry(enabled: ["github", "gitlab", "forgejo", "discourse"]),
            baseURL: "https://hooks.example.org", limits: TokenLimits(), tester: tester)
    }

    /// Test events sent.
    var tests: Int { tester.count.withLock { $0 } }

    /// All tokens, the oldest first.
    func ids() async throws -> [TokenID] { try await store.list().map(\.id) }

    /// Puts a token in, of which the history knows nothing.
    @discardableResult
    func add(
        _ name: String, service: String = "github", scope: String? = nil,
        owners: [(TokenOwner.Kind, String)] = [(.user, "zoe")]
    ) async throws -> TokenID {
        let draft = TokenDraft(
            service: service, name: name, scope: try scope.map { try TokenScope($0) },
            owners: try owners.map { try TokenOwner($0.0, name: $0.1) }, createdBy: owners.first?.1)
        let number = made.withLock { number in
            number += 1
            return number
        }
        let time = UnixTime(milliseconds: 1_795_000_000_000 + number)
        return try await TokenStore(database: database, keys: store.keys).create(draft, now: time).token.id
    }

    /// One token, as somebody sees it.
    func token(_ id: TokenID, by person: Person) async throws -> TokenView {
        try await service.token(id, by: .person(person))
    }

    /// Has this stand there as what came in for a token.
    func set(_ activity: TokenActivity, of id: TokenID) async throws {
        let row = try await row(of: id)
        try await database.query("DELETE FROM token_activity WHERE token_uuid = $1", [.text(row)])
        let times = [
            activity.lastAcceptedAt, activity.lastRefusedAt, activity.lastPublishedAt, activity.lastWithheldAt,
            activity.lastLimitedAt, activity.secrets.since, activity.secrets.firstUsedAt,
            activity.secrets.formerUsedAt,
        ].map { time -> SQLValue in time.map { .integer($0.milliseconds) } ?? .null }
        let last = activity.last?.at.milliseconds ?? 0
        try await database.query(
            """
            INSERT INTO token_activity (token_uuid, published, withheld, refused, accepted_noted, refused_noted, limited,
                last_at, last_accepted_at, last_refused_at, last_published_at, last_withheld_at, last_limited_at,
                secrets_since, secret_used_at, former_used_at)
            VALUES ($1, $2, $3, $4, 0, 0, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            """,
            [
                .text(row), .integer(activity.published), .integer(activity.withheld), .integer(activity.refused),
                .integer(activity.limited), .integer(last),
            ] + times)
    }

    /// Has these stand there as a token's last deliveries, the newest first.
    func set(_ deliveries: [DeliveryRecord], of id: TokenID) async throws {
        let row = try await row(of: id)
        try await database.query("DELETE FROM delivery WHERE token_uuid = $1", [.text(row)])
        for (slot, record) in deliveries.enumerated() {
            try await database.query(
                """
                INSERT INTO delivery (token_uuid, is_refused, slot, at, outcome, status, event, topic, message_id, size,
                    reason, repository, is_test)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                """,
                [
                    .text(row), .integer(record.outcome.isAccepted ? 0 : 1), .integer(Int64(deliveries.count - slot)),
                    .integer(record.at.milliseconds), .text(record.outcome.rawValue), .integer(Int64(record.status)),
                    .optional(record.event), .optional(record.topic), .optional(record.messageID),
                    record.size.map { .integer(Int64($0)) } ?? .null, .optional(record.reason),
                    .optional(record.repository), .integer(record.isTest ? 1 : 0),
                ])
        }
    }

    /// The token's key in the database.
    func row(of id: TokenID) async throws -> String {
        let rows = try await database.query("SELECT uuid FROM token WHERE public_id = $1", [.text("\(id)")]).rows
        guard let row = rows.first else { throw TokenServiceError.notFound }
        return try row.text("uuid")
    }
}
