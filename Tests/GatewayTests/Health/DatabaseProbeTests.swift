import Database
import EventLoop
import Testing

@testable import Gateway

@Suite struct DatabaseProbeTests {
    private static func probe(
        _ database: any Database, interval: Duration = .seconds(60), timeout: Duration = .seconds(60),
        keys: KeyRing? = nil
    ) throws -> DatabaseProbe {
        DatabaseProbe(
            database: database, keys: try keys ?? KeyRing(TestStore.key()), interval: interval, timeout: timeout)
    }

    private static func database() async throws -> any Database {
        let database = try await TestStore.database()
        _ = try await RootKeys(root: TestStore.key(), former: []).open(database)
        return database
    }

    @Test func `a crowd costs one query`() async throws {
        let database = CountingDatabase(try await Self.database())
        let probe = try Self.probe(database)
        let answers = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<200 { group.addTask { await probe.isReady() } }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(answers.count == 200)
        #expect(answers.allSatisfy { $0 })
        #expect(database.queries == 1)
        let eager = try Self.probe(database, interval: .zero)
        for _ in 0..<3 { _ = await eager.readiness() }
        #expect(database.queries == 4)
    }

    @Test func `a database that is away is so for a while`() async throws {
        let probe = try Self.probe(UnreachableDatabase())
        for _ in 0..<2 {
            let parts = await probe.readiness()
            #expect(parts.map(\.name) == ["database"])
            #expect(!parts[0].isReady && parts[0].detail.contains("connection refused"))
        }
    }

    @Test func `whoever asks goes away alone`() async throws {
        let database = CountingDatabase(try await Self.database())
        let probe = try Self.probe(database)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return await probe.isReady()
        }
        task.cancel()
        #expect(await task.value)
    }

    /// The ring follows; where it lacks the key, it is said which one, and what to do.
    @Test func `the root key is looked at`() async throws {
        let database = try await Self.database()
        let target = try TestStore.key(2).id
        let both = try KeyRing(TestStore.key(), former: [TestStore.key(2)])
        let able = try Self.probe(database, interval: .zero, keys: both)
        let lacking = try Self.probe(database, interval: .zero)
        #expect(await able.isReady())
        #expect(await lacking.isReady())
        let rotating = try KeyRing(TestStore.key(), former: [TestStore.key(2)])
        _ = try await KeyRotation(database: database, keys: rotating, target: target).run()
        #expect(await able.isReady())
        #expect(both.keyID == target)
        let parts = await lacking.readiness()
        #expect(parts.map(\.name) == ["database", "root_key"] && parts.map(\.isReady) == [true, false])
        #expect(parts[1].detail.contains(target) && parts[1].detail.contains("keys.root_key_file"))
        try await database.query("DELETE FROM root_key")
        #expect(await able.readiness().map(\.isReady) == [true, false])
        await database.close()
    }

    /// SQLite that waits for another process, as for a disk that hangs.
    @Test func `a database that hangs`() async throws {
        let folder = try TemporaryFolder()
        let url = try DatabaseURL.parse("sqlite:\(folder.path)/w2f.db")
        let loop = try TestDatabases.loop.get()
        let other = try await url.open(loop: loop, logger: TestDatabases.logger)
        try await Migrator.migrate(other, migrations: GatewayMigrations.all)
        _ = try await RootKeys(root: TestStore.key(), former: []).open(other)
        try await other.query("CREATE TABLE t (id BIGINT)")
        var limits = DatabaseLimits()
        limits.busyTimeout = .seconds(30)
        let database = try await url.open(loop: loop, limits: limits, logger: TestDatabases.logger)
        let probe = try Self.probe(database, interval: .milliseconds(50), timeout: .seconds(1))
        #expect(await probe.isReady())
        let stuck = try await other.withTransaction { connection in
            try await connection.query("INSERT INTO t (id) VALUES (1)")
            // Begun at once: it is in the queue before what the probe asks.
            let stuck = Task.immediate { try? await database.query("INSERT INTO t (id) VALUES (2)") }
            try await Task.sleep(for: .milliseconds(60))
            let start = ContinuousClock.now
            #expect(await !probe.isReady())
            // Sooner than the ten seconds that the database itself lets it wait.
            #expect(start.duration(to: .now) < .seconds(8))
            return stuck
        }
        _ = await stuck.value
        try await Task.sleep(for: .milliseconds(60))
        #expect(await probe.isReady())
        await database.close()
        await other.close()
    }
}

extension DatabaseProbe {
    fileprivate func isReady() async -> Bool { await readiness().allSatisfy(\.isReady) }
}
