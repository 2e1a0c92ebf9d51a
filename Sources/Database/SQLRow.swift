/// One row of a result: values by column name or position. The names are shared between the rows of a result.
public struct SQLRow: Sendable, Hashable {
    /// The columns' names, in order.
    public let columns: [String]
    /// The values, in the order of the columns.
    public let values: [SQLValue]

    /// - Precondition: as many columns as values.
    public init(columns: [String], values: [SQLValue]) {
        precondition(columns.count == values.count, "a row has one value a column")
        self.columns = columns
        self.values = values
    }

    /// The value at a position, from 0; `nil` past the end.
    public subscript(index: Int) -> SQLValue? {
        values.indices.contains(index) ? values[index] : nil
    }

    /// The value of a column; `nil` if the row has no column of that name.
    public subscript(column: String) -> SQLValue? {
        columns.firstIndex(of: column).map { values[$0] }
    }
}

// The typed getters. They throw `DatabaseError` with the code `decoding`, whose text names column and type, never the
// value. The `optional…` variants take NULL for `nil`; a missing column is an error in both.
extension SQLRow {
    /// The whole number in a column.
    public func integer(_ column: String) throws(DatabaseError) -> Int64 {
        try required(optionalInteger(column), column)
    }

    /// The whole number in a column, or `nil` for NULL.
    public func optionalInteger(_ column: String) throws(DatabaseError) -> Int64? {
        switch try value(column) {
        case .null: nil
        case .integer(let value): value
        case let other: throw mismatch(column, other, "an integer")
        }
    }

    /// The number in a column; whole numbers are converted.
    public func real(_ column: String) throws(DatabaseError) -> Double {
        try required(optionalReal(column), column)
    }

    /// The number in a column, or `nil` for NULL; whole numbers are converted.
    public func optionalReal(_ column: String) throws(DatabaseError) -> Double? {
        switch try value(column) {
        case .null: nil
        case .real(let value): value
        case .integer(let value): Double(value)
        case let other: throw mismatch(column, other, "a real number")
        }
    }

    /// The text in a column.
    public func text(_ column: String) throws(DatabaseError) -> String {
        try required(optionalText(column), column)
    }

    /// The text in a column, or `nil` for NULL.
    public func optionalText(_ column: String) throws(DatabaseError) -> String? {
        switch try value(column) {
        case .null: nil
        case .text(let value): value
        case let other: throw mismatch(column, other, "text")
        }
    }

    /// The bytes in a column.
    public func blob(_ column: String) throws(DatabaseError) -> [UInt8] {
        try required(optionalBlob(column), column)
    }

    /// The bytes in a column, or `nil` for NULL.
    public func optionalBlob(_ column: String) throws(DatabaseError) -> [UInt8]? {
        switch try value(column) {
        case .null: nil
        case .blob(let value): value
        case let other: throw mismatch(column, other, "binary")
        }
    }

    /// The truth value in a column: an integer, of which 0 is false.
    public func bool(_ column: String) throws(DatabaseError) -> Bool {
        try integer(column) != 0
    }

    private func value(_ column: String) throws(DatabaseError) -> SQLValue {
        guard let value = self[column] else {
            throw DatabaseError(.decoding, "the result has no column \(column)")
        }
        return value
    }

    private func required<Value>(_ value: Value?, _ column: String) throws(DatabaseError) -> Value {
        guard let value else { throw DatabaseError(.decoding, "column \(column) is NULL") }
        return value
    }

    private func mismatch(_ column: String, _ value: SQLValue, _ wanted: String) -> DatabaseError {
        DatabaseError(.decoding, "column \(column) is \(value.kind), not \(wanted)")
    }
}

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
