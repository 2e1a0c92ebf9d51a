import EventLoop
import Glibc
import Testing

@testable import Database

/// A caller's own deadline holds wherever its time goes: waiting for a connection, the server, the disk.
@Suite struct DeadlineTests {
    private static func soon(_ milliseconds: Int = 150) -> ContinuousClock.Instant {
        .now + .milliseconds(milliseconds)
    }

    /// The code of the error, and whether it came in time.
    private static func code(_ body: () async throws -> Void) async -> (DatabaseError.Code?, isInTime: Bool) {
        let start = ContinuousClock.now
        let code = await failure(of: body)?.code
        return (code, start.duration(to: .now) < .seconds(8))
    }

    @Test(arguments: TestDriver.available)
    func `waiting for a connection`(_ driver: TestDriver) async throws {
        var limits = TestDatabase.limits
        limits.connections = 1
        try await TestDatabase.with(driver, limits: limits) { database in
            try await database.ping()
            try await database.withTransaction { _ in
                let calls: [@Sendable () async throws -> Void] = [
                    { _ = try await database.query("SELECT 1", [], until: Self.soon()) },
                    { try await database.ping(until: Self.soon()) },
                    { _ = try await database.batch([SQLStatement("SELECT 1")], until: Self.soon()) },
                    { try await database.withTransaction(TransactionOptions(deadline: Self.soon())) { _ in } },
                ]
                for call in calls { #expect(await Self.code(call) == (.timeout, true)) }
            }
            #expect(await Self.code { try await database.ping(until: .now) } == (.timeout, true))
            try await database.ping(until: .now + .seconds(60))
        }
    }

    @Test(arguments: TestDriver.shared)
    func `a transaction that is late`(_ driver: TestDriver) async throws {
        try await TestDatabase.with(driver) { database in
            try await database.query("CREATE TABLE t (id BIGINT NOT NULL)")
            let options = TransactionOptions(deadline: Self.soon())
            let code = await failure {
                try await database.withTransaction(options) { connection in
                    try await connection.query("INSERT INTO t (id) VALUES (1)")
                    try await Task.sleep(for: .milliseconds(200))
                    try await connection.query("INSERT INTO t (id) VALUES (2)")
                }
            }?.code
            #expect(code == .timeout)
            #expect(try await database.query("SELECT id FROM t").rows.isEmpty)
            try await database.withTransaction { try await $0.query("INSERT INTO t (id) VALUES (3)") }
        }
    }

    /// Another process's lock stands for a disk that hangs: SQLite waits for it in a system call, deaf to everything.
    @Test func `SQLite that hangs`() async throws {
        var limits = TestDatabase.limits
        limits.busyTimeout = .seconds(30)
        try await TestDatabase.withPlace(.sqliteFile) { place in
            let other = try await place.open()
            try await other.query("CREATE TABLE t (id BIGINT NOT NULL)")
            let database = try await place.open(limits: limits)
            let insert = "INSERT INTO t (id) VALUES (1)"
            let (locked, unlock) = AsyncStream<Void>.makeStream()
            let (ready, isReady) = AsyncStream<Void>.makeStream()
            let holder = Task {
                try await other.withTransaction { connection in
                    try await connection.query("INSERT INTO t (id) VALUES (0)")
                    isReady.finish()
                    for await _ in locked {}
                }
            }
            for await _ in ready {}
            let start = ContinuousClock.now
            async let first = Self.code { _ = try await database.query(insert, [], until: Self.soon()) }
            try await Task.sleep(for: .milliseconds(50))
            async let begun = Self.code {
                try await database.withTransaction(TransactionOptions(deadline: Self.soon())) { _ in }
            }
            async let batch = Self.code { _ = try await database.batch([SQLStatement(insert)], until: Self.soon()) }
            async let ping = Self.code { try await database.ping(until: Self.soon()) }
            #expect(await first == (.timeout, true))
            #expect(await [begun.0, batch.0, ping.0] == [.timeout, .timeout, .timeout])
            // The thread is still in there.
            #expect(start.duration(to: .now) < .seconds(20))
            unlock.finish()
            try await holder.value
            // It is back, and nothing was left open or half done.
            try await database.ping()
            try await database.withTransaction { try await $0.query("INSERT INTO t (id) VALUES (5)") }
            #expect(try await database.query("SELECT id FROM t WHERE id = 5").rows.count == 1)
            await database.close()
            await other.close()
        }
    }

    /// A transaction whose BEGIN came too late for whoever wanted it does not stay open.
    @Test func `a begin that nobody waits for is undone`() async throws {
        var limits = TestDatabase.limits
        limits.busyTimeout = .seconds(30)
        try await TestDatabase.withPlace(.sqliteFile) { place in
            let other = try await place.open()
            let database = try await place.open(limits: limits)
            try await other.query("CREATE TABLE t (id BIGINT NOT NULL)")
            try await other.withTransaction { connection in
                try await connection.query("INSERT INTO t (id) VALUES (0)")
                let outcome = await Self.code {
                    try await database.withTransaction(TransactionOptions(deadline: Self.soon())) { _ in }
                }
                #expect(outcome == (.timeout, true))
            }
            // The limit for idle transactions is longer than this.
            try await database.query("INSERT INTO t (id) VALUES (1)", [], until: .now + .seconds(10))
            await database.close()
            await other.close()
        }
    }

    @Test(.enabled(if: TestDriver.postgresURL != nil, "W2F_TEST_POSTGRES_URL names no PostgreSQL server"))
    func `a statement that is slow`() async throws {
        try await TestDatabase.with(.postgresql) { database in
            let outcome = await Self.code {
                _ = try await database.query("SELECT pg_sleep(60)", [], until: Self.soon())
            }
            #expect(outcome == (.timeout, true))
            let batch = await Self.code {
                _ = try await database.batch([SQLStatement("SELECT pg_sleep(60)")], until: Self.soon())
            }
            #expect(batch == (.timeout, true))
            try await database.ping()
        }
    }

    /// A backend that was stopped says nothing, and holds its connection open.
    @Test(.enabled(if: TestDriver.postgresURL != nil, "W2F_TEST_POSTGRES_URL names no PostgreSQL server"))
    func `a backend that hangs`() async throws {
        var limits = TestDatabase.limits
        limits.connections = 1
        try await TestDatabase.with(.postgresql, limits: limits) { database in
            let row = try #require(try await database.query("SELECT pg_backend_pid() AS pid").rows.first)
            let pid = pid_t(try row.integer("pid"))
            // Only where the server is another process of this machine, and ours to stop.
            guard kill(pid, SIGSTOP) == 0 else { return }
            defer { kill(pid, SIGCONT) }
            let outcome = await Self.code { _ = try await database.query("SELECT 1", [], until: Self.soon()) }
            #expect(outcome == (.timeout, true))
            // The next caller gets another connection.
            try await database.ping(until: .now + .seconds(30))
        }
    }
}
