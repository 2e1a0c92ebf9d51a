/// A database: PostgreSQL or SQLite, with the same behaviour where it can be the same.
///
/// Both bound how many callers wait and for how long, and both bound the time of a statement, even where the server or
/// the disk hangs. After a connection was lost, later calls work by themselves as soon as the database is there again.
public protocol Database: Sendable {
    /// The SQL dialect.
    var dialect: SQLDialect { get }

    /// Runs one statement on any connection, with `$1`, `$2` … for the parameters. The whole result is held in memory: a
    /// query whose result may grow has a LIMIT.
    /// - Parameter deadline: until when the caller can wait, for a connection and for the result together; only the
    ///   database's own limits if nil.
    /// - Throws: `DatabaseError`, with the code `timeout` at the deadline; `CancellationError` if the task is cancelled.
    ///   In both cases the statement may have been done or not.
    @discardableResult
    func query(
        _ sql: String, _ parameters: [SQLValue], until deadline: ContinuousClock.Instant?
    ) async throws -> SQLResult

    /// Runs statements in one transaction, sent together: on PostgreSQL in libpq's pipeline mode, one round trip for all; on
    /// SQLite with one commit. All are done, or none.
    ///
    /// None may begin or end a transaction. At most `DatabaseLimits.batchStatements`; none at all is no work.
    /// - Parameter deadline: as in `query`.
    /// - Returns: the statements' results, in their order.
    /// - Throws: the error of the first statement that failed, as `query` does. If the connection is lost or the deadline
    ///   comes, the transaction may have been done or not.
    @discardableResult
    func batch(
        _ statements: [SQLStatement], until deadline: ContinuousClock.Instant?
    ) async throws -> [SQLResult]

    /// Runs `body` in a transaction (READ COMMITTED on PostgreSQL, `BEGIN IMMEDIATE` on SQLite), and commits it.
    ///
    /// It is rolled back if `body` throws, if one of its statements failed, or if the task is cancelled before the
    /// commit begins. If the connection is lost during the commit, or the deadline comes then, the transaction may have
    /// been done or not: the error is `unavailable` or `timeout`.
    /// - Throws: what `body` throws, `DatabaseError`, or `CancellationError`.
    @discardableResult
    func withTransaction<T: Sendable>(
        _ options: TransactionOptions,
        _ body: @Sendable (any DatabaseConnection) async throws -> T
    ) async throws -> T

    /// Returns if the database answers.
    /// - Parameter deadline: as in `query`.
    func ping(until deadline: ContinuousClock.Instant?) async throws

    /// The changes that others make, from now on, until the reader ends or the database is closed.
    ///
    /// PostgreSQL listens on `channel`, on a connection of its own that is made again whenever it is lost. SQLite is asked
    /// every `DatabaseLimits.pollInterval` whether another process has changed the file, whatever the channel. A reader
    /// that is too slow for the notices loses some, and then gets another `listening`.
    /// - Parameter channel: an SQL name of small letters, digits and `_`.
    func notices(on channel: String) -> AsyncStream<DatabaseNotice>

    /// Refuses new work, lets what runs end (within a limit), and closes the connections.
    func close() async
}

extension Database {
    /// Runs one statement, within the database's own limits.
    @discardableResult
    public func query(_ sql: String, _ parameters: [SQLValue] = []) async throws -> SQLResult {
        try await query(sql, parameters, until: nil)
    }

    /// Runs one statement.
    @discardableResult
    public func query(
        _ statement: SQLStatement, until deadline: ContinuousClock.Instant? = nil
    ) async throws -> SQLResult {
        try await query(statement.sql, statement.parameters, until: deadline)
    }

    /// Runs statements in one transaction, within the database's own limits.
    @discardableResult
    public func batch(_ statements: [SQLStatement]) async throws -> [SQLResult] {
        try await batch(statements, until: nil)
    }

    /// Runs statements in one transaction, one after the other: for databases that have no better way.
    @discardableResult
    public func batch(
        _ statements: [SQLStatement], until deadline: ContinuousClock.Instant?
    ) async throws -> [SQLResult] {
        try await withTransaction(TransactionOptions(deadline: deadline)) { connection in
            var results: [SQLResult] = []
            for statement in statements { results.append(try await connection.query(statement)) }
            return results
        }
    }

    /// Runs `body` in a transaction, once, and commits it.
    @discardableResult
    public func withTransaction<T: Sendable>(
        _ body: @Sendable (any DatabaseConnection) async throws -> T
    ) async throws -> T {
        try await withTransaction(TransactionOptions(), body)
    }

    /// Returns if the database answers, within its own limits.
    public func ping() async throws {
        try await ping(until: nil)
    }

    /// For databases that cannot tell of changes.
    public func notices(on channel: String) -> AsyncStream<DatabaseNotice> {
        AsyncStream { continuation in
            continuation.yield(.lost(DatabaseError(.unavailable, "this database does not tell of changes")))
            continuation.finish()
        }
    }
}
