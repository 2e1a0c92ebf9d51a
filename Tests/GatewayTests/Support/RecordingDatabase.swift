import Database
import EventLoop

/// A database that remembers until when it was asked to answer.
final class RecordingDatabase: Database {
    private let inner: any Database
    private let asked = Locked<[(sql: String, deadline: ContinuousClock.Instant?)]>([])

    init(_ inner: any Database) {
        self.inner = inner
    }

    /// The deadlines of the queries that read tokens, in their order.
    var deadlines: [ContinuousClock.Instant?] {
        asked.withLock { $0 }.filter { $0.sql.hasPrefix("SELECT") && $0.sql.contains("FROM token ") }.map(\.deadline)
    }

    /// Forgets what was asked.
    func forget() { asked.withLock { $0 = [] } }

    var dialect: SQLDialect { inner.dialect }

    func query(
        _ sql: String, _ parameters: [SQLValue], until deadline: ContinuousClock.Instant?
    ) async throws -> SQLResult {
        asked.withLock { $0.append((sql, deadline)) }
        return try await inner.query(sql, parameters, until: deadline)
    }

    func batch(_ statements: [SQLStatement], until deadline: ContinuousClock.Instant?) async throws -> [SQLResult] {
        try await inner.batch(statements, until: deadline)
    }

    func withTransaction<T: Sendable>(
        _ options: TransactionOptions, _ body: @Sendable (any DatabaseConnection) async throws -> T
    ) async throws -> T {
        try await inner.withTransaction(options, body)
    }

    func ping(until deadline: ContinuousClock.Instant?) async throws { try await inner.ping(until: deadline) }

    func notices(on channel: String) -> AsyncStream<DatabaseNotice> { inner.notices(on: channel) }

    func close() async { await inner.close() }
}
