import Database

extension Migration {
    /// The event filter and the scope of a token.
    ///
    /// - `event_filter`: patterns of events, separated by commas; NULL lets all through.
    /// - `settings`: what the service asks for, an object of strings in JSON.
    /// - `scope_key`: the scope with ASCII letters in lower case.
    /// - `lookup_hash`: the keyed hash of the secret, under the root key that `key_id` names; likewise for the previous
    ///   one. NULL for secrets from before this migration, until the program fills it in.
    /// - `created_by`: the account of whoever made the token; NULL for the command line.
    static let tokenSettings = Migration(version: 3, name: "token settings") { dialect in
        [
            "ALTER TABLE token ADD COLUMN event_filter TEXT",
            """
            ALTER TABLE token ADD COLUMN publish_private BIGINT NOT NULL DEFAULT 0
                CHECK (publish_private IN (0, 1))
            """,
            "ALTER TABLE token ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'",
            "ALTER TABLE token ADD COLUMN scope_key TEXT",
            "ALTER TABLE token ADD COLUMN lookup_hash \(dialect.binaryType)",
            "ALTER TABLE token ADD COLUMN previous_lookup_hash \(dialect.binaryType)",
            "ALTER TABLE token ADD COLUMN created_by TEXT",
            // A scope is ASCII; only the C locale lowers its letters as the program does.
            "UPDATE token SET scope_key = lower(scope\(dialect == .postgresql ? " COLLATE \"C\"" : ""))",
            "CREATE INDEX token_by_scope ON token (service, scope_key) WHERE scope_key IS NOT NULL",
            "CREATE INDEX token_by_secret ON token (lookup_hash) WHERE lookup_hash IS NOT NULL",
            """
            CREATE INDEX token_by_previous_secret ON token (previous_lookup_hash)
                WHERE previous_lookup_hash IS NOT NULL
            """,
        ]
    }
}
