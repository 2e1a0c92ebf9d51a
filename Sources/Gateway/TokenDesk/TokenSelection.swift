import Database

/// The statements of a list of tokens: which, in what order, how many.
struct TokenSelection: Sendable {
    private let query: TokenQuery
    private let dialect: SQLDialect
    private var conditions: [String] = []
    private var parameters: [SQLValue] = []
    /// Selects what one owns, oneself or by a group.
    private var own: String?

    /// - Parameter person: Whose tokens, where the query asks for one's own.
    init(_ query: TokenQuery, person: Person, dialect: SQLDialect) {
        self.query = query
        self.dialect = dialect
        if query.reach == .own { addOwn(person) }
        if let service = query.service { conditions.append("service = \(place(.text(service)))") }
        if let state = query.state { conditions.append("state = \(place(.text(state.rawValue)))") }
        if let owner = query.owner {
            let kind = place(.text(owner.kind.rawValue))
            let name = place(.text(owner.name))
            conditions.append("uuid IN (SELECT token_uuid FROM token_owner WHERE kind = \(kind) AND name = \(name))")
        }
        if query.isUsed == false {
            conditions.append("NOT EXISTS (SELECT 1 FROM token_activity WHERE token_uuid = uuid)")
        }
        addSearch()
    }

    /// How many there are.
    var count: SQLStatement {
        // Without other conditions, their owners' rows are enough.
        if let own, conditions.count == 1, query.isUsed == nil {
            return SQLStatement("SELECT COUNT(*) AS tokens FROM (\(own)) AS own", parameters)
        }
        return SQLStatement("SELECT COUNT(*) AS tokens FROM token\(used)\(filter)", parameters)
    }

    /// How they stand.
    var overview: SQLStatement {
        SQLStatement(
            """
            SELECT COUNT(*) AS tokens,
                COALESCE(SUM(CASE WHEN state = 'disabled' THEN 1 ELSE 0 END), 0) AS disabled,
                COALESCE(SUM(CASE WHEN last_at IS NULL THEN 1 ELSE 0 END), 0) AS unused,
                COALESCE(SUM(CASE WHEN last_refused_at > COALESCE(last_accepted_at, -1) THEN 1 ELSE 0 END), 0)
                    AS failing
            FROM token LEFT JOIN token_activity ON token_uuid = uuid\(filter)
            """, parameters)
    }

    /// A page of them, with what came in. Which they are is found out with as few columns as can be: the others are
    /// fetched for those of the page alone.
    func page(_ page: Int, perPage: Int) -> SQLStatement {
        return SQLStatement(
            """
            SELECT \(StoredToken.columns), \(TokenActivity.columns)
            FROM (
                \(chosen) LIMIT $\(parameters.count + 1) OFFSET $\(parameters.count + 2)
            ) AS page JOIN token ON uuid = chosen LEFT JOIN token_activity ON token_uuid = uuid
            ORDER BY \(order)
            """,
            parameters + [.integer(Int64(perPage)), .integer(Int64((page - 1) * perPage))])
    }

    private var chosen: String {
        // The latest of one's own need not be looked up as tokens first.
        if query.isUsed == true, query.order == .lastDelivery, let own, conditions.count == 1 {
            let direction = query.descending ? "DESC" : "ASC"
            return "SELECT token_uuid AS chosen FROM token_activity WHERE token_uuid IN (\(own)) "
                + "ORDER BY last_at \(direction), token_uuid \(direction)"
        }
        let activity =
            query.isUsed == true
            ? used : query.order == .lastDelivery ? " LEFT JOIN token_activity ON token_uuid = uuid" : ""
        return "SELECT uuid AS chosen FROM token\(activity)\(filter) ORDER BY \(order)"
    }

    private var used: String { query.isUsed == true ? " JOIN token_activity ON token_uuid = uuid" : "" }

    private var filter: String { conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ") }

    private var order: String {
        let direction = query.descending ? "DESC" : "ASC"
        let age = "created_at \(direction), uuid \(direction)"
        return switch query.order {
        case .created: age
        case .name: "\(lowered("name")) \(direction), \(age)"
        case .service: "service \(direction), \(lowered("name")) \(direction), \(age)"
        // What nothing came for is the last either way, which the two databases do not agree about by themselves.
        case .lastDelivery: "CASE WHEN last_at IS NULL THEN 1 ELSE 0 END, last_at \(direction), \(age)"
        }
    }

    /// ASCII letters in lower case; others as they are.
    private func lowered(_ column: String) -> String {
        dialect == .postgresql ? "lower(\(column) COLLATE \"C\")" : "lower(\(column))"
    }

    private mutating func addOwn(_ person: Person) {
        var owned = "SELECT token_uuid FROM token_owner WHERE kind = 'user' AND name = \(place(.text(person.account)))"
        if !person.groups.isEmpty {
            let names = person.groups.sorted().map { place(.text($0)) }.joined(separator: ", ")
            owned += " UNION SELECT token_uuid FROM token_owner WHERE kind = 'group' AND name IN (\(names))"
        }
        own = owned
        conditions.append("uuid IN (\(owned))")
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
        conditions.append(
            "(" + columns.map { "\($0) LIKE \(place) ESCAPE '\\'" }.joined(separator: " OR ") + ")")
    }

    private mutating func place(_ value: SQLValue) -> String {
        parameters.append(value)
        return "$\(parameters.count)"
    }
}
