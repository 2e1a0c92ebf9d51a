import Database

// How a token is changed: under its lock, in one transaction with what the hooks do about it.
extension TokenStore {
    /// Changes a token.
    ///
    /// - Parameters:
    ///   - actor: Who, told the token with its owners as they are now.
    ///   - body: Does it, and says what it was; `nil` if there was nothing to do.
    /// - Returns: The token as it is now; `nil` if there is no such token.
    func change(
        _ id: TokenID, by actor: any TokenAuthorizing, now: UnixTime,
        _ body: @Sendable (StoredToken, any DatabaseConnection) async throws -> TokenChange.Kind?
    ) async throws -> Token? {
        guard authority.isAuthentic(id) else { return nil }
        let isFound = try await changing(id) {
            try await database.withTransaction { connection in
                guard let stored = try await locked(id, on: connection) else { return false }
                let actor = try actor.actor(for: stored.token)
                if let kind = try await body(stored, connection) {
                    try await note(kind, of: stored.token, by: actor, now: now, on: connection)
                }
                return true
            }
        }
        return isFound ? try await find(id) : nil
    }

    /// Changes a token, and tells of it even where that fails: the database may have done it all the same. What a change
    /// means to webhooks shows in the row's `updated_at` or `state`, by which other replicas hear of it.
    @discardableResult
    func changing<Value: Sendable>(_ id: TokenID, _ change: () async throws -> Value) async throws -> Value {
        let result: Result<Value, any Error>
        do {
            result = .success(try await change())
        } catch {
            result = .failure(error)
        }
        await notices.tell(.token(id))
        return try result.get()
    }

    /// The token with its owners, which nobody else changes until the transaction is over.
    func locked(_ id: TokenID, on connection: any DatabaseConnection) async throws -> StoredToken? {
        // SQLite's transaction holds the only write lock from its beginning; PostgreSQL locks the row.
        let lock = connection.dialect == .postgresql ? " FOR UPDATE" : ""
        let found = try await connection.query(
            "SELECT \(StoredToken.columns) FROM token WHERE public_id = $1\(lock)", [.text(id.description)])
        guard var stored = try found.rows.first.map(StoredToken.init(row:)) else { return nil }
        // A statement of its own: it sees what others committed while this one waited for the lock.
        let owners = try await connection.query(
            "SELECT kind, name FROM token_owner WHERE token_uuid = $1 ORDER BY position, name",
            [.text(stored.token.row)])
        stored.token.owners = try owners.rows.map(TokenOwner.init(row:))
        return stored
    }

    /// Tells the hooks.
    func note(
        _ kind: TokenChange.Kind, of token: Token, by actor: TokenActor, now: UnixTime,
        on connection: any DatabaseConnection
    ) async throws {
        let change = TokenChange(kind: kind, id: token.id, row: token.row, name: token.name, actor: actor, at: now)
        for hook in hooks { try await hook.tokenChanges(change, on: connection) }
    }
}
