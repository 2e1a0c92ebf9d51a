import Database
import EventLoop

/// A database that counts what it is asked.
struct CountingDatabase: Database {
    private struct Counts: Sendable {
        var queries = 0
        var pings = 0
    }

    private let real: any Database
    private let counts = Locked(Counts())

    init(_ real: any Database) {
        self.real = real
    }

    /// Statements, in transactions and out of them.
    var queries: Int { counts.withLock { $0.queries } }
    var pings: Int { counts.withLock { $0.pings } }
    var dialect: SQLDialect { real.dialect }

    func query(
        _ sql: String, _ parameters: [SQLValue], until deadline: ContinuousClock.Instant?
    ) async throws -> SQLResult {
        counts.withLock { $0.queries += 1 }
        return try await real.query(sql, parameters, until: deadline)
    }

    func withTransaction<T: Sendable>(
        _ options: TransactionOptions, _ body: @Sendable (any DatabaseConnection) async throws -> T
    ) async throws -> T {
        counts.withLock { $0.queries += 1 }
        return try await real.withTransaction(options, body)
    }

    func ping(until deadline: ContinuousClock.Instant?) async throws {
        counts.withLock { $0.pings += 1 }
        try await real.ping(until: deadline)
    }

    func close() async { await real.close() }
}
