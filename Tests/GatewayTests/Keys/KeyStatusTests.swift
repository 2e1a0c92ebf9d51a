import Cryptography
import Database
import Encodings
import Foundation
import Testing

@testable import Gateway

/// `keys status` says what the server would do, and changes nothing.
@Suite struct KeyStatusTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func key(_ number: UInt8) throws -> String {
        let path = "\(folder.path)/\(number).key"
        guard !FileManager.default.fileExists(atPath: path) else { return path }
        let content = Hex.encode((0..<32).map { $0 &+ number })
        try Data(content.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        return path
    }

    private func settings(
        _ root: String, former: [String] = [], isLoopback: Bool = true
    ) throws -> StorageSettings {
        StorageSettings(
            database: try DatabaseURL.parse("sqlite:\(folder.path)/w2f.db"), rootKeyPath: root, formerKeyPaths: former,
            isLoopback: isLoopback)
    }

    private func status(_ settings: StorageSettings) async throws -> KeyStatus {
        try await KeyStatus.read(settings, loop: TestDatabases.loop.get(), logger: TestDatabases.logger)
    }

    private func open(_ settings: StorageSettings) async throws -> Storage {
        try await Storage.open(settings, loop: TestDatabases.loop.get(), logger: TestDatabases.logger)
    }

    private func starts(_ settings: StorageSettings) async -> Bool {
        guard let storage = try? await open(settings) else { return false }
        await storage.close()
        return true
    }

    private var files: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
    }

    /// The verdict, which must be the server's; the server is asked afterwards.
    private func verdict(_ settings: StorageSettings, _ comment: Comment) async throws -> KeyStatus {
        let before = try files
        let status = try await status(settings)
        #expect(try files == before, comment)
        #expect(await starts(settings) == status.isUsable, comment)
        return status
    }

    @Test func `without a database none is made`() async throws {
        let missing = "\(folder.path)/none.key"
        let lacking = try await status(settings(missing, isLoopback: false))
        #expect(!lacking.isUsable && lacking.current == nil)
        #expect(lacking.advice == ["there is no database at \(folder.path)/w2f.db yet: the server makes it"])
        #expect(try files.isEmpty)
        #expect(await !starts(try settings(missing, isLoopback: false)))
        let former = try await verdict(settings(missing, former: [missing]), "a former key must be there")
        #expect(!former.isUsable && former.advice.first == "the database has no tables yet: the server makes them")
        let first = try await verdict(settings(missing), "a first start makes both")
        #expect(first.isUsable && first.advice.count == 2)
        let second = try await verdict(settings(missing), "and then they are there")
        #expect(second.isUsable && second.advice.isEmpty)
    }

    @Test func `a key for a new database`() async throws {
        let status = try await verdict(settings(key(1), isLoopback: false), "its own")
        #expect(status.isUsable)
    }

    @Test func `its verdict is the servers`() async throws {
        let storage = try await open(settings(key(1)))
        _ = try await storage.tokens.create(TokenDraft(service: "github", name: "x"))
        await storage.close()
        #expect(try await verdict(settings(key(1)), "the key").isUsable)
        #expect(try await verdict(settings(key(2), former: [key(1)]), "before a rotation").isUsable)
        #expect(try await !verdict(settings(key(2)), "another key").isUsable)
        #expect(try await !verdict(settings("\(folder.path)/none.key"), "no key").isUsable)
        #expect(try await !verdict(settings(key(1), former: ["\(folder.path)/none.key"]), "no former key").isUsable)

        let both = try await open(settings(key(2), former: [key(1)]))
        _ = try await KeyRotation(both, Configuration()).run()
        // A session under the old key is nothing that the server needs.
        try await both.database.query(
            """
            INSERT INTO session (id_hash, handle, account, subject, group_names, key_id, credentials, is_development,
                created_at, authenticated_at, seen_at, rights_at, refresh_after, lease_until, expires_at)
            VALUES (x'00', 'h', 'a', 'a', '', $1, x'00', 0, 0, 0, 0, 0, 0, 0, 0)
            """, [.text(try TestStore.key(1).id)])
        await both.close()
        let after = try await verdict(settings(key(2)), "after it")
        #expect(after.isUsable && after.advice.count == 2)
        #expect(try await !verdict(settings(key(1)), "the former key").isUsable)
        #expect(try await verdict(settings(key(1), former: [key(2)]), "the other way round").isUsable)
    }

    @Test func `a secret under a key that is gone`() async throws {
        let storage = try await open(settings(key(1)))
        _ = try await storage.tokens.create(TokenDraft(service: "github", name: "x"))
        try await storage.database.query("UPDATE token SET key_id = 'gone'")
        await storage.close()
        let status = try await verdict(settings(key(1)), "needed")
        #expect(!status.isUsable && status.advice.first?.contains("gone is needed") == true)
    }

    @Test func `while a server runs`() async throws {
        let storage = try await open(settings(key(1)))
        _ = try await storage.tokens.create(TokenDraft(service: "github", name: "x"))
        let status = try await status(settings(key(1)))
        #expect(status.isUsable && status.sealed.map(\.secrets) == [2])
        await storage.close()
    }
}
