import Testing

@testable import Database

/// Batches, on both drivers.
@Suite struct BatchTests {
    private static func withTable(
        _ driver: TestDriver, limits: DatabaseLimits = TestDatabase.limits, _ body: (any Database) async throws -> Void
    ) async throws {
        try await TestDatabase.with(driver, limits: limits) { database in
            try await database.query("CREATE TABLE t (id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)")
            try await body(database)
        }
    }

    private static func insert(_ id: Int64, _ name: String = "x") -> SQLStatement {
        SQLStatement("INSERT INTO t (id, name) VALUES ($1, $2)", [.integer(id), .text(name)])
    }

    private static func count(_ database: any Database) async throws -> Int64 {
        try #require(try await database.query("SELECT COUNT(*) AS n FROM t").rows.first).integer("n")
    }

    @Test(arguments: TestDriver.available)
    func `all is done in order`(_ driver: TestDriver) async throws {
        try await Self.withTable(driver) { database in
            let results = try await database.batch([
                Self.insert(1), Self.insert(2, "two"), SQLStatement("UPDATE t SET name = 'y' WHERE id < 10"),
                SQLStatement("SELECT id, name FROM t ORDER BY id"), SQLStatement("DELETE FROM t WHERE id = $1", [1]),
            ])
            #expect(results.map(\.affectedRows) == [1, 1, 2, 0, 1])
            #expect(results[3].rows.map(\.values) == [[1, "y"], [2, "y"]])
            #expect(try await Self.count(database) == 1)
            #expect(try await database.batch([]).isEmpty)
        }
    }

    @Test(arguments: TestDriver.available)
    func `many statements again and again`(_ driver: TestDriver) async throws {
        try await Self.withTable(driver) { database in
            for round in 0..<5 as Range<Int64> {
                let text = String(repeating: "long ", count: 200)
                let statements = (0..<1000 as Range<Int64>).map { Self.insert(round * 1000 + $0, text) }
                let results = try await database.batch(statements)
                #expect(results.count == 1000)
            }
            let count = try await Self.count(database)
            #expect(count == 5000)
        }
    }

    @Test(arguments: TestDriver.available)
    func `one that fails undoes all`(_ driver: TestDriver) async throws {
        try await Self.withTable(driver) { database in
            try await database.query(Self.insert(7))
            let error = await code { try await database.batch([Self.insert(1), Self.insert(7), Self.insert(2)]) }
            #expect(error == .uniqueViolation)
            #expect(try await Self.count(database) == 1)
            #expect(
                await code { try await database.batch([Self.insert(1), SQLStatement("SELECT nonsense")]) } == .syntax)
            #expect(await code { try await database.batch([SQLStatement("SELECT $1", ["a\0b"])]) } == .invalidParameter)
            // The connection is as good as before.
            try await database.batch([Self.insert(1), Self.insert(2)])
            #expect(try await Self.count(database) == 3)
        }
    }

    @Test(arguments: TestDriver.available)
    func `no statement ends the transaction`(_ driver: TestDriver) async throws {
        try await Self.withTable(driver) { database in
            for sql in ["COMMIT", "  rollback", "BEGIN", "END", "SAVEPOINT a"] {
                let error = await code {
                    try await database.batch([Self.insert(1), SQLStatement(sql), Self.insert(1)])
                }
                #expect(error == .other, "\(sql)")
            }
            let count = try await Self.count(database)
            #expect(count == 0)
        }
    }

    @Test(arguments: TestDriver.available)
    func `the length is bounded`(_ driver: TestDriver) async throws {
        var limits = TestDatabase.limits
        limits.batchStatements = 2
        try await Self.withTable(driver, limits: limits) { database in
            #expect(await code { try await database.batch((1...3).map { Self.insert($0) }) } == .invalidParameter)
            try await database.batch((1...2).map { Self.insert($0) })
        }
    }

    /// What was prepared on a connection and is no longer right there is prepared anew, within the same call.
    @Test(.enabled(if: TestDriver.postgresURL != nil, "W2F_TEST_POSTGRES_URL names no PostgreSQL server"))
    func `prepared statements that the server forgot`() async throws {
        var limits = TestDatabase.limits
        limits.connections = 1
        try await Self.withTable(.postgresql, limits: limits) { database in
            let statements = [Self.insert(1), SQLStatement("SELECT * FROM t WHERE id = $1", [1])]
            try await database.batch(statements)
            try await database.query("DEALLOCATE ALL")
            #expect(await code { try await database.batch(statements) } == .uniqueViolation)
            try await database.query("DELETE FROM t")
            try await database.query("ALTER TABLE t ADD COLUMN more TEXT")
            #expect(try await database.batch(statements)[1].rows.first?.columns == ["id", "name", "more"])
        }
    }

    @Test(arguments: TestDriver.available)
    func `in a transaction it is seen at once afterwards`(_ driver: TestDriver) async throws {
        try await Self.withTable(driver) { database in
            try await withThrowingTaskGroup { group in
                for number in 0..<20 as Range<Int64> {
                    group.addTask { _ = try await database.batch([Self.insert(number), Self.insert(number + 100)]) }
                }
                try await group.waitForAll()
            }
            #expect(try await Self.count(database) == 40)
        }
    }
}
