import EventLoop
import Glibc
import Logging
import Synchronization
import Testing

@testable import Database

/// A database of its own for a test: a file, memory, or a schema of PostgreSQL's.
struct TestDatabase: Sendable {
    let url: DatabaseURL
    private let cleanUp: @Sendable () async throws -> Void

    /// Bounds with patience: the tests run side by side on few cores, and under sanitizers.
    static let limits: DatabaseLimits = {
        var limits = DatabaseLimits()
        limits.acquireTimeout = .seconds(120)
        limits.connectTimeout = .seconds(60)
        limits.queryTimeout = .seconds(60)
        return limits
    }()

    static let loop = Result { try EventLoop.start(name: "database-test") }
    static var logger: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
    private static let count = Atomic<Int>(0)

    /// Runs `body` with a new, empty database; all its connections are closed afterwards.
    static func with(
        _ driver: TestDriver, limits: DatabaseLimits = TestDatabase.limits,
        _ body: (any Database) async throws -> Void
    ) async throws {
        try await withPlace(driver) { place in
            let database = try await place.open(limits: limits)
            do {
                try await body(database)
            } catch {
                await database.close()
                throw error
            }
            await database.close()
        }
    }

    /// Runs `body` with a place for a database, which it opens, as often as it likes, and closes.
    static func withPlace(_ driver: TestDriver, _ body: (TestDatabase) async throws -> Void) async throws {
        let place = try await make(driver)
        do {
            try await body(place)
        } catch {
            try await place.cleanUp()
            throw error
        }
        try await place.cleanUp()
    }

    /// Opens the database once more.
    func open(limits: DatabaseLimits = TestDatabase.limits) async throws -> any Database {
        try await url.open(loop: Self.loop.get(), limits: limits, logger: Self.logger)
    }

    private static func make(_ driver: TestDriver) async throws -> TestDatabase {
        switch driver {
        case .sqliteMemory:
            return TestDatabase(url: .sqlite(.memory)) {}
        case .sqliteFile:
            var template = Array("/tmp/w2f-database-test-XXXXXX".utf8CString)
            let made = try #require(mkdtemp(&template))
            let folder = String(cString: made)
            return TestDatabase(url: try .parse("sqlite:\(folder)/test.db")) {
                for suffix in ["", "-wal", "-shm"] { unlink("\(folder)/test.db\(suffix)") }
                rmdir(folder)
            }
        case .postgresql:
            let settings = try PostgresSettings(parsing: try #require(TestDriver.postgresURL))
            let number = count.wrappingAdd(1, ordering: .relaxed).newValue
            let schema = "test_\(getpid())_\(number)"
            try await run("CREATE SCHEMA \(schema)", settings)
            let url = DatabaseURL.postgresql(settings.with("options", "-csearch_path=\(schema)"))
            return TestDatabase(url: url) {
                try await run("DROP SCHEMA \(schema) CASCADE", settings)
            }
        }
    }

    private static func run(_ sql: String, _ settings: PostgresSettings) async throws {
        let database = try await DatabaseURL.postgresql(settings).open(loop: loop.get(), limits: limits, logger: logger)
        try await database.query(sql)
        await database.close()
    }
}

/// The code of the `DatabaseError` that `body` throws; nil, and a recorded failure, if it throws anything else.
func code(
    of body: () async throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
) async -> DatabaseError.Code? {
    await failure(of: body, sourceLocation: sourceLocation)?.code
}

/// The `DatabaseError` that `body` throws; nil, and a recorded failure, if it throws anything else.
func failure(
    of body: () async throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
) async -> DatabaseError? {
    let error = await #expect(throws: DatabaseError.self, sourceLocation: sourceLocation) { try await body() }
    return error
}
