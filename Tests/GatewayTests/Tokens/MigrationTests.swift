import Database
import Testing

@testable import Gateway

/// What migrations do to what is there.
@Suite struct MigrationTests {
    /// Runs `body` on a database as a version before `version` left it, with what brings it up to date.
    private static func before(
        _ version: Int, on kind: TestDatabases,
        _ body: @escaping (any Database, () async throws -> Void) async throws -> Void
    ) async throws {
        let older = GatewayMigrations.all.filter { $0.version < version }
        func run(_ url: String) async throws {
            let database = try await TestDatabases.open(url)
            try await Migrator.migrate(database, migrations: older)
            try await body(database) { try await Migrator.migrate(database, migrations: GatewayMigrations.all) }
            await database.close()
        }
        switch kind {
        case .sqlite: try await run("sqlite::memory:")
        case .postgresql: try await TestDatabases.withSchema { try await run($0) }
        }
    }

    @Test(arguments: TestDatabases.all) func `the history knows its tokens`(_ kind: TestDatabases) async throws {
        try await Self.before(53, on: kind) { database, migrate in
            let test = try TestStore(database: database)
            // Its changes are written by today's program, which these tables are too old for.
            let store = TokenStore(database: database, keys: test.keys, hooks: [], notices: test.notices)
            let kept = try await store.create(TokenDraft(service: "github", name: "kept", owners: [])).token
            let gone = TokenID(high: 1, low: 2)
            for id in [kept.id, gone] {
                try await database.query(
                    """
                    INSERT INTO token_history (token, token_name, at, actor, by_admin, event, detail)
                    VALUES ($1, 'x', 1, 'alice', 0, 'created', '')
                    """, [.text(id.description)])
            }
            try await migrate()
            #expect(try await store.delete(kept.id))
            let found = try await store.history(of: TokenTag(of: kept, test.keys), limit: 10)
            #expect(found.map(\.token) == [kept.id] && found.first?.actor == "alice")
            let rows = try await database.query(
                "SELECT token_uuid FROM token_history WHERE token = $1", [.text(gone.description)]
            ).rows
            #expect(try rows.map { try $0.optionalText("token_uuid") } == [nil])
        }
    }

    /// An earlier version wrote down the time of the session's beginning where the provider had said nothing.
    @Test(arguments: TestDatabases.all) func `logins of earlier versions are not fresh`(_ kind: TestDatabases)
        async throws
    {
        try await Self.before(54, on: kind) { database, migrate in
            for (handle, isDevelopment) in [("people", 0), ("development", 1)] as [(String, Int64)] {
                try await database.query(
                    """
                    INSERT INTO session (id_hash, handle, account, subject, group_names, is_development, created_at,
                        authenticated_at, seen_at, rights_at, refresh_after, lease_until, expires_at)
                    VALUES ($1, $2, 'root', 's', 'admins', $3, 1000, 1000, 1000, 1000, 1000, 0, 9000)
                    """, [.blob(Array(handle.utf8)), .text(handle), .integer(isDevelopment)])
            }
            try await migrate()
            let table = SessionTable(database: database, keys: try KeyRing(TestStore.key()))
            let sessions = try await table.list(of: "root", limit: 10)
            #expect(sessions.count == 2, "nobody is logged out")
            for session in sessions {
                #expect((session.authenticatedAt == nil) == !session.isDevelopment)
                #expect(session.createdAt == UnixTime(milliseconds: 1000))
            }
        }
    }
}
