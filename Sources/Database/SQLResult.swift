/// The result of a statement.
public struct SQLResult: Sendable, Hashable {
    /// The rows of a SELECT or of a RETURNING clause.
    public var rows: [SQLRow]
    /// The number of rows that an INSERT, UPDATE or DELETE wrote or removed; 0 for any other statement.
    public var affectedRows: Int

    /// A result.
    public init(rows: [SQLRow] = [], affectedRows: Int = 0) {
        self.rows = rows
        self.affectedRows = affectedRows
    }
}
