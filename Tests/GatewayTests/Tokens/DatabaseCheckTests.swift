import Database
import Foundation
import Testing

@testable import Gateway

/// What `check-config --connect` says of a database.
@Suite struct DatabaseCheckTests {
    private func settings(_ folder: TemporaryFolder, key: String = "root.key") throws -> StorageSettings {
        StorageSettings(
            database: try DatabaseURL.parse("sqlite:\(folder.path)/w2f.db"), rootKeyPath: "\(folder.path)/\(key)",
            isLoopback: true)
    }

    @Test func `it says how the database stands`() async throws {
        let folder = try TemporaryFolder()
        let settings = try settings(folder)
        let empty = try await TestDatabases.open("sqlite:\(folder.path)/w2f.db")
        #expect(try await DatabaseCheck.run(settings, empty) == "connected; it is empty: serve makes its tables")
        try await Migrator.migrate(empty, migrations: Array(GatewayMigrations.all.dropLast(2)))
        #expect(try await DatabaseCheck.run(settings, empty).hasPrefix("connected; serve applies 2 migrations to it"))
        await empty.close()

        let storage = try await Storage.open(
            settings, loop: TestDatabases.loop.get(), logger: TestDatabases.logger)
        #expect(try await DatabaseCheck.run(settings, storage.database) == "connected")
        // Another key.
        _ = try RootKeyFile(path: "\(folder.path)/other.key").create()
        let other = try self.settings(folder, key: "other.key")
        let error = await #expect(throws: DatabaseError.self) {
            _ = try await DatabaseCheck.run(other, storage.database)
        }
        #expect(error?.message.contains("not those that it needs") == true)
        // A newer program's.
        try await storage.database.query(
            "INSERT INTO \(Migrator.table) (version, name, checksum, applied_at) VALUES (9999, 'later', 'x', 1)")
        let newer = await #expect(throws: DatabaseError.self) {
            _ = try await DatabaseCheck.run(settings, storage.database)
        }
        #expect(newer?.code == .schemaTooNew)
        await storage.close()
    }
}
