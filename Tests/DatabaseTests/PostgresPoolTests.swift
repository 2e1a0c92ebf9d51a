import EventLoop
import Glibc
import Testing

@testable import Database

/// What only PostgreSQL has: connections that break, servers that refuse, statements that are stopped there.
@Suite(.enabled(if: TestDriver.postgresURL != nil, "W2F_TEST_POSTGRES_URL names no PostgreSQL server"))
struct PostgresPoolTests {
    /// A loop for each test, so that they do not hold each other up.
    private let loop: EventLoop

    init() throws {
        loop = try EventLoop.start(name: "pool-test")
    }

    private static func limits(connections: Int = 4) -> DatabaseLimits {
        var limits = TestDatabase.limits
        limits.connections = connections
        return limits
    }

    /// The test server's settings, under an application name of its own.
    private static func settings(_ name: String) throws -> PostgresSettings {
        try PostgresSettings(parsing: try #require(TestDriver.postgresURL)).with("application_name", name)
    }

    private func makePool(_ settings: PostgresSettings, _ limits: DatabaseLimits = Self.limits()) throws -> PostgresPool
    {
        PostgresPool(settings: settings, limits: limits, loop: loop, logger: TestDatabase.logger)
    }

    private static func backends(_ pool: PostgresPool, named name: String, where condition: String = "TRUE")
        async throws
        -> Int
    {
        try await pool.query(
            "SELECT 1 FROM pg_stat_activity WHERE application_name = $1 AND \(condition)", [.text(name)]
        ).rows.count
    }

    /// Waits, for at most ten seconds, until `condition` holds.
    private static func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
        for _ in 0..<500 {
            if try await condition() { return true }
            try await Task.sleep(for: .milliseconds(20))
        }
        return false
    }

    /// The server closes while the loop does something else, and the next statement comes before the loop looks.
    @Test func `what the server closed is noticed before use`() async throws {
        let name = "w2f-closed-\(getpid())"
        let pool = try makePool(Self.settings(name))
        let other = PostgresPool(
            settings: try Self.settings("w2f-other"), limits: Self.limits(), loop: try EventLoop.start(name: "other"),
            logger: TestDatabase.logger)
        _ = try await pool.query("SELECT 1", [])
        let (loop, isClosed) = (loop, Locked(false))
        async let answer = Task(executorPreference: loop.taskExecutor) {
            while !isClosed.withLock({ $0 }) { usleep(1000) }
            return try await pool.query("SELECT 2", []).rows.count
        }.value
        // Returns when the server's process is gone, and its socket with it.
        let ended = try await other.query(
            "SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity WHERE application_name = $1", [.text(name)])
        isClosed.withLock { $0 = true }
        #expect(ended.rows.count == 1)
        #expect(try await answer == 1)
        await pool.close()
        await other.close()
    }

    @Test func `terminated connections are replaced`() async throws {
        let name = "w2f-terminate-\(getpid())"
        let pool = try makePool(Self.settings(name))
        let other = try makePool(Self.settings("w2f-other"))
        let outcomes = try await withThrowingTaskGroup(of: [DatabaseError.Code?].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var codes: [DatabaseError.Code?] = []
                    for _ in 0..<60 {
                        do {
                            _ = try await pool.query("SELECT pg_sleep(0.005)", [])
                            codes.append(nil)
                        } catch let error as DatabaseError {
                            codes.append(error.code)
                        }
                    }
                    return codes
                }
            }
            for _ in 0..<3 {
                try await Task.sleep(for: .milliseconds(60))
                _ = try await other.query(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", [.text(name)])
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(outcomes.count == 480)
        #expect(outcomes.contains(.unavailable))
        #expect(outcomes.allSatisfy { $0 == nil || $0 == .unavailable })
        // At most what was in flight each time.
        #expect(outcomes.count { $0 != nil } <= 12)
        #expect(try await pool.query("SELECT 1 AS one", []).rows.count == 1)
        await pool.close()
        #expect(try await Self.eventually { try await Self.backends(other, named: name) == 0 })
        await other.close()
    }

    @Test func `idle connections that break are noticed`() async throws {
        let name = "w2f-idle-\(getpid())"
        let pool = try makePool(Self.settings(name))
        let other = try makePool(Self.settings("w2f-other"))
        for _ in 0..<5 {
            try await pool.ping()
            _ = try await other.query(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = $1",
                [.text(name)])
            // The server has closed the socket; the loop has had time to see it.
            try await Task.sleep(for: .milliseconds(20))
        }
        try await pool.ping()
        await pool.close()
        await other.close()
    }

    @Test func `a statement that is given up is stopped on the server`() async throws {
        let name = "w2f-cancel-\(getpid())"
        var limits = Self.limits()
        limits.queryTimeout = .milliseconds(100)
        let pool = try makePool(Self.settings(name), limits)
        let other = try makePool(Self.settings("w2f-other"))
        #expect(await code { _ = try await pool.query("SELECT pg_sleep(60)", []) } == .timeout)
        let running = "state = 'active'"
        #expect(try await Self.eventually { try await Self.backends(other, named: name, where: running) == 0 })

        let patient = try makePool(Self.settings(name))
        let task = Task { _ = try await patient.query("SELECT pg_sleep(60)", []) }
        #expect(try await Self.eventually { try await Self.backends(other, named: name, where: running) == 1 })
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await Self.eventually { try await Self.backends(other, named: name, where: running) == 0 })
        try await patient.ping()
        for pool in [pool, other, patient] { await pool.close() }
    }

    @Test func `the bound on connections holds`() async throws {
        let name = "w2f-bound-\(getpid())"
        let pool = try makePool(Self.settings(name), Self.limits(connections: 3))
        let most = try await withThrowingTaskGroup { group in
            for _ in 0..<30 {
                group.addTask { try await Self.backends(pool, named: name) }
            }
            return try await group.reduce(0, max)
        }
        #expect((1...3).contains(most))
        await pool.close()
    }

    @Test func `refusals for good come at once and show no password`() async throws {
        let start = ContinuousClock.now
        let nowhere = try makePool(try Self.settings("w2f-refused").with("dbname", "w2f_no_such_database"))
        let missing = await failure { try await nowhere.ping() }
        #expect(missing?.code == .configuration)
        #expect(missing?.message.contains("w2f_no_such_database") == true)
        await nowhere.close()

        // A server that trusts everybody does not look at the password, and finds the database missing.
        let stranger = try makePool(
            try Self.settings("w2f-refused").with("dbname", "w2f_no_such_database").with("password", "hunter2"))
        let refused = await failure { try await stranger.ping() }
        #expect(refused?.code == .permission || refused?.code == .configuration)
        #expect(refused?.description.contains("hunter2") == false)
        await stranger.close()
        #expect(start.duration(to: .now) < .seconds(100))
    }

    @Test func `a server that is away is an error with its reason`() async throws {
        // Port 1 refuses; nobody knows the name.
        let resolver = PostgresResolver { _ in throw DatabaseError(.other, "unknown") }
        var limits = Self.limits()
        limits.acquireTimeout = .seconds(3)
        // Both at once: each takes all of that time.
        let pools = try ["127.0.0.1", "database.example"].map { host in
            let settings = try Self.settings("w2f-away").with("host", host).with("port", "1")
            let pool = PostgresPool(
                settings: settings, limits: limits, loop: loop, logger: TestDatabase.logger, resolver: resolver)
            return (host, pool)
        }
        await withTaskGroup { group in
            for (host, pool) in pools {
                group.addTask {
                    let error = await failure { try await pool.ping() }
                    #expect(error?.code == .unavailable)
                    #expect(error?.message.contains(host) == true)
                    await pool.close()
                }
            }
        }
    }

    @Test func `a server that says nothing is given up`() async throws {
        let silent = try SilentListener()
        defer { silent.close() }
        var limits = Self.limits()
        limits.connectTimeout = .milliseconds(150)
        limits.acquireTimeout = .seconds(3)
        let settings = try Self.settings("w2f-silent").with("host", "127.0.0.1").with("port", "\(silent.port)")
        let pool = try makePool(settings, limits)
        let error = await failure { try await pool.ping() }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("did not answer within") == true)
        await pool.close()
    }

    /// The limits are those that people have: the silent host must leave time for the other, in each attempt.
    @Test func `a silent first host leaves time for the others`() async throws {
        let silent = try SilentListener()
        defer { silent.close() }
        let real = try Self.settings("w2f-silent")
        let endpoint = try #require(try real.endpoints().first)
        for hosts in [[silent.port], [silent.port, 1]] {
            let both = real.with("host", hosts.map { _ in "127.0.0.1," }.joined() + endpoint.host)
                .with("port", hosts.map { "\($0)," }.joined() + endpoint.port)
            let pool = try makePool(both, DatabaseLimits())
            // More than there are hosts, all at once: none of them fails, and no turn of the list undoes another.
            try await withThrowingTaskGroup { group in
                for _ in 0..<4 { group.addTask { try await pool.ping() } }
                try await group.waitForAll()
            }
            await pool.close()
        }
    }

    @Test func `host names are resolved off the loop`() async throws {
        let settings = try Self.settings("w2f-name")
        let address = try #require(try settings.endpoints().first).host
        let resolver = PostgresResolver { host in
            #expect(host == "database.example")
            return ["192.0.2.1", address]
        }
        // A host that is not there (TEST-NET-1) must not keep the second one from being reached.
        var limits = Self.limits()
        limits.connectTimeout = .milliseconds(500)
        let pool = PostgresPool(
            settings: settings.with("host", "database.example"), limits: limits, loop: loop,
            logger: TestDatabase.logger, resolver: resolver)
        try await pool.ping()
        await pool.close()
        let local = try makePool(settings.with("host", "localhost"))
        try await local.ping()
        await local.close()
    }

    @Test func `deadlocks are surfaced and the retry ends them`() async throws {
        try await TestDatabase.with(.postgresql) { database in
            try await database.query("CREATE TABLE t (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)")
            try await database.query("INSERT INTO t (id, n) VALUES (1, 0), (2, 0)")
            let update = "UPDATE t SET n = n + 1 WHERE id = $1"
            try await withThrowingTaskGroup { group in
                for order in [[1, 2], [2, 1]] as [[Int64]] {
                    group.addTask {
                        try await database.withTransaction(TransactionOptions(attempts: 5)) { connection in
                            try await connection.query("SET LOCAL deadlock_timeout = '50ms'")
                            try await connection.query(update, [.integer(order[0])])
                            try await Task.sleep(for: .milliseconds(100))
                            try await connection.query(update, [.integer(order[1])])
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await database.query("SELECT n FROM t").rows.map { try $0.integer("n") } == [2, 2])
        }
    }

    @Test func `types that only postgre SQL has come as text`() async throws {
        let pool = try makePool(Self.settings("w2f-types"))
        let sql = """
            SELECT CAST('1.50' AS NUMERIC) AS a, CAST('7' AS SMALLINT) AS b, CAST('f' AS BOOLEAN) AS c, \
            CAST('{"x": 1}' AS JSONB) AS d, CAST('00000000-0000-0000-0000-000000000001' AS UUID) AS e, \
            CAST('NaN' AS DOUBLE PRECISION) AS f, CAST('-Infinity' AS REAL) AS g
            """
        let row = try #require(try await pool.query(sql, []).rows.first)
        #expect(
            Array(row.values.prefix(5)) == [
                "1.50", 7, 0, "{\"x\": 1}", "00000000-0000-0000-0000-000000000001",
            ])
        #expect(try row.real("f").isNaN)
        #expect(try row.real("g") == -.infinity)
        await pool.close()
    }

    @Test func `what leaves the connection unusable ends it`() async throws {
        let pool = try makePool(Self.settings("w2f-copy"), Self.limits(connections: 1))
        #expect(await code { _ = try await pool.query("COPY pg_class TO STDOUT", []) } == .syntax)
        #expect(try await pool.query("SELECT 1 AS one", []).rows.count == 1)
        // A notice goes nowhere, and is no error.
        _ = try await pool.query("DO $body$ BEGIN RAISE NOTICE 'hello'; END $body$", [])
        _ = try await pool.query("DEALLOCATE ALL", [])
        #expect(try await pool.query("SELECT 1 AS one", []).rows.count == 1)
        await pool.close()
    }

    @Test func `a large result and a large parameter do not hold up the loop`() async throws {
        let pool = try makePool(Self.settings("w2f-large"))
        async let length = pool.query(
            "SELECT LENGTH(CAST($1 AS BYTEA)) AS n", [.blob([UInt8](repeating: 1, count: 32 << 20))])
        // Other work of the loop goes on meanwhile.
        for _ in 0..<20 {
            await withCheckedContinuation { continuation in loop.execute { continuation.resume() } }
        }
        #expect(try await length.rows.first?.integer("n") == 32 << 20)
        let rows = try await pool.query("SELECT n, REPEAT('x', 100) AS s FROM generate_series(1, 5000) AS n", []).rows
        #expect(rows.count == 5_000)
        #expect(try rows.last?.integer("n") == 5_000)
        await pool.close()
    }

    @Test func `a pool that is forgotten closes its connections`() async throws {
        let name = "w2f-forgotten-\(getpid())"
        let other = try makePool(Self.settings("w2f-other"))
        do {
            let pool = try makePool(Self.settings(name))
            try await pool.ping()
            #expect(try await Self.backends(other, named: name) == 1)
        }
        #expect(try await Self.eventually { try await Self.backends(other, named: name) == 0 })
        await other.close()
    }
}
