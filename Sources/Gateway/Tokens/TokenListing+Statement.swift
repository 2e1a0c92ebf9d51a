import Database

extension TokenListing {
    /// The SELECT for this page.
    var statement: SQLStatement {
        var conditions: [String] = []
        var parameters: [SQLValue] = []
        func place(_ value: SQLValue) -> String {
            parameters.append(value)
            return "$\(parameters.count)"
        }
        if let service { conditions.append("service = \(place(.text(service)))") }
        if let state { conditions.append("state = \(place(.text(state.rawValue)))") }
        if let scope { conditions.append("scope_key = \(place(.text(scope.key)))") }
        if let owner {
            let kind = place(.text(owner.kind.rawValue))
            let name = place(.text(owner.name))
            conditions.append("uuid IN (SELECT token_uuid FROM token_owner WHERE kind = \(kind) AND name = \(name))")
        }
        if let after {
            let time = place(.integer(after.createdAt.milliseconds))
            conditions.append("(created_at, uuid) > (\(time), \(place(.text(after.row))))")
        }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let limit = place(.integer(Int64(limit)))
        return SQLStatement(
            "SELECT \(StoredToken.columns) FROM token\(filter) ORDER BY created_at, uuid LIMIT \(limit)", parameters)
    }
}
