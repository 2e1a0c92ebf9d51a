import EventLoop
import Logging

/// Rows that this program never writes: a hand that slipped, a disk that failed. A list goes on without them, and the
/// log has one line for each kind. One that was asked for alone is an error.
package enum StoredRows {
    /// The notes so far. There is no more of it than columns in the schema, with what can be wrong with each.
    private static let noted = Locked(Set<String>())

    /// Returns the values of the rows that can be read.
    ///
    /// - Throws: What `read` does, but for `DatabaseError` `decoding`.
    package static func readable<Value>(
        _ rows: [SQLRow], of table: String, _ read: (SQLRow) throws -> Value
    ) throws -> [Value] {
        try rows.compactMap { row in
            do {
                return try read(row)
            } catch let error as DatabaseError where error.code == .decoding {
                note(error, of: table)
                return nil
            }
        }
    }

    private static func note(_ error: DatabaseError, of table: String) {
        let isNew = noted.withLock { $0.insert("\(table): \(error.message)").inserted }
        guard isNew else { return }
        Logger(label: "webhook2fedmsg").warning(
            "the database holds a row that makes no sense; lists go on without it",
            metadata: ["table": "\(table)", "error": "\(error.message)"])
    }
}

/// Numbers of the database that this program never writes: a disk that failed, a hand that slipped. They are read as
/// they are, as far as nothing overflows, shown as what they are, and the log has one line for each column that held
/// some.
package enum StoredNumber {
    /// Counts beyond this, either way, are read as this: sums of a few of them are still numbers.
    package static let limit: Int64 = 1 << 60

    /// The columns that the log has a line on. There are no more than columns in the schema.
    private static let noted = Locked(Set<String>())

    /// Returns a Boolean value that indicates whether a count can be one.
    package static func isPossible(_ count: Int64) -> Bool { (0..<limit).contains(count) }

    /// Writes it to the log, once a column.
    package static func note(_ column: String) {
        let isNew = noted.withLock { $0.insert(column).inserted }
        guard isNew else { return }
        Logger(label: "webhook2fedmsg").warning(
            "the database holds a number that makes no sense; it is shown, and nothing is made of it",
            metadata: ["column": "\(column)"])
    }
}

extension SQLRow {
    /// The point in time in a column.
    package func time(_ column: String) throws(DatabaseError) -> UnixTime {
        guard let time = try optionalTime(column) else {
            throw DatabaseError(.decoding, "column \(column) is NULL")
        }
        return time
    }

    /// The point in time in a column, or `nil` for NULL.
    package func optionalTime(_ column: String) throws(DatabaseError) -> UnixTime? {
        guard let time = try optionalInteger(column).map(UnixTime.init(milliseconds:)) else { return nil }
        if !time.isKnown { StoredNumber.note(column) }
        return time
    }

    /// The count in a column, 0 for NULL: within ``StoredNumber/limit``, and noted if it cannot be one.
    package func count(_ column: String) throws(DatabaseError) -> Int64 {
        let count = try optionalInteger(column) ?? 0
        guard !StoredNumber.isPossible(count) else { return count }
        StoredNumber.note(column)
        return min(max(count, -StoredNumber.limit), StoredNumber.limit)
    }
}
