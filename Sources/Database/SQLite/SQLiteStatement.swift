import CSQLite
import Encodings

/// A prepared statement of SQLite. Confined to the thread of its connection, which finalises it.
final class SQLiteStatement {
    /// Finalised by `finalize`, before the connection is closed.
    private let handle: OpaquePointer
    /// The index of our parameter for each of SQLite's parameters: it numbers them as they first appear in the text.
    private let order: [Int]
    private var columns: [String] = []
    /// The number of times that SQLite had prepared it anew, after changes of the schema, when `columns` was read.
    private var preparations: CInt = -1
    private let writesRows: Bool

    /// - Throws: `DatabaseError` with the code `syntax` for wrong SQL, for more than one statement, and for
    ///   placeholders other than `$1`, `$2` …
    init(_ sql: String, on connection: OpaquePointer) throws(DatabaseError) {
        guard !sql.utf8.contains(0) else { throw DatabaseError(.syntax, "the statement contains a U+0000") }
        var sql = sql
        var statement: OpaquePointer?
        var rest = 0
        let status = sql.withUTF8 { text in
            text.withMemoryRebound(to: CChar.self) { text in
                var tail: UnsafePointer<CChar>?
                let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
                let status = sqlite3_prepare_v3(
                    connection, text.baseAddress, CInt(text.count), flags, &statement, &tail)
                if let tail, let base = text.baseAddress { rest = text.count - (tail - base) }
                return status
            }
        }
        guard status == SQLITE_OK else { throw SQLiteErrors.last(of: connection, status: status) }
        guard let statement else { throw DatabaseError(.syntax, "the statement is empty") }
        do throws(DatabaseError) {
            guard sql.utf8.suffix(rest).allSatisfy({ $0 == UInt8(ascii: ";") || $0 <= UInt8(ascii: " ") }) else {
                throw DatabaseError(.syntax, "there is more than one statement")
            }
            order = try Self.order(of: statement)
        } catch {
            sqlite3_finalize(statement)
            throw error
        }
        handle = statement
        writesRows = sqlite3_stmt_readonly(statement) == 0 && SQLStatement.writesRows(sql)
    }

    private static func order(of statement: OpaquePointer) throws(DatabaseError) -> [Int] {
        var order: [Int] = []
        for index in 0..<sqlite3_bind_parameter_count(statement) {
            guard let name = sqlite3_bind_parameter_name(statement, index + 1),
                let number = String(cString: name).dropping(prefix: "$").flatMap({ Int($0) }), number > 0
            else { throw DatabaseError(.syntax, "the statement has a placeholder other than $1, $2 …") }
            order.append(number - 1)
        }
        return order
    }

    /// Frees the statement, which must not be used again.
    func finalize() {
        sqlite3_finalize(handle)
    }

    /// Runs the statement to its end.
    func run(_ parameters: [SQLValue], on connection: OpaquePointer) throws(DatabaseError) -> SQLResult {
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        try bind(parameters, connection)
        var result = SQLResult()
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW:
                if result.rows.isEmpty { readColumns() }
                result.rows.append(SQLRow(columns: columns, values: columns.indices.map { value(CInt($0)) }))
            case SQLITE_DONE:
                if writesRows { result.affectedRows = Int(sqlite3_changes64(connection)) }
                return result
            case let status:
                throw SQLiteErrors.last(of: connection, status: status)
            }
        }
    }

    private func readColumns() {
        let now = sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_REPREPARE, 0)
        guard preparations != now else { return }
        preparations = now
        columns = (0..<sqlite3_column_count(handle)).map { String(cString: sqlite3_column_name(handle, $0)) }
    }

    private func bind(_ parameters: [SQLValue], _ connection: OpaquePointer) throws(DatabaseError) {
        let wanted = (order.max() ?? -1) + 1
        guard parameters.count == wanted else {
            throw DatabaseError(.invalidParameter, "the statement takes \(wanted) parameters, not \(parameters.count)")
        }
        for (index, parameter) in order.enumerated() {
            let status = try bind(parameters[parameter], at: CInt(index + 1), number: parameter + 1)
            guard status == SQLITE_OK else { throw SQLiteErrors.last(of: connection, status: status) }
        }
    }

    private func bind(_ value: SQLValue, at index: CInt, number: Int) throws(DatabaseError) -> CInt {
        switch value {
        case .null:
            return sqlite3_bind_null(handle, index)
        case .integer(let value):
            return sqlite3_bind_int64(handle, index, value)
        case .real(let value):
            return sqlite3_bind_double(handle, index, value)
        case .text(var value):
            guard !value.utf8.contains(0) else { throw .zeroInText(parameter: number) }
            return value.withUTF8 { bytes in
                // A null pointer would bind NULL: an empty text gets an address.
                return withUnsafePointer(to: CChar(0)) { empty in
                    bytes.withMemoryRebound(to: CChar.self) { text in
                        w2f_sqlite3_bind_text(handle, index, text.baseAddress ?? empty, UInt64(text.count))
                    }
                }
            }
        case .blob(let value):
            guard !value.isEmpty else { return sqlite3_bind_zeroblob(handle, index, 0) }
            return value.withUnsafeBytes { bytes in
                w2f_sqlite3_bind_blob(handle, index, bytes.baseAddress, UInt64(bytes.count))
            }
        }
    }

    private func value(_ column: CInt) -> SQLValue {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER:
            return .integer(sqlite3_column_int64(handle, column))
        case SQLITE_FLOAT:
            return .real(sqlite3_column_double(handle, column))
        case SQLITE_TEXT:
            let bytes = sqlite3_column_text(handle, column)
            let count = Int(sqlite3_column_bytes(handle, column))
            return .text(String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self).streamSafe)
        case SQLITE_BLOB:
            let bytes = sqlite3_column_blob(handle, column)
            return .blob(Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column)))))
        default:
            return .null
        }
    }
}

/// SQLite's result codes as `DatabaseError`s. Its texts name tables and columns, not values.
enum SQLiteErrors {
    /// The error of the last call on a connection.
    static func last(of connection: OpaquePointer?, status: CInt) -> DatabaseError {
        let extended = connection.map { sqlite3_extended_errcode($0) } ?? status
        let text = connection.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(status))
        return error(status: extended & 0xff == 0 ? status : extended, text)
    }

    /// An error by its extended result code.
    static func error(status: CInt, _ text: String) -> DatabaseError {
        DatabaseError(code(of: status), sqlState: "SQLITE_\(status)", "SQLite: \(text)")
    }

    private static func code(of status: CInt) -> DatabaseError.Code {
        switch status {
        case SQLITE_CONSTRAINT | (8 << 8), SQLITE_CONSTRAINT | (6 << 8), SQLITE_CONSTRAINT | (10 << 8):
            return .uniqueViolation  // _UNIQUE, _PRIMARYKEY, _ROWID
        default:
            break
        }
        return switch status & 0xff {
        case SQLITE_CONSTRAINT: .constraintViolation
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_INTERRUPT: .timeout
        case SQLITE_ERROR: .syntax
        case SQLITE_MISMATCH, SQLITE_RANGE, SQLITE_TOOBIG: .invalidParameter
        case SQLITE_FULL, SQLITE_NOMEM: .full
        case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
        case SQLITE_PERM, SQLITE_AUTH, SQLITE_READONLY: .permission
        case SQLITE_CANTOPEN, SQLITE_IOERR: .unavailable
        default: .other
        }
    }
}
