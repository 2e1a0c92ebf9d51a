import Database

extension Migration {
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
