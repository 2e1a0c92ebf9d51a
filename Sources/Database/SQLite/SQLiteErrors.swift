import CSQLite

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
