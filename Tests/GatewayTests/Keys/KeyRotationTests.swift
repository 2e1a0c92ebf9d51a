import Database
import Testing

@testable import Gateway

/// Rotations of the root key, on both databases.
@Suite struct KeyRotationTests {
    private static func ring(_ root: UInt8, former: [UInt8] = []) throws -> KeyRing {
        // As `RootKeys` makes it: the tags stay those of the first key.
        try KeyRing(
            TestStore.key(root), former: former.map { try TestStore.key($0) }, idTags: TestStore.key(1).derive(.idTags))
    }

    /// A database with tokens under the first key, some with a previous secret.
    private static func fill(_ test: TestStore, _ count: Int) async throws -> [TokenID: TokenSecret] {
        _ = try await RootKeys(root: TestStore.key(1), former: []).open(test.database)
        var secrets: [TokenID: TokenSecret] = [:]
        for number in 0..<count {
            let made = try await test.store.create(TokenDraft(service: "github", name: "t\(number)"))
            secrets[made.token.id] = made.secret
            guard number.isMultiple(of: 3) else { continue }
            secrets[made.token.id] = try await test.store.rotate(made.token.id, grace: .seconds(3600))?.secret
        }
        return secrets
    }

    private static func check(_ secrets: [TokenID: TokenSecret], _ keys: KeyRing, _ database: any Database) async throws
    {
        let store = TokenStore(database: database, keys: keys)
        for (id, secret) in secrets {
            let stored = try #require(try await store.stored(id))
            #expect(try keys.open(stored.secret, for: StoredToken.place(ofSecretIn: stored.token.row)) == secret.bytes)
            // Webhooks without a token's id find it by the secret's hash, which has to be under one of these keys as well.
            let rows = try await database.query(
                "SELECT lookup_hash FROM token WHERE public_id = $1", [.text("\(id)")]
            ).rows
            let hash = try #require(try rows.first?.optionalBlob("lookup_hash"))
            #expect(keys.lookupHashes(secret.bytes).contains(hash))
        }
    }

    @Test(arguments: TestDatabases.all)
    func `everything is sealed anew`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let secrets = try await Self.fill(test, 10)
            let both = try Self.ring(1, former: [2])
            let target = try TestStore.key(2).id
            let outcome = try await KeyRotation(database: test.database, keys: both, target: target).run(batch: 3)
            // Ten secrets, four previous ones, and the key for the tags.
            #expect(outcome.resealed == 15 && outcome.failed.isEmpty && outcome.left == 0)
            #expect(outcome.from == (try TestStore.key(1).id) && outcome.to == target)
            #expect(Set(try await SealedColumn.counts(in: test.database).keys) == [target])
            try await Self.check(secrets, Self.ring(2), test.database)

            let again = try await KeyRotation(database: test.database, keys: both, target: target).run()
            #expect(again.resealed == 0 && again.from == target)
            // The old key alone is of no use any more, and says so.
            let error = await #expect(throws: RootKeyError.self) {
                _ = try await RootKeys(root: TestStore.key(1), former: []).open(test.database)
            }
            #expect(error?.description.contains("was in use until") == true)
        }
    }

    @Test(arguments: TestDatabases.all)
    func `an interrupted rotation goes on`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let secrets = try await Self.fill(test, 12)
            let target = try TestStore.key(2).id
            let both = try Self.ring(1, former: [2])
            struct Interrupted: Error {}
            // A database that gives up in the middle: what was done stays done.
            let fragile = FragileDatabase(test.database, batches: 2)
            await #expect(throws: DatabaseError.self) {
                _ = try await KeyRotation(database: fragile, keys: both, target: target).run(batch: 4)
            }
            let middle = try await SealedColumn.counts(in: test.database)
            #expect(middle[target]?["token.secret"] == 8)
            // With one key alone no server starts in this state; with both it does.
            await #expect(throws: RootKeyError.stillInUse(keys: [try TestStore.key(1).id], secrets: 9)) {
                _ = try await RootKeys(root: TestStore.key(2), former: []).open(test.database)
            }
            try await Self.check(secrets, Self.ring(2, former: [1]), test.database)
            let opened = try await RootKeys(root: TestStore.key(2), former: [TestStore.key(1)]).open(test.database)
            #expect(opened.notices.first?.contains("9 secrets are sealed under a former root key") == true)

            let outcome = try await KeyRotation(database: test.database, keys: opened.keys, target: target).run(
                batch: 4)
            #expect(outcome.resealed == 9)
            try await Self.check(secrets, Self.ring(2), test.database)
        }
    }

    /// A server that has both keys, and began before the rotation, seals under the new key as soon as it is current.
    @Test(arguments: TestDatabases.all)
    func `servers follow`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            _ = try await Self.fill(test, 1)
            let server = try Self.ring(1, former: [2])
            let store = TokenStore(database: test.database, keys: server)
            let target = try TestStore.key(2).id
            _ = try await KeyRotation(database: test.database, keys: Self.ring(1, former: [2]), target: target).run()
            let made = try await store.create(TokenDraft(service: "github", name: "after"))
            #expect(try await store.stored(made.token.id)?.secret.keyID == target)
            #expect(server.keyID == target)
            // One that lacks the new key makes nothing that the others could not read.
            let left = TokenStore(database: test.database, keys: try Self.ring(1))
            await #expect(throws: KeyRing.Failure.unknownKey(id: target)) {
                _ = try await left.create(TokenDraft(service: "github", name: "never"))
            }
            #expect(Set(try await SealedColumn.counts(in: test.database).keys) == [target])
        }
    }

    @Test(arguments: TestDatabases.all)
    func `changes meanwhile are not lost`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let secrets = try await Self.fill(test, 30)
            let store = TokenStore(database: test.database, keys: try Self.ring(1, former: [2]))
            async let rotation = KeyRotation(
                database: test.database, keys: Self.ring(1, former: [2]), target: TestStore.key(2).id
            ).run(batch: 2)
            var latest = secrets
            for id in secrets.keys.prefix(15) {
                latest[id] = try await store.rotate(id, grace: .seconds(60))?.secret
            }
            #expect(try await rotation.failed.isEmpty)
            try await Self.check(latest, Self.ring(2), test.database)
        }
    }

    @Test func `what cannot be opened is named and stays`() async throws {
        try await TestDatabases.sqlite.withStore { test in
            _ = try await Self.fill(test, 3)
            try await test.database.query("UPDATE token SET secret = $1 WHERE name = 't1'", [.blob([1, 2, 3])])
            let rotation = try KeyRotation(
                database: test.database, keys: Self.ring(1, former: [2]), target: TestStore.key(2).id)
            let outcome = try await rotation.run()
            #expect(outcome.failed.map(\.column) == ["token.secret"])
            #expect(outcome.text.contains("not sealed anew: token.secret of "))
            #expect(outcome.text.contains("1 secrets are still sealed under another root key"))
            #expect(try await rotation.run().failed.count == 1)
            #expect(outcome.left == 1)
        }
    }

    /// The bound on a batch is the database's.
    @Test func `batches fit the database`() async throws {
        var limits = DatabaseLimits()
        limits.batchStatements = 2
        let database = try await DatabaseURL.parse("sqlite::memory:").open(
            loop: TestDatabases.loop.get(), limits: limits, logger: TestDatabases.logger)
        try await Migrator.migrate(database, migrations: GatewayMigrations.all)
        let test = try TestStore(database: database)
        _ = try await Self.fill(test, 5)
        let rotation = KeyRotation(
            database: database, keys: try Self.ring(1, former: [2]), target: try TestStore.key(2).id, limit: 2)
        let outcome = try await rotation.run(batch: 100)
        #expect(outcome.resealed == 8 && outcome.left == 0)
        await database.close()
    }

    @Test func `rotating needs the current key`() async throws {
        try await TestDatabases.sqlite.withStore { test in
            _ = try await Self.fill(test, 1)
            let error = await #expect(throws: RootKeyError.self) {
                _ = try await KeyRotation(
                    database: test.database, keys: KeyRing(TestStore.key(2)), target: TestStore.key(2).id
                ).run()
            }
            #expect(error == .wrongKey(expected: try TestStore.key(1).id, found: try TestStore.key(2).id))
        }
    }

    @Test func `rotating back`() async throws {
        try await TestDatabases.sqlite.withStore { test in
            let secrets = try await Self.fill(test, 2)
            for (from, to) in [(1, 2), (2, 1), (1, 2)] as [(UInt8, UInt8)] {
                let outcome = try await KeyRotation(
                    database: test.database, keys: Self.ring(from, former: [to]), target: TestStore.key(to).id
                ).run()
                #expect(outcome.resealed == 4)
            }
            try await Self.check(secrets, Self.ring(2), test.database)
        }
    }

    /// SQLite keeps bytes in any column.
    @Test func `an id that is none takes nothing from the others`() async throws {
        try await TestDatabases.sqlite.withStore { test in
            let secrets = try await Self.fill(test, 4)
            try await test.database.query("UPDATE token SET key_id = X'00ff' WHERE name = 't2'")
            #expect(
                try await SealedColumn.counts(in: test.database).mapValues { $0["token.secret"] } == [
                    try TestStore.key(1).id: 3
                ])
            _ = try await RootKeys(root: TestStore.key(1), former: []).open(test.database)
            let both = try Self.ring(1, former: [2])
            let target = try TestStore.key(2).id
            let outcome = try await KeyRotation(database: test.database, keys: both, target: target).run(batch: 1)
            #expect(outcome.left == 1)
            #expect(outcome.failed.map(\.reason) == ["column key_id is binary, not text"])
            let names = try await test.database.query(
                "SELECT name FROM token WHERE key_id = $1 ORDER BY name", [.text(target)])
            #expect(try names.rows.map { try $0.text("name") } == ["t0", "t1", "t3"])
            #expect(secrets.count == 4)
        }
    }
}
