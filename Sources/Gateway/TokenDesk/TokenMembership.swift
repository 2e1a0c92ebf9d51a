import Database

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
    /// Whether the list is walked.
    private(set) var isWalking = false
    /// How many tokens there are of these owners, where that is known already.
    private(set) var count: Int?

    /// What the person owns, oneself or by a group.
    init(person: Person) {
        user = person.account
        groups = person.groups.sorted()
    }

    /// What this one owns.
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

    /// Whether the token with the id in a column (with its table's name) is theirs.
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
