import Database
import Testing

/// Migrations, the same on each driver.
@Suite struct MigratorTests {
    private static let first = Migration(version: 1, name: "things") { dialect in
        [
            "CREATE TABLE things (id BIGINT PRIMARY KEY, content \(dialect.binaryType))",
            "INSERT INTO things (id) VALUES (1)",
        ]
    }
    private static let second = Migration(version: 2, name: "labels") { _ in
        ["ALTER TABLE things ADD COLUMN label TEXT", "INSERT INTO things (id, label) VALUES (2, 'x')"]
    }
    private static let third = Migration(version: 5, name: "more") { _ in ["CREATE TABLE more (id BIGINT)"] }

    private static func record(_ database: any Database) async throws -> [SQLRow] {
        try await database.query("SELECT version, name, checksum, applied_at FROM \(Migrator.table) ORDER BY version")
            .rows
    }

    @Test(arguments: TestDriver.available)
    func `pending ones are applied once and recorded`(_ driver: TestDriver) async throws {
        try await TestDatabase.with(driver) { database in
            let both = [Self.first, Self.second]
            #expect(try await Migrator.pending(database, migrations: both).map(\.version) == [1, 2])
            #expect(await code { try await Migrator.verify(database, migrations: both) } == .schemaTooOld)
            #expect(try await Migrator.migrate(database, migrations: [Self.first]).map(\.version) == [1])
            let error = await failure { try await Migrator.verify(database, migrations: both) }
            #expect(error?.code == .schemaTooOld)
            #expect(error?.message == "the database lacks the migrations 2 (labels): run the command migrate first")
            #expect(try await Migrator.migrate(database, migrations: both).map(\.version) == [2])
            #expect(try await Migrator.migrate(database, migrations: both).map(\.version).isEmpty)
            try await Migrator.verify(database, migrations: both)

            let rows = try await Self.record(database)
            #expect(try rows.map { try $0.integer("version") } == [1, 2])
            #expect(try rows.map { try $0.text("name") } == ["things", "labels"])
            #expect(try rows.map { try $0.text("checksum") } == both.map { $0.checksum(database.dialect) })
            #expect(try rows.allSatisfy { try $0.integer("applied_at") > 1_700_000_000_000 })
            #expect(try await database.query("SELECT id, label FROM things").rows.count == 2)
        }
    }

    @Test func `a checksum is of the statements`() {
        // printf 'CREATE TABLE more (id BIGINT)\0' | sha256sum
        #expect(
            Self.third.checksum(.sqlite) == "b693d3e5fa9055851bc7225a0a6e1627da186fdad11303378f4819fb62d5d7a1")
        #expect(Self.first.checksum(.sqlite) != Self.first.checksum(.postgresql))
    }

    @Test(arguments: TestDriver.available)
    func `a newer schema stops`(_ driver: TestDriver) async throws {
        try await TestDatabase.with(driver) { database in
            try await Migrator.migrate(database, migrations: [Self.first, Self.second, Self.third])
            for body in [
                { try await Migrator.migrate(database, migrations: [Self.first, Self.second]) },
                { try await Migrator.verify(database, migrations: [Self.first, Self.second]) },
            ] as [() async throws -> Void] {
                let error = await failure(of: body)
                #expect(error?.code == .schemaTooNew)
                #expect(error?.message.contains("migration 5 (more), and this program's last one is 2") == true)
                #expect(error?.message.contains("Start that version, or a newer one") == true)
            }
        }
    }

    @Test(arguments: TestDriver.available)
    func `a changed migration stops`(_ driver: TestDriver) async throws {
        try await TestDatabase.with(driver) { database in
            try await Migrator.migrate(database, migrations: [Self.first])
            let changed = Migration(version: 1, name: "things") { _ in ["CREATE TABLE things (id TEXT)"] }
            let error = await failure { try await Migrator.migrate(database, migrations: [changed, Self.second]) }
            #expect(error?.code == .migrationChanged)
            #expect(error?.message.contains("migration 1 (things) is not the one that was applied") == true)
            #expect(await code { try await Migrator.verify(database, migrations: [changed]) } == .migrationChanged)
            #expect(try await Self.record(database).count == 1)
        }
    }

    @Test(arguments: TestDriver.available)
    func `a failing migration leaves nothing behind`(_ driver: TestDriver) async throws {
        try await TestDatabase.with(driver) { database in
            let broken = Migration(version: 2, name: "broken") { _ in
                ["CREATE TABLE half (id BIGINT)", "INSERT INTO nowhere (id) VALUES (1)"]
            }
            let error = await failure { try await Migrator.migrate(database, migrations: [Self.first, broken]) }
            #expect(error?.code == .syntax)
            #expect(error?.message.hasPrefix("migration 2 (broken) failed: ") == true)
            #expect(try await Self.record(database).count == 1)
            #expect(await code { try await database.query("SELECT id FROM half") } == .syntax)
            try await Migrator.migrate(database, migrations: [Self.first, Self.second])
        }
    }

    @Test(arguments: TestDriver.shared)
    func `several processes may migrate at once`(_ driver: TestDriver) async throws {
        try await TestDatabase.withPlace(driver) { place in
            let all = [Self.first, Self.second, Self.third]
            let databases = [try await place.open(), try await place.open(), try await place.open()]
            let applied = try await withThrowingTaskGroup { group in
                for database in databases {
                    group.addTask { try await Migrator.migrate(database, migrations: all).map(\.version) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(applied.sorted() == [1, 2, 5])
            #expect(try await Self.record(databases[0]).count == 3)
            #expect(try await databases[2].query("SELECT id FROM things").rows.count == 2)
            for database in databases { await database.close() }
        }
    }
}
