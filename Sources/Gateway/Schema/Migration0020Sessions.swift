import Database

extension Migration {
    /// Sessions and used logins. The rows are found by hashes: who reads the database can log in as nobody. What the
    /// provider is asked with is sealed.
    static let sessions = Migration(version: 20, name: "sessions") { dialect in
        [
            """
            CREATE TABLE session (
                id_hash \(dialect.binaryType) NOT NULL PRIMARY KEY,
                handle TEXT NOT NULL UNIQUE,
                account TEXT NOT NULL,
                subject TEXT NOT NULL,
                name TEXT,
                group_names TEXT NOT NULL,
                key_id TEXT,
                credentials \(dialect.binaryType),
                is_development BIGINT NOT NULL,
                user_agent TEXT,
                created_at BIGINT NOT NULL,
                authenticated_at BIGINT NOT NULL,
                seen_at BIGINT NOT NULL,
                rights_at BIGINT NOT NULL,
                refresh_after BIGINT NOT NULL,
                lease_until BIGINT NOT NULL,
                expires_at BIGINT NOT NULL,
                CHECK ((key_id IS NULL) = (credentials IS NULL))
            )
            """,
            "CREATE INDEX session_by_account ON session (account, created_at)",
            "CREATE INDEX session_by_end ON session (expires_at)",
            """
            CREATE TABLE used_login (
                state_hash \(dialect.binaryType) NOT NULL PRIMARY KEY,
                expires_at BIGINT NOT NULL
            )
            """,
        ]
    }
}
