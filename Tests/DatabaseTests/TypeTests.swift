import Database
import Testing

/// Values survive the way through the database, the same on each driver.
@Suite struct TypeTests {
    @Test(arguments: TestDriver.available)
    func `values round trip`(_ driver: TestDriver) async throws {
        try await TestDatabase.with(driver) { database in
            try await database.query(
                """
                CREATE TABLE items (
                    id BIGINT PRIMARY KEY, number BIGINT, ratio DOUBLE PRECISION, label TEXT,
                    content \(database.dialect.binaryType)
                )
                """)
            let large = (0..<1_048_576).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
            let rows: [[SQLValue]] = [
                [1, .null, .null, .null, .null],
                [2, .integer(.max), 1.5, "", .blob([])],
                [
                    3, .integer(.min), .real(.greatestFiniteMagnitude), "Grüße, 世界 🎉 e\u{301}",
                    .blob([0, 255, 92, 120]),
                ],
                [4, 0, .real(.leastNonzeroMagnitude), "'quotes' \"double\" \\back\u{1}\n", .blob(large)],
                [5, -1, .real(.infinity), .text(String(repeating: "ä", count: 500_000)), .blob([0])],
            ]
            for row in rows {
                let result = try await database.query(
                    "INSERT INTO items (id, number, ratio, label, content) VALUES ($1, $2, $3, $4, $5)", row)
                #expect(result.affectedRows == 1)
                #expect(result.rows.isEmpty)
            }
            let result = try await database.query("SELECT id, number, ratio, label, content FROM items ORDER BY id")
            #expect(result.affectedRows == 0)
            #expect(result.rows.map(\.values) == rows)
            #expect(result.rows.first?.columns == ["id", "number", "ratio", "label", "content"])
        }
    }

    @Test(arguments: TestDriver.available)
    func `typed getters throw without the value`(_ driver: TestDriver) async throws {
        try await TestDatabase.with(driver) { database in
            try await database.query("CREATE TABLE t (n BIGINT, s TEXT, flag BOOLEAN)")
            try await database.query("INSERT INTO t (n, s, flag) VALUES ($1, $2, TRUE)", [.null, "hidden"])
            let row = try #require(try await database.query("SELECT n, s, flag FROM t").rows.first)
            #expect(try row.optionalInteger("n") == nil)
            #expect(try row.text("s") == "hidden")
            #expect(try row.bool("flag"))
            #expect(row["none"] == nil)
            #expect(row[0] == .null)
            #expect(row[3] == nil)
            for body in [
                { _ = try row.integer("n") }, { _ = try row.integer("s") }, { _ = try row.blob("s") },
                { _ = try row.text("none") },
            ] as [() throws -> Void] {
                let error = #expect(throws: DatabaseError.self) { try body() }
                #expect(error?.code == .decoding)
                #expect(error?.description.contains("hidden") == false)
            }
        }
    }

    @Test(arguments: TestDriver.available)
    func `zero in text is an error`(_ driver: TestDriver) async throws {
        try await TestDatabase.with(driver) { database in
            try await database.query("CREATE TABLE t (s TEXT)")
            let error = await failure { try await database.query("INSERT INTO t (s) VALUES ($1)", ["secret\0text"]) }
            #expect(error?.code == .invalidParameter)
            #expect(error?.message == "parameter $1 is text with a U+0000, which cannot be stored")
            #expect(await code { try await database.query("SELECT 1\0") } == .syntax)
            #expect(try await database.query("SELECT s FROM t").rows.isEmpty)
        }
    }

    @Test(arguments: TestDriver.available)
    func `parameters are bound by number`(_ driver: TestDriver) async throws {
        try await TestDatabase.with(driver) { database in
            let row = try #require(
                try await database.query(
                    "SELECT CAST($2 AS TEXT) AS second, CAST($1 AS BIGINT) AS first, CAST($2 AS TEXT) AS again",
                    [7, "x"]
                ).rows.first)
            #expect(row == SQLRow(columns: ["second", "first", "again"], values: ["x", 7, "x"]))
            #expect(
                await code { try await database.query("SELECT CAST($1 AS BIGINT)", [1, 2]) } == .invalidParameter)
            #expect(await code { try await database.query("SELECT CAST($1 AS BIGINT)", []) } == .invalidParameter)
        }
    }

    @Test(arguments: TestDriver.available)
    func `aggregates are integers`(_ driver: TestDriver) async throws {
        try await TestDatabase.with(driver) { database in
            try await database.query("CREATE TABLE t (n BIGINT)")
            try await database.query("INSERT INTO t (n) VALUES ($1), ($2)", [40, 2])
            let row = try #require(
                try await database.query("SELECT SUM(n) AS total, COUNT(*) AS many FROM t").rows.first)
            #expect(try row.integer("total") == 42)
            #expect(try row.integer("many") == 2)
        }
    }
}
