import Database
import EventLoop
import Testing

@testable import Gateway

@Suite struct DatabaseProbeTests {
    @Test func aCrowdCostsOneQuery() async throws {
        let database = CountingDatabase(try await TestStore.database())
        let probe = DatabaseProbe(database: database, interval: .seconds(60), timeout: .seconds(60))
        let answers = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<200 { group.addTask { await probe.readiness().isReady } }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(answers.count == 200)
        #expect(answers.allSatisfy { $0 })
        #expect(database.pings == 1)
        let eager = DatabaseProbe(database: database, interval: .zero, timeout: .seconds(60))
        for _ in 0..<3 { _ = await eager.readiness() }
        #expect(database.pings == 4)
    }

    @Test func aDatabaseThatIsAwayIsSoForAWhile() async throws {
        let probe = DatabaseProbe(database: UnreachableDatabase(), interval: .seconds(60), timeout: .seconds(60))
        for _ in 0..<2 {
            let part = await probe.readiness()
            #expect(!part.isReady && part.detail.contains("connection refused"))
        }
    }

    @Test func whoeverAsksGoesAwayAlone() async throws {
        let database = CountingDatabase(try await TestStore.database())
        let probe = DatabaseProbe(database: database, interval: .seconds(60), timeout: .seconds(60))
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return await probe.readiness().isReady
        }
        task.cancel()
        #expect(await task.value)
    }

    /// SQLite that waits for another process, as for a disk that hangs.
    @Test func aDatabaseThatHangs() async throws {
        let folder = try TemporaryFolder()
        let url = try DatabaseURL.parse("sqlite:\(folder.path)/w2f.db")
        let loop = try TestDatabases.loop.get()
        let other = try await url.open(loop: loop, logger: TestDatabases.logger)
        try await other.query("CREATE TABLE t (id BIGINT)")
        var limits = DatabaseLimits()
        limits.busyTimeout = .seconds(2)
        let database = try await url.open(loop: loop, limits: limits, logger: TestDatabases.logger)
        let probe = DatabaseProbe(database: database, interval: .milliseconds(50), timeout: .milliseconds(100))
        #expect(await probe.readiness().isReady)
        try await other.withTransaction { connection in
            try await connection.query("INSERT INTO t (id) VALUES (1)")
            let start = ContinuousClock.now
            async let stuck: SQLResult? = try? database.query("INSERT INTO t (id) VALUES (2)")
            try await Task.sleep(for: .milliseconds(60))
            let part = await probe.readiness()
            #expect(!part.isReady)
            #expect(start.duration(to: .now) < .seconds(1))
            _ = await stuck
        }
        try await Task.sleep(for: .milliseconds(60))
        #expect(await probe.readiness().isReady)
        await database.close()
        await other.close()
    }
}
