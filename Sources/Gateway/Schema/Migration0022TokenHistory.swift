import Database

extension Migration {
    /// The history of tokens. The rows name tokens by their ids, and stay when those are gone. And what the lists of
    /// tokens are ordered and counted by.
    static let tokenHistory = Migration(version: 22, name: "token history") { dialect in
        let isPostgreSQL = dialect == .postgresql
        // Only the C locale lowers and orders letters as the program does.
        let name = isPostgreSQL ? "lower(name COLLATE \"C\")" : "lower(name)"
        return [
            """
            CREATE TABLE token_history (
                entry \(isPostgreSQL ? "BIGINT GENERATED ALWAYS AS IDENTITY" : "INTEGER") PRIMARY KEY,
                token TEXT NOT NULL,
                token_name TEXT NOT NULL,
                at BIGINT NOT NULL,
                actor TEXT,
                by_admin BIGINT NOT NULL CHECK (by_admin IN (0, 1)),
                event TEXT NOT NULL,
                detail TEXT NOT NULL
            )
            """,
            "CREATE INDEX token_history_by_token ON token_history (token, at)",
            "CREATE INDEX token_history_by_time ON token_history (at)",
            "CREATE INDEX token_by_name ON token (\(name), created_at)",
            "CREATE INDEX token_by_creator ON token (created_by) WHERE created_by IS NOT NULL",
        ]
    }
}
