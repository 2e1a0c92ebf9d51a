import Database
import Logging
import WebhookServices

@testable import Gateway

/// A database with the gateway's tables, and a store over it.
struct TestStore: Sendable {
    let database: any Database
    let keys: KeyRing
    let store: TokenStore
    let notices = TokenNotices()

    static func key(_ seed: UInt8 = 1) throws -> RootKey {
        try RootKey(material: (0..<32).map { $0 &+ seed })
    }

    init(database: any Database, hooks: [any TokenChangeHook] = [TokenHistory()]) throws {
        self.database = database
        keys = try KeyRing(Self.key())
        store = TokenStore(database: database, keys: keys, hooks: hooks, notices: notices)
    }

    /// Makes the store's root key the database's, as a server does at its start.
    func claimRootKey() async throws {
        let key = try Self.key()
        _ = try await RootKeyTable.claim(key.id, checkValue: key.derive(.check), in: database)
    }

    /// As the server has it.
    var storage: Storage { Storage(database: database, keys: keys, tokenNotices: notices, notices: []) }

    /// What the token cache reads by.
    func loader(
        logger: Logger = TestDatabases.logger,
        _ service: @escaping @Sendable (String) -> (any WebhookService)? = { ServiceRegistry.service(named: $0) }
    ) -> TokenRecordLoader {
        TokenRecordLoader(store: store, entries: 10, logger: logger, service: service)
    }

    /// In memory.
    init() async throws {
        try self.init(database: await Self.database())
    }

    static func database() async throws -> any Database {
        let database = try await TestDatabases.open("sqlite::memory:")
        try await Migrator.migrate(database, migrations: GatewayMigrations.all)
        return database
    }
}
