import Database

extension Migration {
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
