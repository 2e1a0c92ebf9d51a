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
