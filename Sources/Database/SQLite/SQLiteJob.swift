/// A piece of work for the thread of a SQLite database.
struct SQLiteJob: Sendable {
    /// What to do.
    enum Kind: Sendable {
        /// Run a statement.
        case query(String, [SQLValue], timeout: Duration)
        /// Begin a transaction.
        case begin
        /// Commit the open transaction, or roll it back if one of its statements failed.
        case commit
        /// Roll the open transaction back.
        case rollBack
    }

    let kind: Kind
    /// The transaction it belongs to, if any.
    let session: SQLiteQueue.SessionID?
    /// Resumed once, by whoever takes the job out of the worker's table.
    let continuation: CheckedContinuation<SQLResult, any Error>
}
