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

    /// PostgreSQL tells all replicas of each token that is made, changed or deleted (`TokenNoticeWatch` listens).
    ///
    /// Triggers do it rather than the statements that change tokens, so that no writer can forget it: not another version
    /// of this program, not a person with psql. A notice is sent when its transaction commits, and only then. What a change
    /// means to webhooks shows in `updated_at` or `state`: counters, or a secret that is only sealed anew, make no noise.
    /// The payload is the token's public id; an empty one stands for all.
    ///
    /// SQLite has no such thing: its file is looked at now and then.
    static let tokenNotices = Migration(version: 5, name: "token notices") { dialect in
        guard dialect == .postgresql else { return [] }
        return [
            """
            CREATE FUNCTION token_notice() RETURNS trigger LANGUAGE plpgsql AS $function$
            BEGIN
                IF TG_OP = 'TRUNCATE' THEN
                    PERFORM pg_notify('\(TokenNoticeWatch.channel)', '');
                ELSIF TG_OP = 'DELETE' THEN
                    PERFORM pg_notify('\(TokenNoticeWatch.channel)', OLD.public_id);
                ELSE
                    PERFORM pg_notify('\(TokenNoticeWatch.channel)', NEW.public_id);
                END IF;
                RETURN NULL;
            END
            $function$
            """,
            """
            CREATE TRIGGER token_notice_rows AFTER INSERT OR DELETE ON token
                FOR EACH ROW EXECUTE FUNCTION token_notice()
            """,
            """
            CREATE TRIGGER token_notice_changes AFTER UPDATE ON token
                FOR EACH ROW WHEN (OLD.updated_at <> NEW.updated_at OR OLD.state <> NEW.state)
                EXECUTE FUNCTION token_notice()
            """,
            """
            CREATE TRIGGER token_notice_all AFTER TRUNCATE ON token
                FOR EACH STATEMENT EXECUTE FUNCTION token_notice()
            """,
        ]
    }

    /// An index that answers for an owner's tokens without a look into the table: people may have thousands of tokens.
    static let ownersTokens = Migration(version: 23, name: "owners' tokens") { _ in
        [
            "CREATE INDEX token_owner_tokens ON token_owner (kind, name, token_uuid)",
            "DROP INDEX token_owner_by_name",
        ]
    }

    /// Long lists and their numbers are read from indexes alone.
    static let tokenLists = Migration(version: 25, name: "token lists") { dialect in
        let name = dialect == .postgresql ? "lower(name COLLATE \"C\")" : "lower(name)"
        return [
            "DROP INDEX token_by_name",
            "CREATE INDEX token_by_name ON token (\(name), created_at, uuid)",
            "CREATE INDEX token_disabled ON token (uuid) WHERE state = 'disabled'",
            """
            CREATE INDEX token_activity_failing ON token_activity (token_uuid)
                WHERE last_refused_at > COALESCE(last_accepted_at, -1)
            """,
        ]
    }

    /// PostgreSQL tells all replicas of any change that webhooks see, also of one that leaves `updated_at` alone: a person
    /// with psql, or a restored row. A secret that is only sealed anew, under another root key, makes no noise still. And of
    /// another root key, as of one that may be of any token.
    static let changeNotices = Migration(version: 26, name: "change notices") { dialect in
        guard dialect == .postgresql else { return [] }
        let columns = [
            "uuid", "public_id", "service", "scope", "event_filter", "publish_private", "settings", "state",
            "previous_expires_at", "updated_at",
        ]
        let changes =
            columns.map { "OLD.\($0) IS DISTINCT FROM NEW.\($0)" } + [
                "OLD.secret IS DISTINCT FROM NEW.secret AND OLD.key_id = NEW.key_id",
                """
                OLD.previous_secret IS DISTINCT FROM NEW.previous_secret
                    AND OLD.previous_key_id IS NOT DISTINCT FROM NEW.previous_key_id
                """,
            ]
        return [
            "DROP TRIGGER token_notice_changes ON token",
            """
            CREATE TRIGGER token_notice_changes AFTER UPDATE ON token
                FOR EACH ROW WHEN (\(changes.joined(separator: "\n    OR ")))
                EXECUTE FUNCTION token_notice()
            """,
            // The id that it had is known to caches, too.
            """
            CREATE FUNCTION token_notice_renamed() RETURNS trigger LANGUAGE plpgsql AS $function$
            BEGIN
                PERFORM pg_notify('\(TokenNoticeWatch.channel)', OLD.public_id);
                RETURN NULL;
            END
            $function$
            """,
            """
            CREATE TRIGGER token_notice_renamed AFTER UPDATE ON token
                FOR EACH ROW WHEN (OLD.public_id <> NEW.public_id) EXECUTE FUNCTION token_notice_renamed()
            """,
            """
            CREATE FUNCTION root_key_notice() RETURNS trigger LANGUAGE plpgsql AS $function$
            BEGIN
                PERFORM pg_notify('\(TokenNoticeWatch.channel)', '');
                RETURN NULL;
            END
            $function$
            """,
            """
            CREATE TRIGGER root_key_notice AFTER INSERT OR UPDATE ON root_key
                FOR EACH STATEMENT EXECUTE FUNCTION root_key_notice()
            """,
        ]
    }

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
