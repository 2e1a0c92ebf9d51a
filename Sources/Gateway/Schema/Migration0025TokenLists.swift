import Database

extension Migration {
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
}
