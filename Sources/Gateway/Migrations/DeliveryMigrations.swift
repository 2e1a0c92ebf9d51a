import Database

extension Migration {
    /// The deliveries of tokens.
    ///
    /// - `token_activity`: counters, over all replicas. `accepted_noted` and `refused_noted` count the deliveries that
    ///   were written down, and say which row of `delivery` is the next.
    /// - `delivery`: the last deliveries. Each token has so many rows of either kind at most: `slot` goes round.
    /// - `delivery_writer`: the last batch that each process wrote, so that one that may have been written before is not
    ///   counted twice.
    static let deliveries = Migration(version: 21, name: "deliveries") { _ in
        [
            """
            CREATE TABLE token_activity (
                token_uuid TEXT NOT NULL PRIMARY KEY REFERENCES token (uuid) ON DELETE CASCADE,
                published BIGINT NOT NULL,
                withheld BIGINT NOT NULL,
                refused BIGINT NOT NULL,
                accepted_noted BIGINT NOT NULL,
                refused_noted BIGINT NOT NULL,
                last_accepted_at BIGINT,
                last_refused_at BIGINT,
                last_at BIGINT NOT NULL
            )
            """,
            "CREATE INDEX token_activity_by_last ON token_activity (last_at)",
            """
            CREATE TABLE delivery (
                token_uuid TEXT NOT NULL REFERENCES token (uuid) ON DELETE CASCADE,
                is_refused BIGINT NOT NULL CHECK (is_refused IN (0, 1)),
                slot BIGINT NOT NULL,
                at BIGINT NOT NULL,
                outcome TEXT NOT NULL,
                status BIGINT NOT NULL,
                event TEXT,
                topic TEXT,
                message_id TEXT,
                size BIGINT,
                reason TEXT,
                PRIMARY KEY (token_uuid, is_refused, slot)
            )
            """,
            """
            CREATE TABLE delivery_writer (
                writer TEXT NOT NULL PRIMARY KEY,
                batch BIGINT NOT NULL,
                written_at BIGINT NOT NULL
            )
            """,
        ]
    }

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

    /// The mark of test events of a token's page: they say nothing of what its webhook does.
    ///
    /// `last_published_at` tells whether anything else was ever published. Where it is not known when, as for a token of which
    /// none of the deliveries that were written down was, that is said to be 1970.
    static let testDeliveries = Migration(version: 60, name: "test deliveries") { _ in
        [
            "ALTER TABLE delivery ADD COLUMN is_test BIGINT NOT NULL DEFAULT 0",
            "UPDATE token_activity SET last_published_at = 0 WHERE last_published_at IS NULL AND published > 0",
        ]
    }
}
