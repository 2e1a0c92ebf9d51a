import Database

extension Migration {
    /// The check value of the root key that the database was made with.
    static let rootKeys = Migration(version: 1, name: "root keys") { dialect in
        [
            """
            CREATE TABLE root_key (
                slot TEXT NOT NULL PRIMARY KEY CHECK (slot = 'current'),
                key_id TEXT NOT NULL,
                check_value \(dialect.binaryType) NOT NULL,
                created_at BIGINT NOT NULL
            )
            """
        ]
    }
}
