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
}
