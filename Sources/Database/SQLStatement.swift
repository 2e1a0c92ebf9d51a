/// A statement and its parameters, `$1` being the first.
public struct SQLStatement: Sendable, Hashable {
    /// One statement, with `$1`, `$2` … where its parameters go.
    public var sql: String
    /// The parameters.
    public var parameters: [SQLValue]

    /// A statement.
    public init(_ sql: String, _ parameters: [SQLValue] = []) {
        self.sql = sql
        self.parameters = parameters
    }

    /// Returns a Boolean value that indicates whether preparing the statement once for many runs pays: it reads or
    /// writes rows. Schema changes and transaction control run once, and are not kept.
    static func isWorthKeeping(_ sql: String) -> Bool {
        switch keyword(of: sql) {
        case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH": true
        default: false
        }
    }

    /// Returns a Boolean value that indicates whether the statement begins or ends a transaction, or a part of one.
    static func controlsTransaction(_ sql: String) -> Bool {
        switch keyword(of: sql) {
        case "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE", "PREPARE": true
        default: false
        }
    }

    /// Returns a Boolean value that indicates whether the statement writes rows and so has a number of affected ones.
    static func writesRows(_ sql: String) -> Bool {
        switch keyword(of: sql) {
        case "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH": true
        default: false
        }
    }

    /// The first word, in capitals.
    private static func keyword(of sql: String) -> String {
        sql.drop { $0.isWhitespace }.prefix { $0.isASCII && $0.isLetter }.uppercased()
    }
}

/// A value that goes into a statement or comes out of a row, the same for both drivers.
///
/// The portable column types are `BIGINT` (times are milliseconds since 1970 in it), `DOUBLE PRECISION`, `TEXT`, and
/// `BYTEA` or `BLOB` by dialect. PostgreSQL's booleans come as 1 and 0, as SQLite's do; its `numeric` comes as an
/// integer where it is one that fits (`SUM` of a `BIGINT`), and whatever else it has comes as its text.
public enum SQLValue: Sendable, Hashable {
    /// SQL's NULL.
    case null
    /// A whole number.
    case integer(Int64)
    /// A floating-point number.
    case real(Double)
    /// UTF-8 text. It must not contain U+0000, which PostgreSQL cannot store. Text that comes out of a row is in
    /// stream-safe form (``Swift/String/streamSafe``): to compare other text can take the square of its length.
    case text(String)
    /// Bytes.
    case blob([UInt8])
}

extension SQLValue {
    /// The kind of the value, for messages: never the value itself.
    var kind: String {
        switch self {
        case .null: "NULL"
        case .integer: "an integer"
        case .real: "a real number"
        case .text: "text"
        case .blob: "binary"
        }
    }
}

extension SQLValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByFloatLiteral {
    /// An integer.
    public init(integerLiteral value: Int64) {
        self = .integer(value)
    }

    /// Text.
    public init(stringLiteral value: String) {
        self = .text(value)
    }

    /// A real number.
    public init(floatLiteral value: Double) {
        self = .real(value)
    }
}

extension String {
    /// Returns the rest of the string after `prefix`, which is ASCII, if the string starts with its bytes. (To compare
    /// characters takes the square of the marks that are combined in one.)
    func dropping(prefix: String) -> String? {
        guard utf8.starts(with: prefix.utf8) else { return nil }
        return String(self[utf8.index(startIndex, offsetBy: prefix.utf8.count)...])
    }
}
