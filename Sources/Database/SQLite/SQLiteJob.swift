/// A piece of work for the thread of a SQLite database.
struct SQLiteJob: Sendable {
    typealias Waiter = CheckedContinuation<[SQLResult], any Error>

    /// The work.
    enum Kind: Sendable {
        /// Run a statement.
        case query(SQLStatement, timeout: Duration)
        /// Run statements in a transaction of their own.
        case batch([SQLStatement], timeout: Duration)
        /// Begin a transaction.
        case begin
        /// Commit the open transaction, or roll it back if one of its statements failed.
        case commit
        /// Roll the open transaction back.
        case rollBack

        /// The time that one statement of it may take; the database's own limit if nil.
        var timeout: Duration? {
            switch self {
            case .query(_, let timeout), .batch(_, let timeout): timeout
            case .begin, .commit, .rollBack: nil
            }
        }

        /// A Boolean value that indicates whether it is done even if nobody waits for it any more.
        var isOwed: Bool {
            if case .rollBack = self { true } else { false }
        }
    }

    let kind: Kind
    /// The transaction it belongs to, if any.
    let session: SQLiteQueue.SessionID?
    /// Until when whoever wants it can wait.
    let deadline: ContinuousClock.Instant?
    /// Resumed once, by whoever takes it out of the worker's table; nil if nobody waits.
    var waiter: Waiter?
}
