import Database

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

    init(database: any Database) throws {
        self.database = database
        keys = try KeyRing(Self.key())
        store = TokenStore(database: database, keys: keys, hooks: [TokenHistory()], notices: notices)
    }

    /// As the server has it.
    var workspace: Workspace { Workspace(database: database, keys: keys, tokenNotices: notices, notices: []) }

    /// In memory.
    init() async throws {
        try self.init(database: await Self.database())
    }

    static func database() async throws -> any Database {
        let database = try await TestDatabases.open("sqlite::memory:")
        try await Migrator.migrate(database, migrations: GatewaySchema.migrations)
        return database
    }
}
