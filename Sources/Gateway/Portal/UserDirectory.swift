import Database

/// The people who own tokens or have logged in, for the administration.
protocol UserDirectory: Sendable {
    /// A page of people, by name.
    func list(search: String, page: Int, perPage: Int) async throws(PageFailure) -> UserList

    /// Returns the directory's knowledge of a person or a group that is to become an owner.
    func find(_ owner: TokenOwner) async throws(PageFailure) -> UserFinding
}

/// A directory's knowledge of a name.
enum UserFinding: Sendable, Hashable {
    /// There is such a person or group.
    case known
    /// There is none: only a directory of all accounts can tell.
    case absent
    /// It is not known: the name has to be entered twice.
    case unsure
}

/// A page of people.
struct UserList: Sendable {
    /// A person.
    struct Entry: Sendable {
        let account: String
        let tokens: Int
        let sessions: Int
        let lastLoginAt: UnixTime?
    }

    let users: [Entry]
    let total: Int
    let page: Int
    let pages: Int
}

/// The people whom the database knows as owners of tokens or by their sessions.
struct DatabaseUserDirectory: UserDirectory {
    let database: any Database

    private static let names = """
        (SELECT name AS account FROM token_owner WHERE kind = 'user' UNION SELECT account FROM session) AS people
        """

    func list(search: String, page: Int, perPage: Int) async throws(PageFailure) -> UserList {
        try await attempt {
            // Account names are lower case; a pattern's own signs mean themselves.
            let pattern = SQLValue.text("%" + Self.literal(String(search.lowercased().prefix(64))) + "%")
            let count = try await database.query(
                "SELECT COUNT(*) AS total FROM \(Self.names) WHERE account LIKE $1 ESCAPE '!'", [pattern])
            let total = Int(try count.rows.first?.integer("total") ?? 0)
            let pages = max(1, (total + perPage - 1) / perPage)
            let page = min(max(1, page), pages)
            let result = try await database.query(
                """
                SELECT account,
                    (SELECT COUNT(*) FROM token_owner WHERE kind = 'user' AND name = account) AS tokens,
                    (SELECT COUNT(*) FROM session s WHERE s.account = people.account) AS sessions,
                    (SELECT MAX(created_at) FROM session s WHERE s.account = people.account) AS last_login
                FROM \(Self.names) WHERE account LIKE $1 ESCAPE '!' ORDER BY account LIMIT $2 OFFSET $3
                """, [pattern, .integer(Int64(perPage)), .integer(Int64((page - 1) * perPage))])
            return UserList(users: try Self.entries(result), total: total, page: page, pages: pages)
        }
    }

    /// Finds everybody who owns a token or has logged in lately; of all others the database cannot tell.
    func find(_ owner: TokenOwner) async throws(PageFailure) -> UserFinding {
        let logins =
            switch owner.kind {
            case .user: "SELECT 1 FROM session WHERE account = $2"
            // The names of a session's groups stand in lines.
            case .group:
                "SELECT 1 FROM session WHERE '\n' || group_names || '\n' LIKE '%\n' || $3 || '\n%' ESCAPE '!'"
            }
        return try await attempt {
            var parameters: [SQLValue] = [.text(owner.kind.rawValue), .text(owner.name)]
            if owner.kind == .group { parameters.append(.text(Self.literal(owner.name))) }
            let found = try await database.query(
                "SELECT 1 AS found WHERE EXISTS (SELECT 1 FROM token_owner WHERE kind = $1 AND name = $2) "
                    + "OR EXISTS (\(logins))", parameters)
            return found.rows.isEmpty ? .unsure : .known
        }
    }

    private static func entries(_ result: SQLResult) throws -> [UserList.Entry] {
        try StoredRows.readable(result.rows, of: "session") { row in
            UserList.Entry(
                account: try row.text("account"), tokens: Int(try row.integer("tokens")),
                sessions: Int(try row.integer("sessions")), lastLoginAt: try row.optionalTime("last_login"))
        }
    }

    private static func literal(_ text: String) -> String {
        var result = ""
        for character in text {
            if "!%_".contains(character) { result.append("!") }
            result.append(character)
        }
        return result
    }
}
