/// The reason why a database operation failed: a code to act on and a text for a log.
///
/// The text never holds a parameter's value or a password: PostgreSQL's DETAIL, which quotes values, is dropped, as is
/// what stands in quotes where the server quotes data.
public struct DatabaseError: Error, Hashable, CustomStringConvertible {
    /// The kind of failure, for programs to act on.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// The database cannot be reached, refuses connections, or the connection broke. What was in flight may have
        /// been done or not. Trying again later may work.
        case unavailable
        /// No connection was free in time, or the statement took too long.
        case timeout
        /// As many callers wait for a connection as may. Trying again later may work.
        case overloaded
        /// A row with that key exists.
        case uniqueViolation
        /// Another constraint does not hold: a foreign key, NOT NULL, CHECK.
        case constraintViolation
        /// The transaction met another one (a serialization failure or a deadlock) and was rolled back: running it
        /// again may work.
        case serializationFailure
        /// Another process holds a lock for too long. Trying again later may work.
        case busy
        /// The statement is wrong, or names a table or column that is not there.
        case syntax
        /// A parameter cannot be stored: a U+0000 in text, a wrong number of parameters, a value of another type.
        case invalidParameter
        /// A value of a row is not of the type that was asked for.
        case decoding
        /// The database refuses the user or the operation.
        case permission
        /// The disk, or another resource of the database, is full.
        case full
        /// The file is damaged, or is no database.
        case corrupt
        /// The file under the path is not the one that was opened: it was removed or replaced. Nothing that was read from
        /// the old one, and nothing that is written to it, counts any more.
        case replaced
        /// The database holds migrations that this program does not know.
        case schemaTooNew
        /// The database lacks migrations that this program needs.
        case schemaTooOld
        /// A migration that was applied is not the one that this program has.
        case migrationChanged
        /// The settings are wrong.
        case configuration
        /// Anything else.
        case other
    }

    /// The kind of failure.
    public let code: Code
    /// PostgreSQL's SQLSTATE (five characters), or SQLite's extended result code (`SQLITE_2067`), if the database gave one.
    public let sqlState: String?
    /// The failure, without values and passwords.
    public let message: String

    /// An error.
    public init(_ code: Code, sqlState: String? = nil, _ message: String) {
        self.code = code
        self.sqlState = sqlState
        self.message = message
    }

    /// The text for a log.
    public var description: String {
        if let sqlState { return "\(message) [\(code.rawValue), \(sqlState)]" }
        return "\(message) [\(code.rawValue)]"
    }

    /// A Boolean value that indicates whether the same transaction, run again, may succeed at once.
    public var isTransient: Bool {
        code == .serializationFailure || code == .busy
    }
}

extension DatabaseError {
    static let transactionControl = DatabaseError(
        .other, "a statement began or ended a transaction: that is withTransaction's business")

    static let callerDeadline = DatabaseError(.timeout, "the database did not answer in the time that there was")

    static func batchTooLong(_ count: Int, _ limits: DatabaseLimits) -> DatabaseError {
        DatabaseError(.invalidParameter, "a batch of \(count) statements is longer than \(limits.batchStatements)")
    }

    static let transactionFailed = DatabaseError(.other, "an earlier statement of the transaction failed")
}
