/// The connection that a transaction's body gets: it works until the body has returned.
struct PostgresTransaction: DatabaseConnection {
    let pool: PostgresPool
    let lease: PostgresPool.Lease
    let timeout: Duration
    let deadline: ContinuousClock.Instant?

    var dialect: SQLDialect { .postgresql }

    func query(_ sql: String, _ parameters: [SQLValue]) async throws -> SQLResult {
        try await pool.runInTransaction(sql, parameters, on: lease, timeout: timeout, until: deadline)
    }
}
