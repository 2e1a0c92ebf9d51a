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

    /// The lasting identities of the tokens that the history is about: what the tags of messages are made of, so that a
    /// message leads to who made and who deleted its token, though that is gone.
    ///
    /// - `token_uuid`: `NULL` in entries of tokens that were deleted before this.
    static let historyIdentities = Migration(version: 53, name: "history identities") { _ in
        [
            "ALTER TABLE token_history ADD COLUMN token_uuid TEXT",
            """
            UPDATE token_history
            SET token_uuid = (SELECT uuid FROM token WHERE token.public_id = token_history.token)
            """,
            "CREATE INDEX token_history_by_identity ON token_history (token_uuid) WHERE token_uuid IS NOT NULL",
        ]
    }
}
