import Database

/// A database that is away.
struct UnreachableDatabase: Database {
    let dialect = SQLDialect.postgresql

    func query(
        _ sql: String, _ parameters: [SQLValue], until deadline: ContinuousClock.Instant?
    ) async throws -> SQLResult { throw Self.error }

    func withTransaction<T: Sendable>(
        _ options: TransactionOptions, _ body: @Sendable (any DatabaseConnection) async throws -> T
    ) async throws -> T { throw Self.error }

    func ping(until deadline: ContinuousClock.Instant?) async throws { throw Self.error }

    func close() async {}

    static let error = DatabaseError(.unavailable, "connection refused")
}
