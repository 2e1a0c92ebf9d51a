import Database
import EventLoop

/// A database that does so many batches and then breaks.
struct FragileDatabase: Database {
    private let real: any Database
    private let left: Locked<Int>

    init(_ real: any Database, batches: Int) {
        self.real = real
        left = Locked(batches)
    }

    var dialect: SQLDialect { real.dialect }

    func query(
        _ sql: String, _ parameters: [SQLValue], until deadline: ContinuousClock.Instant?
    ) async throws -> SQLResult {
        try await real.query(sql, parameters, until: deadline)
    }

    func batch(_ statements: [SQLStatement], until deadline: ContinuousClock.Instant?) async throws -> [SQLResult] {
        let isLeft = left.withLock { left in
            left -= 1
            return left >= 0
        }
        guard isLeft else { throw UnreachableDatabase.error }
        return try await real.batch(statements, until: deadline)
    }

    func withTransaction<T: Sendable>(
        _ options: TransactionOptions, _ body: @Sendable (any DatabaseConnection) async throws -> T
    ) async throws -> T { try await real.withTransaction(options, body) }

    func ping(until deadline: ContinuousClock.Instant?) async throws { try await real.ping(until: deadline) }

    func close() async { await real.close() }
}
