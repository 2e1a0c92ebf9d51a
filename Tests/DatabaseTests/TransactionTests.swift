import Database
import Testing

/// Transactions, the same on each driver.
@Suite struct TransactionTests {
    private struct Refusal: Error {}

    private static func names(_ database: any Database) async throws -> [String] {
        try await database.query("SELECT name FROM t ORDER BY name").rows.map { try $0.text("name") }
    }

    private static func withTable(
        _ driver: TestDriver, limits: DatabaseLimits = TestDatabase.limits, _ body: (any Database) async throws -> Void
    ) async throws {
        try await TestDatabase.with(driver, limits: limits) { database in
            try await database.query("CREATE TABLE t (name TEXT PRIMARY KEY)")
            try await body(database)
        }
    }

    private static let insert = "INSERT INTO t (name) VALUES ($1)"

    @Test(arguments: TestDriver.available)
    func `commit keeps and returns`(_ driver: TestDriver) async throws {
        try await Self.withTable(driver) { database in
            let count = try await database.withTransaction { connection in
                #expect(connection.dialect == database.dialect)
                try await connection.query(Self.insert, ["a"])
                try await connection.query(Self.insert, ["b"])
                return try await connection.query("SELECT name FROM t").rows.count
            }
            #expect(count == 2)
            #expect(try await Self.names(database) == ["a", "b"])
        }
    }

    @Test(arguments: TestDriver.available)
    func `throwing rolls back`(_ driver: TestDriver) async throws {
        try await Self.withTable(driver) { database in
            await #expect(throws: Refusal.self) {
                try await database.withTransaction { connection in
                    try await connection.query(Self.insert, ["a"])
                    throw Refusal()
                }
            }
            let left = try await Self.names(database)
            #expect(left.isEmpty)
        }
    }

    @Test(arguments: TestDriver.available)
    func `a failed statement dooms the transaction`(_ driver: TestDriver) async throws {
        try await Self.withTable(driver) { database in
            try await database.query(Self.insert, ["a"])
            let outcome = await code {
                try await database.withTransaction { connection in
                    try await connection.query(Self.insert, ["b"])
                    _ = try? await connection.query(Self.insert, ["a"])
                    let next = await code { try await connection.query(Self.insert, ["c"]) }
                    #expect(next == .other)
                }
            }
            #expect(outcome == .uniqueViolation)
            #expect(try await Self.names(database) == ["a"])
        }
    }

    @Test(arguments: TestDriver.available)
    func `cancellation rolls back`(_ driver: TestDriver) async throws {
        var limits = TestDatabase.limits
        limits.connections = 1
        try await Self.withTable(driver, limits: limits) { database in
            let (inserted, signal) = AsyncStream<Void>.makeStream()
            let task = Task {
                try await database.withTransaction { connection in
                    try await connection.query(Self.insert, ["a"])
                    signal.finish()
                    // Ends by cancellation, whose error the body swallows.
                    try? await Task.sleep(for: .seconds(60))
                }
            }
            for await _ in inserted {}
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let left = try await Self.names(database)
            #expect(left.isEmpty)
        }
    }

    @Test(arguments: TestDriver.available)
    func `the connection is worth nothing afterwards`(_ driver: TestDriver) async throws {
        try await Self.withTable(driver) { database in
            let escaped = try await database.withTransaction { $0 }
            #expect(await code { try await escaped.query(Self.insert, ["a"]) } == .other)
            let left = try await Self.names(database)
            #expect(left.isEmpty)
        }
    }

    @Test(arguments: TestDriver.available)
    func `a body that ends the transaction is told`(_ driver: TestDriver) async throws {
        try await Self.withTable(driver) { database in
            let outcome = await code {
                try await database.withTransaction { connection in
                    try await connection.query(Self.insert, ["a"])
                    _ = try? await connection.query("ROLLBACK")
                    // Must not run, and stay, outside of the transaction.
                    _ = try? await connection.query(Self.insert, ["c"])
                }
            }
            #expect(outcome == .other)
            let left = try await Self.names(database)
            #expect(left.isEmpty)
            try await database.query(Self.insert, ["b"])
        }
    }

    @Test(arguments: TestDriver.available)
    func `transient errors are tried again as often as asked`(_ driver: TestDriver) async throws {
        try await Self.withTable(driver) { database in
            let counter = Counter()
            try await database.withTransaction(TransactionOptions(attempts: 3)) { connection in
                try await connection.query(Self.insert, ["a"])
                if await counter.next() < 3 { throw DatabaseError(.serializationFailure, sqlState: "40001", "met") }
            }
            #expect(try await Self.names(database) == ["a"])
            await #expect(throws: DatabaseError.self) {
                try await database.withTransaction { _ in throw DatabaseError(.busy, "met") }
            }
            #expect(await counter.value == 3)
        }
    }

    @Test(arguments: TestDriver.available)
    func `waiting for a connection has a deadline`(_ driver: TestDriver) async throws {
        var limits = TestDatabase.limits
        limits.connections = 1
        limits.acquireTimeout = .seconds(1)
        limits.waiters = 1
        try await TestDatabase.with(driver, limits: limits) { database in
            // Making the connection may take longer than waiting for it may.
            while (try? await database.ping()) == nil {}
            try await database.withTransaction { _ in
                async let first = code { try await database.ping() }
                async let second = code { try await database.ping() }
                let codes = await [first, second].compactMap(\.?.rawValue).sorted()
                #expect(codes == ["overloaded", "timeout"])
            }
            try await database.ping()
        }
    }

    @Test(arguments: TestDriver.available)
    func `a waiter is woken by cancellation`(_ driver: TestDriver) async throws {
        var limits = TestDatabase.limits
        limits.connections = 1
        try await Self.withTable(driver, limits: limits) { database in
            try await database.withTransaction { _ in
                let task = Task { try await database.ping() }
                try await Task.sleep(for: .milliseconds(20))
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
            }
            try await database.ping()
        }
    }

    @Test(arguments: TestDriver.available)
    func `many queries share few connections`(_ driver: TestDriver) async throws {
        var limits = TestDatabase.limits
        limits.connections = 4
        try await Self.withTable(driver, limits: limits) { database in
            try await withThrowingTaskGroup { group in
                for number in 0..<200 {
                    group.addTask {
                        if number.isMultiple(of: 4) {
                            try await database.withTransaction { connection in
                                try await connection.query(Self.insert, [.text("n\(number)")])
                            }
                        } else {
                            try await database.query(Self.insert, [.text("n\(number)")])
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(Set(try await Self.names(database)) == Set((0..<200).map { "n\($0)" }))
        }
    }

    @Test(arguments: TestDriver.available)
    func `a closed database refuses`(_ driver: TestDriver) async throws {
        try await TestDatabase.withPlace(driver) { place in
            let database = try await place.open()
            try await database.ping()
            await database.close()
            #expect(await code { try await database.ping() } == .unavailable)
            #expect(await code { try await database.withTransaction { _ in } } == .unavailable)
            await database.close()
        }
    }
}

/// Counts from 1.
private actor Counter {
    private(set) var value = 0

    func next() -> Int {
        value += 1
        return value
    }
}
