import Database

extension Migration {
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
}
