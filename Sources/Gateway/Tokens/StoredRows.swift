import Database
import EventLoop
import Logging

/// Rows that this program never writes: a hand that slipped, a disk that failed. A list goes on without them, and the log has
/// one line for each kind. One that was asked for alone is an error.
enum StoredRows {
    /// What was noted. There is no more of it than columns in the schema, with what can be wrong with each.
    private static let noted = Locked(Set<String>())

    /// What can be read of rows.
    ///
    /// - Throws: What `read` does, but for `DatabaseError` `decoding`.
    static func readable<Value>(
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
