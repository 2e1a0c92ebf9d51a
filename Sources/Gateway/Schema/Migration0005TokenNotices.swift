import Database

extension Migration {
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
}
