/// The SQL dialect of a database. Most statements are the same for both; where they differ, the caller asks for this.
public enum SQLDialect: String, Sendable, Hashable, CaseIterable {
    /// PostgreSQL, by libpq.
    case postgresql
    /// SQLite, in this process.
    case sqlite

    /// The column type for binary values: `BYTEA` or `BLOB`.
    public var binaryType: String {
        switch self {
        case .postgresql: "BYTEA"
        case .sqlite: "BLOB"
        }
    }
}
