import Database

extension TokenStore {
    static func insert(_ token: Token, secret: SealedValue, on connection: any DatabaseConnection) async throws {
        try await connection.query(
            """
            INSERT INTO token (uuid, public_id, service, name, scope, state, key_id, secret, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """,
            [
                .text(token.row), .text(token.id.description), .text(token.service), .text(token.name),
                token.scope.map { .text($0.text) } ?? .null, .text(token.state.rawValue), .text(secret.keyID),
                .blob(secret.bytes), .integer(token.createdAt.milliseconds), .integer(token.updatedAt.milliseconds),
            ])
        for (position, owner) in token.owners.enumerated() {
            try await connection.query(
                """
                INSERT INTO token_owner (token_uuid, kind, name, position, added_at) VALUES ($1, $2, $3, $4, $5)
                """,
                [
                    .text(token.row), .text(owner.kind.rawValue), .text(owner.name), .integer(Int64(position)),
                    .integer(token.createdAt.milliseconds),
                ])
        }
    }

    /// Moves the secret to the previous one's place and puts the new one in its own; false if there is no such token.
    func replaceSecret(
        of id: TokenID, by secret: TokenSecret, grace: Duration, now: UnixTime, on connection: any DatabaseConnection
    ) async throws -> Bool {
        // SQLite's transaction holds the only write lock from its beginning; PostgreSQL locks the row.
        let lock = database.dialect == .postgresql ? " FOR UPDATE" : ""
        let found = try await connection.query(
            "SELECT \(StoredToken.columns) FROM token WHERE public_id = $1\(lock)", [.text(id.description)])
        guard let row = found.rows.first else { return false }
        let stored = try StoredToken(row: row)
        let place = StoredToken.place(ofSecretIn: stored.token.row)
        let sealed = try keys.seal(secret.bytes, for: place)
        var previous: SealedValue?
        if grace > .zero {
            // Sealed anew, because a sealed value opens in its own column only.
            previous = try keys.seal(
                keys.open(stored.secret, for: place), for: StoredToken.place(ofPreviousSecretIn: stored.token.row))
        }
        try await connection.query(
            """
            UPDATE token SET key_id = $1, secret = $2, previous_key_id = $3, previous_secret = $4,
                previous_expires_at = $5, rotated_at = $6, updated_at = $6
            WHERE uuid = $7
            """,
            [
                .text(sealed.keyID), .blob(sealed.bytes), previous.map { .text($0.keyID) } ?? .null,
                previous.map { .blob($0.bytes) } ?? .null,
                previous == nil ? .null : .integer(now.advanced(by: grace).milliseconds),
                .integer(now.milliseconds), .text(stored.token.row),
            ])
        return true
    }

    /// The owners of tokens, by row, in the order in which they were given.
    func owners(of tokens: [Token]) async throws -> [String: [TokenOwner]] {
        guard !tokens.isEmpty else { return [:] }
        let places = tokens.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
        let result = try await database.query(
            "SELECT token_uuid, kind, name FROM token_owner WHERE token_uuid IN (\(places)) ORDER BY position, name",
            tokens.map { .text($0.row) })
        var owners: [String: [TokenOwner]] = [:]
        for row in result.rows {
            guard let kind = TokenOwner.Kind(rawValue: try row.text("kind")),
                let owner = try? TokenOwner(kind, name: try row.text("name"))
            else { throw DatabaseError(.decoding, "table token_owner holds what this program never writes") }
            owners[try row.text("token_uuid"), default: []].append(owner)
        }
        return owners
    }
}

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
