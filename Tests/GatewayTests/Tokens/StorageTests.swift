import Database
import Foundation
import HTTPServer
import Testing

@testable import Gateway

/// What serve and the commands begin with.
@Suite final class StorageTests {
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "w2f-storage-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private var keyPath: String { folder + "/state/root.key" }
    private var hasKey: Bool { FileManager.default.fileExists(atPath: keyPath) }

    private func settings(isLoopback: Bool = true, database: String? = nil) throws -> StorageSettings {
        StorageSettings(
            database: try DatabaseURL.parse(database ?? "sqlite:\(folder)/state/w2f.db"), rootKeyPath: keyPath,
            isLoopback: isLoopback, stateDirectory: folder + "/state")
    }

    private func open(_ settings: StorageSettings) async throws -> Storage {
        try await Storage.open(settings, loop: TestDatabases.loop.get(), logger: TestDatabases.logger)
    }

    @Test func `the first start makes everything`() async throws {
        let first = try await open(settings())
        #expect(first.notices.count == GatewayMigrations.all.count + 1)
        #expect(first.notices.last?.contains(keyPath) == true)
        let made = try await first.tokens.create(TokenDraft(service: "github", name: "x")).token
        await first.close()

        let second = try await open(settings())
        #expect(second.notices.isEmpty)
        #expect(second.keys.keyID == first.keys.keyID)
        #expect(try await second.tokens.find(made.id) == made)
        await second.close()
    }

    @Test func `no key is made off loopback`() async throws {
        await #expect(throws: RootKeyError.missing(path: keyPath, reason: .notStandalone)) {
            _ = try await self.open(self.settings(isLoopback: false))
        }
        #expect(!hasKey)
        // With a key it starts.
        _ = try RootKeyFile(path: keyPath).create()
        await (try open(settings(isLoopback: false))).close()
    }

    @Test(.enabled(if: TestDatabases.all.contains(.postgresql), "W2F_TEST_POSTGRES_URL is not set"))
    func `no key is made with postgre SQL`() async throws {
        try await TestDatabases.withSchema { url in
            await #expect(throws: RootKeyError.missing(path: keyPath, reason: .notStandalone)) {
                _ = try await self.open(self.settings(database: url))
            }
            #expect(!hasKey)
            _ = try RootKeyFile(path: keyPath).create()
            let storage = try await open(settings(database: url))
            #expect(storage.notices.count == GatewayMigrations.all.count)
            await storage.close()
        }
    }

    @Test func `a lost key is not replaced`() async throws {
        let first = try await open(settings())
        await first.close()
        try FileManager.default.removeItem(atPath: keyPath)
        await #expect(throws: RootKeyError.missing(path: keyPath, reason: .databaseHasKey(first.keys.keyID))) {
            _ = try await self.open(self.settings())
        }
        #expect(!hasKey)
    }

    @Test func `another key stops the start`() async throws {
        let first = try await open(settings())
        await first.close()
        try FileManager.default.removeItem(atPath: keyPath)
        let other = try RootKeyFile(path: keyPath).create()
        await #expect(throws: RootKeyError.wrongKey(expected: first.keys.keyID, found: other.id)) {
            _ = try await self.open(self.settings())
        }
    }

    @Test func `several first starts at once`() async throws {
        // As the server and a command on a new machine: one of them makes the key, all go on with the same.
        let settings = try settings()
        let ids = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let storage = try await Storage.open(
                        settings, loop: TestDatabases.loop.get(), logger: TestDatabases.logger)
                    await storage.close()
                    return storage.keys.keyID
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
    }

    @Test func `a newer schema stops the start`() async throws {
        let first = try await open(settings())
        try await first.database.query(
            "INSERT INTO \(Migrator.table) (version, name, checksum, applied_at) VALUES (999, 'later', 'x', 0)")
        await first.close()
        let error = await #expect(throws: DatabaseError.self) { _ = try await self.open(self.settings()) }
        #expect(error?.code == .schemaTooNew)
    }

    @Test func `from a configuration`() throws {
        var configuration = Configuration()
        configuration.stateDirectory = "/var/lib/w2f"
        configuration.keys.rootKeyFile = "/etc/w2f/root.key"
        configuration.database.url = "sqlite:/var/lib/w2f/x.db"
        configuration.database.limits.connections = 3
        #expect(try StorageSettings(configuration).stateDirectory == "/var/lib/w2f")
        #expect(try StorageSettings(configuration).isStandalone)
        #expect(try StorageSettings(configuration).limits.connections == 3)
        configuration.server.listen.append(ListenAddress(host: "0.0.0.0", port: 80))
        #expect(try !StorageSettings(configuration).isStandalone)
        configuration.server.listen = [ListenAddress(host: "127.0.0.1", port: 80)]
        configuration.database.url = "postgresql://h/db"
        #expect(try !StorageSettings(configuration).isStandalone)
        #expect(try StorageSettings(configuration).stateDirectory == nil)
    }
}
