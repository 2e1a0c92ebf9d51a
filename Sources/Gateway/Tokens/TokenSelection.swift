import Database

/// The statements of a list of tokens: which, in what order, how many.
struct TokenSelection: Sendable {
    private let query: TokenQuery
    private let dialect: SQLDialect
    private let membership: TokenMembership?
    private var conditions: [String] = []
    private var parameters: [SQLValue] = []
    /// Which condition is the search's.
    private var searched: Int?

    /// - Parameter membership: Whose tokens; everybody's without.
    init(_ query: TokenQuery, of membership: TokenMembership?, dialect: SQLDialect) {
        self.query = query
        self.dialect = dialect
        self.membership = membership
        if let membership { conditions.append(membership.condition("token.uuid", &parameters)) }
        if let service = query.service { conditions.append("service = \(place(.text(service)))") }
        if let scope = query.scope { conditions.append("scope_key = \(place(.text(scope.key)))") }
        if let state = query.state { conditions.append("state = \(place(.text(state.rawValue)))") }
        // An administrator's choice is the membership itself.
        if query.reach == .own, let owner = query.owner {
            conditions.append(TokenMembership(owner: owner).condition("token.uuid", &parameters))
        }
        if let since = query.limitedSince {
            conditions.append(
                "token.uuid IN (SELECT token_uuid FROM token_activity WHERE last_limited_at > "
                    + place(.integer(since.milliseconds)) + ")")
        }
        if query.isUsed == false || query.standing == .unused { conditions.append(Self.isUnused) }
        if let condition = query.standing?.condition {
            conditions.append("uuid IN (SELECT token_uuid FROM token_activity WHERE \(condition))")
        }
        if let after = query.after, query.order == .created {
            let time = place(.integer(after.createdAt.milliseconds))
            conditions.append(
                "(created_at, uuid) \(query.descending ? "<" : ">") (\(time), \(place(.text(after.row))))")
        }
        addSearch()
    }

    /// Has the search find this token, too.
    mutating func find(_ row: String) {
        guard let searched else { return }
        conditions[searched] = "(\(conditions[searched]) OR uuid = \(place(.text(row))))"
    }

    /// Leaves only this token.
    mutating func only(_ row: String) {
        conditions.append("uuid = \(place(.text(row)))")
    }

    /// The statement that counts them.
    var count: SQLStatement {
        // Without other conditions, their owners' rows are enough.
        if let membership, conditions.count == 1, query.isUsed == nil {
            if let count = membership.count { return SQLStatement("SELECT \(count) AS tokens", []) }
            var parameters: [SQLValue] = []
            let owned = membership.owned(&parameters)
            return SQLStatement("SELECT COUNT(*) AS tokens FROM (\(owned)) AS own", parameters)
        }
        return SQLStatement("SELECT COUNT(*) AS tokens FROM token\(used)\(filter)", parameters)
    }

    /// The statement that counts them by their standing.
    var overview: SQLStatement {
        guard let membership, membership.isWalking else {
            return SQLStatement(
                """
                SELECT COUNT(*) AS tokens,
                    COALESCE(SUM(CASE WHEN state = 'disabled' THEN 1 ELSE 0 END), 0) AS disabled,
                    COALESCE(SUM(CASE WHEN last_at > 0 THEN 1 ELSE 0 END), 0) AS used,
                    COALESCE(SUM(CASE WHEN \(Self.failing) THEN 1 ELSE 0 END), 0) AS failing,
                    COALESCE(SUM(CASE WHEN \(Self.withheld) THEN 1 ELSE 0 END), 0) AS withheld
                FROM token LEFT JOIN token_activity ON token_uuid = uuid\(filter)
                """, parameters)
        }
        var parameters: [SQLValue] = []
        let tokens = membership.count.map(String.init) ?? "COUNT(*) FROM (\(membership.owned(&parameters))) AS own"
        let disabled = membership.condition("token.uuid", &parameters)
        let active = membership.condition("token_activity.token_uuid", &parameters)
        return SQLStatement(
            """
            SELECT (SELECT \(tokens)) AS tokens,
                (SELECT COUNT(*) FROM token WHERE state = 'disabled' AND \(disabled)) AS disabled,
                (SELECT COUNT(*) FROM token_activity WHERE last_at > 0 AND \(active)) AS used,
                (SELECT COUNT(*) FROM token_activity WHERE \(Self.failing) AND \(active)) AS failing,
                (SELECT COUNT(*) FROM token_activity WHERE \(Self.withheld) AND \(active)) AS withheld
            """, parameters)
    }

    /// A page of them, with what came in. Which they are is found out with as few columns as can be: the others are
    /// fetched for those of the page alone.
    func page(_ page: Int, perPage: Int) -> SQLStatement {
        let (before, isBeyond) = Int64(max(1, page) - 1).multipliedReportingOverflow(by: Int64(max(0, perPage)))
        let (limit, offset) = ("$\(parameters.count + 1)", "$\(parameters.count + 2)")
        return SQLStatement(
            """
            SELECT \(StoredToken.columns), \(TokenActivity.columns)
            FROM (
                \(chosen(end: "(\(limit) + \(offset))")) LIMIT \(limit) OFFSET \(offset)
            ) AS page JOIN token ON uuid = chosen LEFT JOIN token_activity ON token_uuid = uuid
            ORDER BY \(order)
            """,
            // Half of the largest number is beyond every list, and the database can add to it.
            parameters + [.integer(Int64(perPage)), .integer(isBeyond ? .max / 2 : min(before, .max / 2))])
    }

    /// - Parameter end: How many stand before the page and on it.
    private func chosen(end: String) -> String {
        if query.order == .lastDelivery {
            // The latest of all one's own need not be looked up as tokens first.
            if query.isUsed == true, let membership, conditions.count == 1 {
                // The same values in the same places as in the condition that was made first.
                var places: [SQLValue] = []
                let theirs = membership.condition("token_activity.token_uuid", &places)
                return "SELECT token_uuid AS chosen FROM token_activity WHERE last_at > 0 AND \(theirs) "
                    + "ORDER BY last_at \(direction), token_uuid \(direction)"
            }
            if query.isUsed == nil, let membership, membership.isWalking { return walkedByDelivery(end: end) }
        }
        let activity =
            query.isUsed == true
            ? used : query.order == .lastDelivery ? " LEFT JOIN token_activity ON token_uuid = uuid" : ""
        return "SELECT uuid AS chosen FROM token\(activity)\(filter) ORDER BY \(order)"
    }

    /// First those that something came for, in the order of the index; only if these do not fill the page, the others.
    /// SQLite alone takes the tables of a CROSS JOIN in the order that they are written in.
    private func walkedByDelivery(end: String) -> String {
        """
        WITH used AS MATERIALIZED (
            SELECT uuid AS chosen, 0 AS part, last_at, created_at
            FROM token_activity CROSS JOIN token ON uuid = token_uuid\(filter) AND last_at > 0
            ORDER BY last_at \(direction), \(age) LIMIT \(end)
        )
        SELECT chosen FROM (
            SELECT chosen, part, last_at, created_at FROM used
            UNION ALL
            SELECT * FROM (
                SELECT uuid, 1, NULL, created_at FROM token
                \(filter) AND \(Self.isUnused)
                ORDER BY \(age) LIMIT \(end) - (SELECT COUNT(*) FROM used)
            )
        ) ORDER BY part, last_at \(direction), created_at \(direction), chosen \(direction)
        """
    }

    private static let failing = TokenStanding.refused.condition ?? "1 = 0"
    private static let withheld = TokenStanding.withheld.condition ?? "1 = 0"
    /// Nothing came for it but test events, which have no place in time.
    private static let isUnused =
        "NOT EXISTS (SELECT 1 FROM token_activity WHERE token_uuid = token.uuid AND last_at > 0)"

    private var used: String { query.isUsed == true ? " JOIN token_activity ON token_uuid = uuid AND last_at > 0" : "" }

    private var filter: String { conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ") }

    private var direction: String { query.descending ? "DESC" : "ASC" }

    private var age: String { "created_at \(direction), uuid \(direction)" }

    private var order: String {
        switch query.order {
        case .created: age
        case .name: "\(lowered("name")) \(direction), \(age)"
        case .service: "service \(direction), \(lowered("name")) \(direction), \(age)"
        // What nothing came for is the last either way, which the two databases do not agree about by themselves.
        case .lastDelivery:
            "CASE WHEN last_at > 0 THEN 0 ELSE 1 END, NULLIF(last_at, 0) \(direction), \(age)"
        }
    }

    /// ASCII letters in lower case; others as they are.
    private func lowered(_ column: String) -> String {
        dialect == .postgresql ? "lower(\(column) COLLATE \"C\")" : "lower(\(column))"
    }

    private mutating func addSearch() {
        // U+0000 stands in no name, and PostgreSQL takes it in no text.
        let text = String(query.search.prefix(TokenQuery.maximumSearch)).filter { $0 != "\0" }
        guard text.contains(where: { !$0.isWhitespace }) else { return }
        var pattern = "%"
        for scalar in text.unicodeScalars {
            if "\\%_".unicodeScalars.contains(scalar) { pattern.unicodeScalars.append("\\") }
            let isCapital = ("A"..."Z").contains(scalar)
            pattern.unicodeScalars.append(isCapital ? Unicode.Scalar(UInt8(ascii: scalar) | 0x20) : scalar)
        }
        let place = place(.text(pattern + "%"))
        let columns = [lowered("name"), "scope_key", "public_id"]
        searched = conditions.count
        conditions.append(
            "(" + columns.map { "\($0) LIKE \(place) ESCAPE '\\'" }.joined(separator: " OR ") + ")")
    }

    private mutating func place(_ value: SQLValue) -> String {
        parameters.append(value)
        return "$\(parameters.count)"
    }
}

/// Owners, and the two ways of asking for the tokens of any of them.
///
/// A few tokens among very many are best found from their owners. Where somebody owns a good part of all, the list is
/// best walked in its own order, with a look at the owners of each token, until the page is full. PostgreSQL finds out
/// by itself; for SQLite, ``share`` is asked first.
struct TokenMembership: Sendable {
    /// From what share of all tokens on the list is walked: a tenth.
    private static let walkingShare: Int64 = 10

    private let user: String?
    private let groups: [String]
    /// A Boolean value that indicates whether the list is walked.
    private(set) var isWalking = false
    /// The number of tokens of these owners, where that is known already.
    private(set) var count: Int?

    /// The owners of what a person owns, oneself or by a group.
    init(person: Person) {
        user = person.account
        groups = person.groups.sorted()
    }

    /// A single owner.
    init(owner: TokenOwner) {
        user = owner.kind == .user ? owner.name : nil
        groups = owner.kind == .group ? [owner.name] : []
    }

    /// Counts the owners' rows, and all tokens.
    var share: SQLStatement {
        var parameters: [SQLValue] = []
        let owned = selections("COUNT(*)", of: nil, &parameters)
        let byUser = user == nil ? "0" : "(\(owned[0]))"
        let byGroups = groups.isEmpty ? "0" : "(\(owned[owned.count - 1]))"
        return SQLStatement(
            "SELECT \(byUser) AS by_user, \(byGroups) AS by_groups, (SELECT COUNT(*) FROM token) AS tokens", parameters)
    }

    /// Takes the answer to ``share``.
    mutating func measured(byUser: Int64, byGroups: Int64, tokens: Int64) {
        isWalking = (byUser + byGroups) * Self.walkingShare >= tokens
        // Two groups may own the same token, and a group what its member owns, too.
        if byGroups == 0 { count = Int(byUser) }
    }

    /// Selects the ids of their tokens, each once.
    func owned(_ parameters: inout [SQLValue]) -> String {
        selections("token_uuid", of: nil, &parameters).joined(separator: " UNION ")
    }

    /// Returns the condition that the token with the id in a column (with its table's name) is theirs.
    func condition(_ column: String, _ parameters: inout [SQLValue]) -> String {
        guard isWalking else { return "\(column) IN (\(owned(&parameters)))" }
        let looks = selections("1", of: column, &parameters).map { "EXISTS (\($0))" }
        return "(" + looks.joined(separator: " OR ") + ")"
    }

    /// The owners' rows: of a user, then of groups.
    private func selections(_ what: String, of column: String?, _ parameters: inout [SQLValue]) -> [String] {
        func place(_ name: String) -> String {
            parameters.append(.text(name))
            return "$\(parameters.count)"
        }
        let rows = "SELECT \(what) FROM token_owner WHERE " + (column.map { "token_uuid = \($0) AND " } ?? "")
        var selections: [String] = []
        if let user { selections.append(rows + "kind = 'user' AND name = \(place(user))") }
        if !groups.isEmpty {
            let names = groups.map(place).joined(separator: ", ")
            selections.append(rows + "kind = 'group' AND name IN (\(names))")
        }
        return selections
    }
}
