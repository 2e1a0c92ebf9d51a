import Database
import Testing

/// Statements, their numbers of rows and their errors, the same on each driver.
@Suite struct StatementTests {
    @Test(arguments: TestDriver.available)
    func `affected rows are those written`(_ driver: TestDriver) async throws {
        try await TestDatabase.with(driver) { database in
            #expect(try await database.query("CREATE TABLE t (id BIGINT PRIMARY KEY, n BIGINT)").affectedRows == 0)
            let inserted = try await database.query("INSERT INTO t (id, n) VALUES (1, 1), (2, 2), (3, 3) RETURNING id")
            #expect(inserted.affectedRows == 3)
            #expect(inserted.rows.map(\.values) == [[1], [2], [3]])
            #expect(try await database.query("UPDATE t SET n = 0 WHERE id > $1", [1]).affectedRows == 2)
            #expect(try await database.query("UPDATE t SET n = 0 WHERE id > $1", [9]).affectedRows == 0)
            #expect(try await database.query("SELECT id FROM t").affectedRows == 0)
            let again = "INSERT INTO t (id, n) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING"
            #expect(try await database.query(again, [1, 5]).affectedRows == 0)
            #expect(try await database.query(again, [4, 5]).affectedRows == 1)
            #expect(try await database.query("DELETE FROM t").affectedRows == 4)
            #expect(try await database.query("CREATE TABLE u (id BIGINT)").affectedRows == 0)
        }
    }

    @Test(arguments: TestDriver.available)
    func `errors have codes and no values`(_ driver: TestDriver) async throws {
        try await TestDatabase.with(driver) { database in
            try await database.query("CREATE TABLE p (id TEXT PRIMARY KEY)")
            try await database.query(
                """
                CREATE TABLE t (id TEXT PRIMARY KEY, name TEXT UNIQUE, parent TEXT REFERENCES p (id),
                    size BIGINT NOT NULL CHECK (size > 0))
                """)
            let insert = "INSERT INTO t (id, name, parent, size) VALUES ($1, $2, $3, $4)"
            try await database.query(insert, ["hidden-1", "hidden-2", .null, 1])
            let cases: [([SQLValue], DatabaseError.Code)] = [
                (["hidden-1", "hidden-3", .null, 1], .uniqueViolation),
                (["hidden-4", "hidden-2", .null, 1], .uniqueViolation),
                (["hidden-4", "hidden-5", "hidden-6", 1], .constraintViolation),
                (["hidden-4", "hidden-5", .null, .null], .constraintViolation),
                (["hidden-4", "hidden-5", .null, -1], .constraintViolation),
            ]
            for (parameters, expected) in cases {
                let error = await failure { try await database.query(insert, parameters) }
                #expect(error?.code == expected)
                #expect(error?.sqlState != nil)
                #expect(error?.description.contains("hidden") == false)
            }
            #expect(try await database.query("SELECT id FROM t").rows.count == 1)
        }
    }

    @Test(arguments: TestDriver.available)
    func `wrong SQL is syntax`(_ driver: TestDriver) async throws {
        try await TestDatabase.with(driver) { database in
            for sql in ["SELEKT 1", "SELECT * FROM nowhere", "", " ; ", "SELECT 1; SELECT 2", "SELECT ?1"] {
                #expect(await code { try await database.query(sql) } == .syntax, "\(sql)")
            }
            try await database.ping()
        }
    }

    @Test(arguments: TestDriver.available)
    func `prepared statements survive eviction and schema changes`(_ driver: TestDriver) async throws {
        var limits = TestDatabase.limits
        limits.connections = 1
        limits.preparedStatements = 3
        try await TestDatabase.with(driver, limits: limits) { database in
            for round in 0..<3 {
                for number in 0..<8 {
                    let rows = try await database.query(
                        "SELECT \(number) AS n, CAST($1 AS BIGINT) AS r", [.integer(Int64(round))]
                    ).rows
                    #expect(rows.map(\.values) == [[.integer(Int64(number)), .integer(Int64(round))]])
                }
            }
            try await database.query("CREATE TABLE t (a BIGINT)")
            try await database.query("INSERT INTO t (a) VALUES (1)")
            #expect(try await database.query("SELECT * FROM t").rows == [SQLRow(columns: ["a"], values: [1])])
            try await database.query("ALTER TABLE t ADD COLUMN b TEXT")
            #expect(
                try await database.query("SELECT * FROM t").rows == [SQLRow(columns: ["a", "b"], values: [1, .null])])
        }
    }

    @Test(arguments: TestDriver.available)
    func `statements that take too long are ended`(_ driver: TestDriver) async throws {
        var limits = TestDatabase.limits
        limits.connections = 1
        limits.queryTimeout = .seconds(1)
        try await TestDatabase.with(driver, limits: limits) { database in
            let endless = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT 1 FROM c) SELECT COUNT(*) FROM c"
            #expect(await code { try await database.query(endless) } == .timeout)
            // The same connection is free again, for longer than a second on a busy machine.
            let options = TransactionOptions(queryTimeout: .seconds(60))
            let rows = try await database.withTransaction(options) { try await $0.query("SELECT 1 AS one").rows }
            #expect(rows.count == 1)
        }
    }

    @Test(arguments: TestDriver.available)
    func `transaction control is refused`(_ driver: TestDriver) async throws {
        var limits = TestDatabase.limits
        limits.connections = 1
        try await TestDatabase.with(driver, limits: limits) { database in
            try await database.query("CREATE TABLE t (a BIGINT)")
            _ = try? await database.query("BEGIN")
            try await database.query("INSERT INTO t (a) VALUES (1)")
            // Had the transaction stayed open, this would have undone the insert.
            _ = try? await database.query("ROLLBACK")
            #expect(try await database.query("SELECT a FROM t").rows.count == 1)
        }
    }
}
