import Database

extension Migration {
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
}
