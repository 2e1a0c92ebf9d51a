import Database

extension Migration {
    /// Proofs of webhooks that came by their service's address, and counts of those beyond the limits of a minute.
    ///
    /// - `bare_first_at`, `bare_last_at`: when the first and the last one was accepted without the token's id. After a
    ///   restart these tokens are tried first, whatever strangers have made of the same scope.
    /// - `limited`, `last_limited_at`: how many were refused because there were too many in a minute.
    static let barePath = Migration(version: 27, name: "bare path") { _ in
        [
            "ALTER TABLE token_activity ADD COLUMN bare_first_at BIGINT",
            "ALTER TABLE token_activity ADD COLUMN bare_last_at BIGINT",
            "ALTER TABLE token_activity ADD COLUMN limited BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE token_activity ADD COLUMN last_limited_at BIGINT",
            "CREATE INDEX token_activity_by_limit ON token_activity (last_limited_at)",
        ]
    }
}
