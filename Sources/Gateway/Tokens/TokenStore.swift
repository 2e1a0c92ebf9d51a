import Cryptography
import Database
import FedoraMessaging

/// The tokens in the database: the one place that writes them. Secrets go in sealed and come out through ``KeyRing``.
///
/// Every change runs in a transaction of its own: the token is read under its lock, the right to change it is decided
/// by what was read, and the hooks have their say (history).
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

    /// The owners of tokens, by row, in the order in which they were given.
    func owners(of tokens: [Token]) async throws -> [String: [TokenOwner]] {
        guard !tokens.isEmpty else { return [:] }
        let places = tokens.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
        let result = try await database.query(
            "SELECT token_uuid, kind, name FROM token_owner WHERE token_uuid IN (\(places)) ORDER BY position, name",
            tokens.map { .text($0.row) })
        var owners: [String: [TokenOwner]] = [:]
        let found = try StoredRows.readable(result.rows, of: "token_owner") {
            (token: try $0.text("token_uuid"), owner: try TokenOwner(row: $0))
        }
        for (token, owner) in found { owners[token, default: []].append(owner) }
        return owners
    }

    /// The token with what came in for it, if somebody may do this with it. The database is not asked for somebody who
    /// is not logged in.
    ///
    /// - Throws: ``TokenServiceError`` `notFound`, `forbidden`; `DatabaseError`.
    func authorized(
        _ id: TokenID, _ action: TokenAction, by authorization: TokenAuthorization, now: UnixTime
    ) async throws -> AuthorizedToken {
        try authorization.requireLogin()
        guard authority.isAuthentic(id) else { throw TokenServiceError.notFound }
        let rows = try await database.query(AuthorizedToken.selection(of: id)).rows
        guard let row = rows.first else { throw TokenServiceError.notFound }
        var token = try StoredToken(row: row).token
        token.owners = try await owners(of: [token])[token.row] ?? []
        let role = try authorization.role(for: action, owners: token.owners, now: now)
        return AuthorizedToken(token: token, role: role, activity: try TokenActivity(row: row))
    }

    // MARK: Changes

    /// Puts a new token in.
    ///
    /// - Parameters:
    ///   - limit: The most tokens that the account which makes it may have made and not deleted.
    ///   - confirm: The last step before the token is there for good; what it throws makes no token.
    /// - Throws: ``TokenServiceError`` `tooMany`, `DatabaseError`, what `confirm` throws.
    func insert(
        _ token: Token, secret: TokenSecret, by actor: TokenActor, limit: Int? = nil,
        confirm: @Sendable () throws -> Void = {}
    ) async throws {
        try await changing(token.id) {
            try await database.withTransaction { connection in
                if let limit, let account = token.createdBy {
                    try await Self.checkRoom(of: account, limit: limit, on: connection)
                }
                try await RootKeyTable.adoptCurrent(keys, on: connection)
                for statement in try insertion(of: token, secret: secret) { try await connection.query(statement) }
                try await runHooks(.created, of: token, by: actor, now: token.createdAt, on: connection)
                try confirm()
            }
        }
    }

    /// In the transaction that makes one more.
    private static func checkRoom(of account: String, limit: Int, on connection: any DatabaseConnection) async throws {
        try await AccountLock.take(.tokens, of: account, on: connection)
        let made = try await connection.query(
            "SELECT COUNT(*) AS made FROM token WHERE created_by = $1", [.text(account)])
        guard try made.rows.first?.integer("made") ?? 0 < limit else {
            throw TokenServiceError.tooMany(
                "You’ve reached the limit of \(limit) tokens. Delete one you no longer use.")
        }
    }

    /// Changes a token, if somebody may: the right is decided once, by the row and the owners that are changed.
    ///
    /// - Parameters:
    ///   - body: Does it, and says what it was and what has become of the token; no kind if there was nothing to do.
    ///   - confirm: The last step before the change is there for good; what it throws undoes it.
    /// - Returns: The token as it is now, with what `body` returns besides.
    /// - Throws: ``TokenServiceError`` `notFound`, `forbidden`; `DatabaseError`; what the closures throw.
    func change<Value: Sendable>(
        _ id: TokenID, _ action: TokenAction, by authorization: TokenAuthorization, now: UnixTime,
        _ body:
            @Sendable (StoredToken, any DatabaseConnection) async throws -> (
                kind: TokenChange.Kind?, token: Token, value: Value
            ),
        confirm: @Sendable (AuthorizedToken, Value) throws -> Void = { _, _ in }
    ) async throws -> (token: AuthorizedToken, value: Value) {
        try authorization.requireLogin()
        guard authority.isAuthentic(id) else { throw TokenServiceError.notFound }
        return try await changing(id) {
            try await database.withTransaction { connection in
                let (stored, activity) = try await locked(id, on: connection)
                let role = try authorization.role(for: action, owners: stored.token.owners, now: now)
                let (kind, token, value) = try await body(stored, connection)
                if let kind {
                    let actor = authorization.actor(as: role)
                    try await runHooks(kind, of: stored.token, by: actor, now: now, on: connection)
                }
                let changed = AuthorizedToken(token: token, role: role, activity: activity)
                try confirm(changed, value)
                return (changed, value)
            }
        }
    }

    /// The token with its owners, which nobody else changes until the transaction is over, and what came in for it.
    private func locked(
        _ id: TokenID, on connection: any DatabaseConnection
    ) async throws -> (token: StoredToken, activity: TokenActivity) {
        // SQLite's transaction holds the only write lock from its beginning; PostgreSQL locks the row.
        let lock = connection.dialect == .postgresql ? " FOR UPDATE OF token" : ""
        let rows = try await connection.query(AuthorizedToken.selection(of: id, lock)).rows
        guard let row = rows.first else { throw TokenServiceError.notFound }
        var stored = try StoredToken(row: row)
        // A statement of its own: it sees what others committed while this one waited for the lock.
        let owners = try await connection.query(
            "SELECT kind, name FROM token_owner WHERE token_uuid = $1 ORDER BY position, name",
            [.text(stored.token.row)])
        stored.token.owners = try owners.rows.map(TokenOwner.init(row:))
        // What came in decides nothing here, so a row of it that makes no sense stops no change.
        return (stored, (try? TokenActivity(row: row)) ?? TokenActivity())
    }

    /// Changes a token, and tells of it even where that fails: the database may have done it all the same, unless it
    /// was refused here. What a change means to webhooks shows in the row's `updated_at` or `state`, by which other
    /// replicas hear of it.
    @discardableResult
    private func changing<Value: Sendable>(
        _ id: TokenID, _ change: () async throws -> Value
    ) async throws -> Value {
        let result: Result<Value, any Error>
        do {
            result = .success(try await change())
        } catch {
            if error is TokenServiceError || error is TokenInputError { throw error }
            result = .failure(error)
        }
        await notices.tell(.token(id))
        return try result.get()
    }

    /// Calls the hooks, in the transaction of the change.
    private func runHooks(
        _ kind: TokenChange.Kind, of token: Token, by actor: TokenActor, now: UnixTime,
        on connection: any DatabaseConnection
    ) async throws {
        let change = TokenChange(kind: kind, id: token.id, row: token.row, name: token.name, actor: actor, at: now)
        for hook in hooks { try await hook.tokenChanges(change, on: connection) }
    }
}

/// A token, by what right somebody may do something with it, and what came in for it.
struct AuthorizedToken: Sendable {
    let token: Token
    let role: Authorization.Role
    let activity: TokenActivity

    /// Returns the statement that reads a token, without its owners.
    static func selection(of id: TokenID, _ lock: String = "") -> SQLStatement {
        SQLStatement(
            """
            SELECT \(StoredToken.columns), \(TokenActivity.columns)
            FROM token LEFT JOIN token_activity ON token_uuid = uuid WHERE public_id = $1\(lock)
            """, [.text(id.description)])
    }
}

extension TokenStore {
    /// Tokens whose hashes are made in one go.
    private static let batch: Int64 = 200

    /// Fills in the look-up hashes of secrets that were stored before there were any.
    ///
    /// A secret that cannot be opened is passed over: its token does not verify anything either.
    /// - Returns: How many tokens got theirs.
    /// - Throws: `DatabaseError`.
    @discardableResult
    func completeLookupHashes() async throws -> Int {
        var count = 0
        var last = ""
        while true {
            let rows = try await database.query(
                """
                SELECT \(StoredToken.columns) FROM token
                WHERE uuid > $1 AND (lookup_hash IS NULL
                    OR previous_secret IS NOT NULL AND previous_lookup_hash IS NULL)
                ORDER BY uuid LIMIT $2
                """, [.text(last), .integer(Self.batch)]
            ).rows
            guard let end = rows.last else { return count }
            for token in try StoredRows.readable(rows, of: "token", StoredToken.init(row:))
            where try await completeLookupHashes(of: token) {
                count += 1
            }
            last = try end.text("uuid")
        }
    }

    private func completeLookupHashes(of stored: StoredToken) async throws -> Bool {
        let row = stored.token.row
        guard let secret = try? keys.open(stored.secret, for: StoredToken.place(ofSecretIn: row)) else { return false }
        let previous = stored.previousSecret.flatMap {
            try? keys.open($0, for: StoredToken.place(ofPreviousSecretIn: row))
        }
        // Another process may have rotated the secret meanwhile: then there is nothing to do.
        let result = try await database.query(
            "UPDATE token SET lookup_hash = $1, previous_lookup_hash = $2 WHERE uuid = $3 AND secret = $4",
            [
                .blob(keys.lookupHash(secret)), previous.map { .blob(keys.lookupHash($0)) } ?? .null, .text(row),
                .blob(stored.secret.bytes),
            ])
        return result.affectedRows > 0
    }
}

extension TokenStore {
    /// The token that a tag is of, by its row; `nil` if there is none. Looks at all of them: for people, not for webhooks.
    ///
    /// - Throws: `DatabaseError`.
    func row(of tag: TokenTag) async throws -> String? {
        try await first(tag, of: "SELECT uuid FROM token WHERE uuid > $1 ORDER BY uuid")?.text("uuid")
    }

    /// Returns the history's entries of the token that a tag is of, newest first: the token itself may be gone.
    ///
    /// - Throws: `DatabaseError`.
    func history(of tag: TokenTag, limit: Int) async throws -> [HistoryEntry] {
        let row = try await first(
            tag,
            of: """
                SELECT token_uuid AS uuid, MAX(token) AS token FROM token_history WHERE token_uuid > $1
                GROUP BY token_uuid ORDER BY token_uuid
                """)
        guard let id = try row.flatMap({ TokenID(try $0.text("token")) }) else { return [] }
        let statement = TokenHistory.selection(of: id, before: nil, limit: limit)
        return try StoredRows.readable(
            await database.query(statement).rows, of: "token_history", HistoryEntry.init(row:))
    }

    /// The first row whose `uuid` has the tag.
    private func first(_ tag: TokenTag, of selection: String) async throws -> SQLRow? {
        let pageLength = 5000
        var last = ""
        while true {
            let rows = try await database.query("\(selection) LIMIT \(pageLength)", [.text(last)]).rows
            for row in rows {
                last = try row.text("uuid")
                guard let uuid = UUIDValue(last) else { continue }
                if TokenTag(of: uuid, keys) == tag { return row }
            }
            if rows.count < pageLength { return nil }
        }
    }
}
