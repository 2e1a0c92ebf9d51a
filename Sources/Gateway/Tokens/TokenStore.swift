import Cryptography
import Database
import FoundationEssentials

/// The tokens in the database: the one place that writes them. Secrets go in sealed and come out through ``KeyRing``.
public struct TokenStore: Sendable {
    /// Longest grace period of a rotation.
    public static let maximumGrace = Duration.seconds(30 * 86_400)

    let database: any Database
    let keys: KeyRing
    let authority: TokenIDAuthority
    /// Told of every change that was committed here.
    let notices: TokenNotices

    /// Over a database with the gateway's tables.
    public init(database: any Database, keys: KeyRing, notices: TokenNotices = TokenNotices()) {
        self.database = database
        self.keys = keys
        self.notices = notices
        authority = TokenIDAuthority(keys)
    }

    /// Makes a token, and gives its secret this once.
    ///
    /// - Throws: `DatabaseError`, `CryptographyError`.
    public func create(_ draft: TokenDraft, now: UnixTime = .now()) async throws -> (token: Token, secret: TokenSecret)
    {
        let secret = try draft.secret ?? TokenSecret.generate()
        let token = Token(
            uuid: UUID(), id: try authority.make(), service: draft.service, name: draft.name, scope: draft.scope,
            owners: draft.owners, state: .enabled, createdAt: now, updatedAt: now, rotatedAt: nil,
            previousSecretExpiresAt: nil)
        try await changing(token.id) {
            try await database.withTransaction { connection in
                try await RootKeyTable.adoptCurrent(keys, on: connection)
                let sealed = try keys.seal(secret.bytes, for: StoredToken.place(ofSecretIn: token.row))
                try await Self.insert(token, secret: sealed, on: connection)
            }
        }
        return (token, secret)
    }

    /// The token with this id, with its owners; `nil` if there is none. Made-up ids are not asked for.
    ///
    /// - Throws: `DatabaseError`.
    public func find(_ id: TokenID) async throws -> Token? {
        guard var token = try await stored(id)?.token else { return nil }
        token.owners = try await owners(of: [token])[token.row] ?? []
        return token
    }

    /// The token with its sealed secrets, without its owners: what verifying needs.
    func stored(_ id: TokenID, until deadline: RequestDeadline? = nil) async throws -> StoredToken? {
        guard authority.isAuthentic(id) else { return nil }
        let result = try await database.query(
            "SELECT \(StoredToken.columns) FROM token WHERE public_id = $1", [.text(id.description)],
            until: deadline?.instant)
        return try result.rows.first.map(StoredToken.init(row:))
    }

    /// Gives a token a new secret. The one before works on until `grace` is over; one from an earlier rotation does
    /// not.
    ///
    /// - Parameter secret: One that someone brought; `nil` to have one made.
    /// - Returns: The token and the new secret, this once; `nil` if there is no such token.
    /// - Throws: ``TokenInputError`` `grace`, `DatabaseError`, ``KeyRing/Failure``.
    public func rotate(
        _ id: TokenID, to secret: TokenSecret? = nil, grace: Duration, now: UnixTime = .now()
    ) async throws -> (token: Token, secret: TokenSecret)? {
        guard grace >= .zero, grace <= Self.maximumGrace else { throw TokenInputError.grace(limit: Self.maximumGrace) }
        guard authority.isAuthentic(id) else { return nil }
        let secret = try secret ?? TokenSecret.generate()
        let isFound = try await changing(id) {
            try await database.withTransaction { connection in
                try await RootKeyTable.adoptCurrent(keys, on: connection)
                return try await replaceSecret(of: id, by: secret, grace: grace, now: now, on: connection)
            }
        }
        guard isFound, let token = try await find(id) else { return nil }
        return (token, secret)
    }

    /// Enables or disables a token.
    ///
    /// - Returns: The token as it is now; `nil` if there is no such token.
    /// - Throws: `DatabaseError`.
    public func setState(_ id: TokenID, to state: TokenState, now: UnixTime = .now()) async throws -> Token? {
        guard authority.isAuthentic(id) else { return nil }
        try await changing(id) {
            try await database.query(
                "UPDATE token SET state = $1, updated_at = $2 WHERE public_id = $3 AND state <> $1",
                [.text(state.rawValue), .integer(now.milliseconds), .text(id.description)])
        }
        return try await find(id)
    }

    /// Deletes a token for good, with its secrets and owners.
    ///
    /// - Returns: Whether there was one.
    /// - Throws: `DatabaseError`.
    public func delete(_ id: TokenID) async throws -> Bool {
        guard authority.isAuthentic(id) else { return false }
        return try await changing(id) {
            try await database.withTransaction { connection in
                // Explicitly, not by the cascade alone: SQLite keeps foreign keys only where it is told to.
                try await connection.query(
                    "DELETE FROM token_owner WHERE token_uuid IN (SELECT uuid FROM token WHERE public_id = $1)",
                    [.text(id.description)])
                let result = try await connection.query(
                    "DELETE FROM token WHERE public_id = $1", [.text(id.description)])
                return result.affectedRows > 0
            }
        }
    }

    /// Changes a token, and tells of it even where that fails: the database may have done it all the same. What a change
    /// means to webhooks shows in the row's `updated_at` or `state`, by which other replicas hear of it.
    @discardableResult
    private func changing<Value: Sendable>(_ id: TokenID, _ change: () async throws -> Value) async throws -> Value {
        let result: Result<Value, any Error>
        do {
            result = .success(try await change())
        } catch {
            result = .failure(error)
        }
        await notices.tell(.token(id))
        return try result.get()
    }

    /// A page of tokens with their owners, oldest first.
    ///
    /// - Throws: `DatabaseError`.
    public func list(_ listing: TokenListing = TokenListing()) async throws -> [Token] {
        let statement = listing.statement
        var tokens = try await database.query(statement).rows.map { try StoredToken(row: $0).token }
        let owners = try await owners(of: tokens)
        for index in tokens.indices { tokens[index].owners = owners[tokens[index].row] ?? [] }
        return tokens
    }
}
