import Database
import Testing

@testable import Gateway

/// Which root keys a database takes.
@Suite struct RootKeysTests {
    private static func open(_ root: UInt8, former: [UInt8] = [], _ database: any Database) async throws -> KeyRing {
        try await RootKeys(root: TestStore.key(root), former: former.map { try TestStore.key($0) }).open(database).keys
    }

    @Test func `the first key becomes the database's own`() async throws {
        let database = try await TestStore.database()
        #expect(try await RootKeyTable.storedKeyID(in: database) == nil)
        let keys = try await Self.open(1, database)
        #expect(try await RootKeyTable.storedKeyID(in: database) == keys.keyID)
        _ = try await Self.open(1, database)

        let other = try TestStore.key(2)
        await #expect(throws: RootKeyError.wrongKey(expected: keys.keyID, found: other.id)) {
            _ = try await Self.open(2, database)
        }
        #expect(try await RootKeyTable.storedKeyID(in: database) == keys.keyID)
        _ = try await Self.open(1, database)
    }

    @Test func `the check value counts too`() async throws {
        let database = try await TestStore.database()
        _ = try await Self.open(1, database)
        try await database.query("UPDATE root_key SET check_value = $1", [.blob([UInt8](repeating: 0, count: 32))])
        await #expect(throws: RootKeyError.self) { _ = try await Self.open(1, database) }
    }

    @Test func `two first keys at once`() async throws {
        let database = try await TestStore.database()
        let accepted = await withTaskGroup(of: String?.self) { group in
            for seed in UInt8(1)...8 {
                group.addTask { try? await Self.open(seed, database).keyID }
            }
            return await group.reduce(into: [String]()) { if let id = $1 { $0.append(id) } }
        }
        #expect(accepted.count == 1)
        #expect(try await RootKeyTable.storedKeyID(in: database) == accepted.first)
    }

    /// A new key may stand in root_key_file before it is in use: the ring goes on with the database's own.
    @Test func `the database says which key is current`() async throws {
        let database = try await TestStore.database()
        let old = try await Self.open(1, database)
        let both = try await RootKeys(root: TestStore.key(2), former: [TestStore.key(1)]).open(database)
        #expect(both.keys.keyID == old.keyID)
        #expect(both.notices.count == 1 && both.notices[0].contains("not in use yet"))
        #expect(try await Self.open(1, former: [2], database).keyID == old.keyID)
    }

    @Test func `public ids outlive the root key`() async throws {
        try await TestDatabases.sqlite.withStore { store in
            let old = try await Self.open(1, store.database)
            let id = try TokenIDAuthority(old).make()
            let both = try await Self.open(2, former: [1], store.database)
            _ = try await KeyRotation(database: store.database, keys: both, target: TestStore.key(2).id).run()
            let new = try await Self.open(2, store.database)
            #expect(new.keyIDs == [try TestStore.key(2).id])
            #expect(TokenIDAuthority(new).isAuthentic(id))
            // Not because of the new key's own tags.
            #expect(!TokenIDAuthority(try KeyRing(TestStore.key(2))).isAuthentic(id))
        }
    }
}
