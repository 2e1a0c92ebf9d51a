import Database

extension Migration {
    /// Sessions and used logins. The rows are found by hashes: who reads the database can log in as nobody. What the
    /// provider is asked with is sealed.
    static let sessions = Migration(version: 20, name: "sessions") { dialect in
        [
            """
            CREATE TABLE session (
                id_hash \(dialect.binaryType) NOT NULL PRIMARY KEY,
                handle TEXT NOT NULL UNIQUE,
                account TEXT NOT NULL,
                subject TEXT NOT NULL,
                name TEXT,
                group_names TEXT NOT NULL,
                key_id TEXT,
                credentials \(dialect.binaryType),
                is_development BIGINT NOT NULL,
                user_agent TEXT,
                created_at BIGINT NOT NULL,
                authenticated_at BIGINT NOT NULL,
                seen_at BIGINT NOT NULL,
                rights_at BIGINT NOT NULL,
                refresh_after BIGINT NOT NULL,
                lease_until BIGINT NOT NULL,
                expires_at BIGINT NOT NULL,
                CHECK ((key_id IS NULL) = (credentials IS NULL))
            )
            """,
            "CREATE INDEX session_by_account ON session (account, created_at)",
            "CREATE INDEX session_by_end ON session (expires_at)",
            """
            CREATE TABLE used_login (
                state_hash \(dialect.binaryType) NOT NULL PRIMARY KEY,
                expires_at BIGINT NOT NULL
            )
            """,
        ]
    }

    /// PostgreSQL tells all replicas when sessions were ended (`SessionChangeListener` listens); which ones, it does not say.
    ///
    /// SQLite has no such thing: its file is looked at now and then.
    static let sessionNotices = Migration(version: 24, name: "session notices") { dialect in
        guard dialect == .postgresql else { return [] }
        return [
            """
            CREATE FUNCTION session_notice() RETURNS trigger LANGUAGE plpgsql AS $function$
            BEGIN
                PERFORM pg_notify('\(SessionChangeListener.channel)', '');
                RETURN NULL;
            END
            $function$
            """,
            """
            CREATE TRIGGER session_notice_ends AFTER DELETE ON session
                FOR EACH ROW EXECUTE FUNCTION session_notice()
            """,
        ]
    }

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

    /// Sessions begun by earlier versions may say that their person logged in when they began, though the provider never
    /// said when that was: what is not known is not fresh, so their administrators log in once more. Development logins
    /// have no provider.
    static let loginTimes = Migration(version: 54, name: "login times") { _ in
        ["UPDATE session SET authenticated_at = 0 WHERE is_development = 0"]
    }
}
