/// A database: PostgreSQL or SQLite, with the same behaviour where it can be the same.
///
/// Both bound how many callers wait and for how long, and both bound the time of a statement. After a connection was
/// lost, later calls work by themselves as soon as the database is there again.
public protocol Database: Sendable {
    /// Which SQL it speaks.
    var dialect: SQLDialect { get }

    /// Runs one statement on any connection, with `$1`, `$2` … for the parameters. The whole result is held in memory: a
    /// query whose result may grow has a LIMIT.
    /// - Throws: `DatabaseError`; `CancellationError` if the task is cancelled, in which case the statement may have
    ///   been done or not.
    @discardableResult
    func query(_ sql: String, _ parameters: [SQLValue]) async throws -> SQLResult

    /// Runs `body` in a transaction (READ COMMITTED on PostgreSQL, `BEGIN IMMEDIATE` on SQLite), and commits it.
    ///
    /// It is rolled back if `body` throws, if one of its statements failed, or if the task is cancelled before the
    /// commit begins. If the connection is lost during the commit, the transaction may have been done or not: the error
    /// is `unavailable`.
    /// - Throws: what `body` throws, `DatabaseError`, or `CancellationError`.
    @discardableResult
    func withTransaction<T: Sendable>(
        _ options: TransactionOptions,
        _ body: @Sendable (any DatabaseConnection) async throws -> T
    ) async throws -> T

    /// Returns if the database answers.
    func ping() async throws

    /// Refuses new work, lets what runs end (within a limit), and closes the connections.
    func close() async
}

extension Database {
    /// Runs one statement without parameters.
    @discardableResult
    public func query(_ sql: String) async throws -> SQLResult {
        try await query(sql, [])
    }

    /// Runs one statement.
    @discardableResult
    public func query(_ statement: SQLStatement) async throws -> SQLResult {
        try await query(statement.sql, statement.parameters)
    }

    /// Runs `body` in a transaction, once, and commits it.
    @discardableResult
    public func withTransaction<T: Sendable>(
        _ body: @Sendable (any DatabaseConnection) async throws -> T
    ) async throws -> T {
        try await withTransaction(TransactionOptions(), body)
    }
}
