import Database

extension Migration {
    /// Tokens and their owners. The secrets are sealed, each under the root key that its `key_id` names.
    static let tokens = Migration(version: 2, name: "tokens") { dialect in
        [
            """
            CREATE TABLE token (
                uuid TEXT NOT NULL PRIMARY KEY,
                public_id TEXT NOT NULL UNIQUE,
                service TEXT NOT NULL,
                name TEXT NOT NULL,
                scope TEXT,
                state TEXT NOT NULL CHECK (state IN ('enabled', 'disabled')),
                key_id TEXT NOT NULL,
                secret \(dialect.binaryType) NOT NULL,
                previous_key_id TEXT,
                previous_secret \(dialect.binaryType),
                previous_expires_at BIGINT,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                rotated_at BIGINT,
                CHECK ((previous_secret IS NULL) = (previous_key_id IS NULL)
                    AND (previous_secret IS NULL) = (previous_expires_at IS NULL))
            )
            """,
            "CREATE INDEX token_by_age ON token (created_at, uuid)",
            """
            CREATE TABLE token_owner (
                token_uuid TEXT NOT NULL REFERENCES token (uuid) ON DELETE CASCADE,
                kind TEXT NOT NULL CHECK (kind IN ('user', 'group')),
                name TEXT NOT NULL,
                position BIGINT NOT NULL,
                added_at BIGINT NOT NULL,
                PRIMARY KEY (token_uuid, kind, name)
            )
            """,
            "CREATE INDEX token_owner_by_name ON token_owner (kind, name)",
        ]
    }
}
