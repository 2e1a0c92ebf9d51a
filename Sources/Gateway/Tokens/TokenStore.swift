import Cryptography
import Database
import FoundationEssentials

/// The tokens in the database: the one place that writes them. Secrets go in sealed and come out through ``KeyRing``.
///
/// Every change runs in a transaction of its own, in which the hooks have their say: history, and telling replicas.
public struct TokenStore: Sendable {
    /// Most former secrets that a token keeps while their grace periods last.
    public static let maximumFormerSecrets = 2
    /// Longest grace period of a rotation.
    public static let maximumGrace = Duration.seconds(30 * 86_400)

    let database: any Database
    let keys: KeyRing
    let authority: TokenIDAuthority
    let hooks: [any TokenChangeHook]
    /// Told of every change that was committed here.
    let notices: TokenNotices

    /// Over a database with the gateway's tables.
    ///
    /// - Parameter hooks: What is done along with every change.
    public init(
        database: any Database, keys: KeyRing, hooks: [any TokenChangeHook] = [], notices: TokenNotices = TokenNotices()
    ) {
        self.database = database
        self.keys = keys
        self.hooks = hooks
        self.notices = notices
        authority = TokenIDAuthority(keys)
    }

    /// The same store, with another hook that is told last.
    func adding(_ hook: any TokenChangeHook) -> TokenStore {
        TokenStore(database: database, keys: keys, hooks: hooks + [hook], notices: notices)
    }

    /// Makes a token, and gives its secret this once.
    ///
    /// - Parameter limit: The most tokens that the account which makes it may have made and not deleted.
    /// - Throws: ``TokenStoreError`` `tooMany`, `DatabaseError`, `CryptographyError`.
    public func create(
        _ draft: TokenDraft, by actor: TokenActor = .commandLine, limit: Int? = nil, now: UnixTime = .now()
    ) async throws -> (token: Token, secret: TokenSecret) {
        let secret = try draft.secret ?? TokenSecret.generate()
        let token = Token(
            uuid: UUID(), id: try authority.make(), service: draft.service, name: draft.name, scope: draft.scope,
            eventFilter: draft.eventFilter, publishesPrivate: draft.publishesPrivate, settings: draft.settings,
            owners: draft.owners, state: .enabled, createdBy: draft.createdBy, createdAt: now, updatedAt: now,
            rotatedAt: nil, previousSecretExpiresAt: nil)
        try await changing(token.id) {
            try await database.withTransaction { connection in
                if let limit, let account = draft.createdBy {
                    try await Self.checkRoom(of: account, limit: limit, on: connection)
                }
                try await RootKeyTable.adoptCurrent(keys, on: connection)
                for statement in try insertion(of: token, secret: secret) { try await connection.query(statement) }
                try await note(.created, of: token, by: actor, now: now, on: connection)
            }
        }
        return (token, secret)
    }

    /// In the transaction that makes one more.
    private static func checkRoom(of account: String, limit: Int, on connection: any DatabaseConnection) async throws {
        try await AccountLock.take(.tokens, of: account, on: connection)
        let made = try await connection.query(
            "SELECT COUNT(*) AS made FROM token WHERE created_by = $1", [.text(account)])
        guard try made.rows.first?.integer("made") ?? 0 < limit else { throw TokenStoreError.tooMany(limit: limit) }
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
    func stored(_ id: TokenID) async throws -> StoredToken? {
        guard authority.isAuthentic(id) else { return nil }
        let result = try await database.query(
            "SELECT \(StoredToken.columns) FROM token WHERE public_id = $1", [.text(id.description)])
        return try result.rows.first.map(StoredToken.init(row:))
    }

    /// Changes parts of a token; what is the same already is no change.
    ///
    /// - Returns: The token as it is now; `nil` if there is no such token.
    /// - Throws: `DatabaseError`; what `actor` throws.
    public func edit(
        _ id: TokenID, _ changes: TokenChanges, by actor: any TokenAuthorizing = TokenActor.commandLine,
        now: UnixTime = .now()
    ) async throws -> Token? {
        try await change(id, by: actor, now: now) { token, connection in
            let parts = changes.differing(from: token.token)
            guard !parts.isEmpty else { return nil }
            try await connection.query(Self.update(token.token, changes, now: now))
            return .edited(parts)
        }
    }

    /// Gives a token a new secret. The one before works on until `grace` is over. A former secret within its grace
    /// period works on, too: if there is no place for another, nothing is done. Without a grace period, all former secrets
    /// end at once.
    ///
    /// - Parameter secret: One that someone brought; `nil` to have one made.
    /// - Returns: The token and the new secret, this once; `nil` if there is no such token.
    /// - Throws: ``TokenInputError`` `grace` and `formerSecrets`, `DatabaseError`, ``KeyRing/Failure``.
    public func rotate(
        _ id: TokenID, to secret: TokenSecret? = nil, grace: Duration,
        by actor: any TokenAuthorizing = TokenActor.commandLine,
        now: UnixTime = .now()
    ) async throws -> (token: Token, secret: TokenSecret)? {
        guard grace >= .zero, grace <= Self.maximumGrace else { throw TokenInputError.grace(limit: Self.maximumGrace) }
        let secret = try secret ?? TokenSecret.generate()
        let token = try await change(id, by: actor, now: now) { stored, connection in
            try await RootKeyTable.adoptCurrent(keys, on: connection)
            try await connection.query(replacement(ofSecretIn: stored, by: secret, grace: grace, now: now))
            return .rotated(grace: grace)
        }
        return token.map { ($0, secret) }
    }

    /// Enables or disables a token.
    ///
    /// - Returns: The token as it is now; `nil` if there is no such token.
    /// - Throws: `DatabaseError`.
    public func setState(
        _ id: TokenID, to state: TokenState, by actor: any TokenAuthorizing = TokenActor.commandLine,
        now: UnixTime = .now()
    ) async throws -> Token? {
        try await change(id, by: actor, now: now) { stored, connection in
            guard stored.token.state != state else { return nil }
            try await connection.query(
                "UPDATE token SET state = $1, updated_at = \(Self.later("$2")) WHERE uuid = $3",
                [.text(state.rawValue), .integer(now.milliseconds), .text(stored.token.row)])
            return .state(state)
        }
    }

    /// Deletes a token for good, with its secrets and owners.
    ///
    /// - Returns: Whether there was one.
    /// - Throws: `DatabaseError`.
    public func delete(
        _ id: TokenID, by actor: any TokenAuthorizing = TokenActor.commandLine, now: UnixTime = .now()
    ) async throws -> Bool {
        guard authority.isAuthentic(id) else { return false }
        return try await changing(id) {
            try await database.withTransaction { connection in
                guard let token = try await locked(id, on: connection)?.token else { return false }
                let actor = try actor.actor(for: token)
                // Explicitly, not by the cascade alone: SQLite keeps foreign keys only where it is told to.
                for table in ["token_owner", "delivery", "token_activity"] {
                    try await connection.query("DELETE FROM \(table) WHERE token_uuid = $1", [.text(token.row)])
                }
                try await connection.query("DELETE FROM token WHERE uuid = $1", [.text(token.row)])
                try await note(.deleted, of: token, by: actor, now: now, on: connection)
                return true
            }
        }
    }

    /// A page of tokens with their owners, oldest first.
    ///
    /// - Throws: `DatabaseError`.
    public func list(_ listing: TokenListing = TokenListing()) async throws -> [Token] {
        try await page(listing).tokens
    }

    /// A page of tokens with their owners, oldest first, and after what the next one begins, if there may be one.
    ///
    /// - Throws: `DatabaseError`.
    func page(_ listing: TokenListing) async throws -> (tokens: [Token], next: TokenListing.Cursor?) {
        let rows = try await database.query(listing.statement).rows
        var tokens = try StoredRows.readable(rows, of: "token") { try StoredToken(row: $0).token }
        let owners = try await owners(of: tokens)
        for index in tokens.indices { tokens[index].owners = owners[tokens[index].row] ?? [] }
        // What cannot be read counts as well.
        let last = rows.count == listing.limit ? rows.last : nil
        return (tokens, try last.map(TokenListing.Cursor.init(after:)))
    }
}
