import Database

extension Migration {
    /// Forms that were sent: each acts once (``FormLedger``).
    ///
    /// - `form`: the hash of the account, the address and the form's one-time key.
    /// - `location`: where the answer led to; NULL while the form is being acted on.
    /// - `notes`: what the answer had for the next page, sealed, for the first minutes: a secret may be among it.
    static let formUses = Migration(version: 51, name: "form uses") { dialect in
        [
            """
            CREATE TABLE form_use (
                form TEXT NOT NULL PRIMARY KEY,
                at BIGINT NOT NULL,
                location TEXT,
                key_id TEXT,
                notes \(dialect.binaryType),
                CHECK ((key_id IS NULL) = (notes IS NULL))
            )
            """,
            "CREATE INDEX form_use_by_time ON form_use (at)",
        ]
    }
}
