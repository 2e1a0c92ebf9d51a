import Database

extension Migration {
    /// A second former secret of a token, for a rotation within the grace period of the one before. It has the columns that
    /// the previous secret has, and PostgreSQL tells of it as of that.
    static let formerSecrets = Migration(version: 50, name: "former secrets") { dialect in
        let columns = [
            "ALTER TABLE token ADD COLUMN earlier_key_id TEXT",
            "ALTER TABLE token ADD COLUMN earlier_secret \(dialect.binaryType)",
            "ALTER TABLE token ADD COLUMN earlier_expires_at BIGINT",
            "ALTER TABLE token ADD COLUMN earlier_lookup_hash \(dialect.binaryType)",
            """
            CREATE INDEX token_by_earlier_secret ON token (earlier_lookup_hash) WHERE earlier_lookup_hash IS NOT NULL
            """,
        ]
        guard dialect == .postgresql else { return columns }
        return columns + [
            """
            CREATE TRIGGER token_notice_earlier AFTER UPDATE ON token
                FOR EACH ROW WHEN (OLD.earlier_expires_at IS DISTINCT FROM NEW.earlier_expires_at
                    OR OLD.earlier_secret IS DISTINCT FROM NEW.earlier_secret
                        AND OLD.earlier_key_id IS NOT DISTINCT FROM NEW.earlier_key_id)
                EXECUTE FUNCTION token_notice()
            """
        ]
    }
}
