import Database
import Testing

@testable import Gateway

/// A server's ring follows the database's root key while it runs.
@Suite(.timeLimit(.minutes(1))) struct RootKeyFollowerTests {
    private static func ring(_ root: UInt8, former: [UInt8] = []) throws -> KeyRing {
        try KeyRing(TestStore.key(root), former: former.map { try TestStore.key($0) })
    }

    private static func rotate(_ database: any Database) async throws -> String {
        let target = try TestStore.key(2).id
        _ = try await KeyRotation(database: database, keys: ring(1, former: [2]), target: target).run()
        return target
    }

    /// What is told of tokens has it looked at: no webhook, no restart.
    @Test(arguments: [TokenNotice.everything, .watching])
    func `what is told has it looked at`(_ notice: TokenNotice) async throws {
        try await TestDatabases.sqlite.withStore { test in
            _ = try await RootKeys(root: TestStore.key(1), former: []).open(test.database)
            let server = try Self.ring(1, former: [2])
            let follower = RootKeyFollower(database: test.database, keys: server, logger: TestDatabases.logger)
            let target = try await Self.rotate(test.database)
            await follower.note(.unwatched)
            #expect(server.keyID != target)
            await follower.note(notice)
            while server.keyID != target { await Task.yield() }
            #expect(server.cookieKeys.first == (try Self.ring(2).cookieKeys.first), "for logins in progress, too")
        }
    }

    @Test(
        .enabled(if: TestDatabases.all.contains(.postgresql), "W2F_TEST_POSTGRES_URL is not set"),
        arguments: [true, false])
    func `postgresql tells of another root key`(_ hasKey: Bool) async throws {
        try await TestDatabases.withSchema { url in
            let database = try await TestDatabases.open(url)
            let replica = try await TestDatabases.open(url)
            try await Migrator.migrate(database, migrations: GatewayMigrations.all)
            _ = try await RootKeys(root: TestStore.key(1), former: []).open(database)
            let log = RecordedLog()
            let server = try Self.ring(1, former: hasKey ? [2] : [])
            let follower = RootKeyFollower(database: replica, keys: server, logger: log.logger)
            let notices = TokenNotices()
            let (watching, isWatching) = AsyncStream<Void>.makeStream()
            notices.listen {
                await follower.note($0)
                if $0 == .watching { isWatching.yield() }
            }
            let watch = Task { try await TokenNoticeWatch(database: replica, notices: notices).run() }
            for await _ in watching { break }
            let target = try await Self.rotate(database)
            if hasKey {
                while server.keyID != target { try await Task.sleep(for: .milliseconds(5)) }
            } else {
                while log.lines.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
                #expect(log.lines[0].contains(target) && log.lines[0].contains("keys.root_key_file"))
                #expect(server.keyID == (try TestStore.key(1).id))
            }
            watch.cancel()
            await replica.close()
            await database.close()
        }
    }

    @Test func `a missing key is told once`() async throws {
        try await TestDatabases.sqlite.withStore { test in
            _ = try await RootKeys(root: TestStore.key(1), former: []).open(test.database)
            let database = CountingDatabase(test.database)
            let log = RecordedLog()
            let follower = RootKeyFollower(database: database, keys: try Self.ring(1), logger: log.logger)
            _ = try await Self.rotate(test.database)
            for round in 1...3 {
                await follower.note(.everything)
                while database.queries < round { await Task.yield() }
            }
            #expect(log.lines.count <= 1)
            while log.lines.isEmpty { await Task.yield() }
            #expect(log.lines.count == 1)
        }
    }
}
