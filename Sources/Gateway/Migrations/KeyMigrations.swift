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

    /// Root keys that were in use before, and derived keys that outlive them, sealed under the root key of the time.
    static let formerKeys = Migration(version: 4, name: "former keys") { dialect in
        [
            """
            CREATE TABLE former_root_key (
                key_id TEXT NOT NULL PRIMARY KEY,
                check_value \(dialect.binaryType) NOT NULL,
                created_at BIGINT NOT NULL,
                retired_at BIGINT NOT NULL
            )
            """,
            """
            CREATE TABLE kept_key (
                name TEXT NOT NULL PRIMARY KEY,
                key_id TEXT NOT NULL,
                sealed \(dialect.binaryType) NOT NULL,
                created_at BIGINT NOT NULL
            )
            """,
        ]
    }
}
