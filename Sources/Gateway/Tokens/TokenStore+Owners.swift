import Database

// Who may manage a token.
extension TokenStore {
    /// Adds an owner; one that is there already is no change.
    ///
    /// - Returns: The token as it is now; `nil` if there is no such token.
    /// - Throws: ``TokenInputError`` `tooManyOwners`, `DatabaseError`, what `actor` throws.
    public func addOwner(
        _ owner: TokenOwner, to id: TokenID, by actor: any TokenAuthorizing = TokenActor.commandLine,
        now: UnixTime = .now()
    ) async throws -> Token? {
        try await change(id, by: actor, now: now) { stored, connection in
            let token = stored.token
            guard !token.owners.contains(owner) else { return nil }
            guard token.owners.count < TokenDraft.maximumOwners else {
                throw TokenInputError.tooManyOwners(limit: TokenDraft.maximumOwners)
            }
            // Behind all that there are, also where one in between was removed.
            let last = try await connection.query(
                "SELECT COALESCE(MAX(position), -1) AS last FROM token_owner WHERE token_uuid = $1",
                [.text(token.row)])
            let highest = try last.rows.first?.integer("last") ?? -1
            let position = Int(min(max(highest, -1), StoredNumber.limit)) + 1
            try await connection.query(Self.insertion(of: owner, position: position, into: token, now: now))
            try await Self.touch(token, now: now, on: connection)
            return .ownerAdded(owner)
        }
    }

    /// Removes an owner; one that is not there is no change.
    ///
    /// - Returns: The token as it is now; `nil` if there is no such token.
    /// - Throws: ``TokenStoreError`` `lastOwner`, `DatabaseError`, what `actor` throws.
    public func removeOwner(
        _ owner: TokenOwner, from id: TokenID, by actor: any TokenAuthorizing = TokenActor.commandLine,
        now: UnixTime = .now()
    ) async throws -> Token? {
        try await change(id, by: actor, now: now) { stored, connection in
            let token = stored.token
            guard token.owners.contains(owner) else { return nil }
            guard token.owners.count > 1 else { throw TokenStoreError.lastOwner }
            try await connection.query(
                "DELETE FROM token_owner WHERE token_uuid = $1 AND kind = $2 AND name = $3",
                [.text(token.row), .text(owner.kind.rawValue), .text(owner.name)])
            try await Self.touch(token, now: now, on: connection)
            return .ownerRemoved(owner)
        }
    }

    private static func touch(_ token: Token, now: UnixTime, on connection: any DatabaseConnection) async throws {
        try await connection.query(
            "UPDATE token SET updated_at = \(later("$1")) WHERE uuid = $2",
            [.integer(now.milliseconds), .text(token.row)])
    }
}
