import Database

extension Migration {
    /// The outcome of a token's last delivery, the secrets in use, and the repository of a delivery.
    ///
    /// - `last_published_at`, `last_withheld_at`: what `last_accepted_at` does not tell apart.
    /// - `secrets_since`: the rotation that the next two are about; `secret_used_at` is when the current secret was first
    ///   used since, `former_used_at` when a former one last was.
    /// - `repository`: as the payload names it, of a delivery outside of the token's scope.
    static let deliveryStates = Migration(version: 52, name: "delivery states") { _ in
        [
            "ALTER TABLE token_activity ADD COLUMN last_published_at BIGINT",
            "ALTER TABLE token_activity ADD COLUMN last_withheld_at BIGINT",
            "ALTER TABLE token_activity ADD COLUMN secrets_since BIGINT",
            "ALTER TABLE token_activity ADD COLUMN secret_used_at BIGINT",
            "ALTER TABLE token_activity ADD COLUMN former_used_at BIGINT",
            "ALTER TABLE delivery ADD COLUMN repository TEXT",
            // The last accepted deliveries are all written down, but for those of a database that was away.
            """
            UPDATE token_activity SET last_withheld_at = (SELECT MAX(at) FROM delivery
                WHERE delivery.token_uuid = token_activity.token_uuid AND outcome = 'withheld')
            """,
            """
            UPDATE token_activity SET last_published_at = COALESCE(
                (SELECT MAX(at) FROM delivery WHERE delivery.token_uuid = token_activity.token_uuid
                    AND outcome IN ('published', 'repeated')),
                CASE WHEN last_withheld_at IS NULL THEN last_accepted_at END)
            """,
            """
            CREATE INDEX token_activity_withheld ON token_activity (token_uuid)
                WHERE last_withheld_at > COALESCE(last_published_at, -1)
                    AND last_withheld_at >= COALESCE(last_refused_at, -1)
            """,
        ]
    }
}
