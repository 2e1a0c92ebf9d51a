/// One connection, for as long as a transaction lasts. Statements on it run one after the other: wait for one before
/// starting the next. Once the transaction's body has returned, it refuses everything.
public protocol DatabaseConnection: Sendable {
    /// The SQL dialect.
    var dialect: SQLDialect { get }

    /// Runs one statement, with `$1`, `$2` … for the parameters.
    ///
    /// A statement that fails dooms its transaction, on both drivers: even where the body catches the error, the
    /// transaction is rolled back, and its further statements are refused.
    /// - Throws: `DatabaseError`, or `CancellationError`.
    @discardableResult
    func query(_ sql: String, _ parameters: [SQLValue]) async throws -> SQLResult
}

extension DatabaseConnection {
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
}
