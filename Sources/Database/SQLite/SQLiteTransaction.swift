/// The connection that a transaction's body gets: it works until the body has returned.
struct SQLiteTransaction: DatabaseConnection {
    let worker: SQLiteWorker
    let session: SQLiteQueue.SessionID
    let timeout: Duration
    let deadline: ContinuousClock.Instant?

    var dialect: SQLDialect { .sqlite }

    func query(_ sql: String, _ parameters: [SQLValue]) async throws -> SQLResult {
        try Task.checkCancellation()
        return try await worker.perform(
            .query(SQLStatement(sql, parameters), timeout: timeout), session: session, id: worker.nextID(),
            until: deadline)
    }
}
