import Database
import EventLoop
import WebhookServices

/// The bounds of what people may do with tokens.
struct TokenLimits: Sendable, Hashable {
    /// Tokens that one account may have made.
    var maxPerAccount = 1000
    /// Test events of one token in a minute.
    var maxTestsPerMinute = 10
    /// The time that it is kept who did what to which token.
    var historyRetention = Duration.seconds(5 * 365 * 86_400)
}

/// The service by which people and programs manage tokens: each call checks what was entered and the right to it, does
/// it, and writes the history in the same transaction. The command line, the pages and the API use it alike.
///
/// Every right is decided by ``Authorization``; for a change, within its transaction, by the row that is changed. The store
/// tells this process's cache of a change before the call returns.
///
/// Somebody who is not logged in gets `forbidden(.loggedOut)` from every call, whatever the token.
public struct TokenService: Sendable {
    let store: TokenStore
    let services: ServiceRegistry
    /// Checks what people give for tokens.
    public let validator: TokenValidator
    /// The beginning of URLs, without a slash at the end.
    let baseURL: String
    let limits: TokenLimits
    /// Sends test events; `nil` where no server runs.
    let tester: (any TestSending)?
    let tests: Locked<TestLimit>
    /// The time; tests bring their own.
    let clock: @Sendable () -> UnixTime

    var database: any Database { store.database }

    init(
        store: TokenStore, services: ServiceRegistry, baseURL: String, limits: TokenLimits = TokenLimits(),
        tester: (any TestSending)? = nil, clock: @escaping @Sendable () -> UnixTime = { .now() }
    ) {
        self.store = store
        self.services = services
        validator = TokenValidator(services: services)
        self.baseURL = baseURL
        self.limits = limits
        tests = Locked(TestLimit(perMinute: limits.maxTestsPerMinute))
        self.tester = tester
        self.clock = clock
    }

    // MARK: Reading

    /// One token.
    public func token(_ id: TokenID, by authorization: TokenAuthorization) async throws(TokenServiceError) -> TokenView
    {
        try await attempt { view(try await store.authorized(id, .view, by: authorization, now: clock())) }
    }

    /// One token with what came in for it, and with its history, newest first.
    ///
    /// - Parameters:
    ///   - entries: The maximum number of entries of the history; with 0, it is not read.
    ///   - before: Only what was before this; for the next page.
    func details(
        _ id: TokenID, entries: Int = 0, before: UnixTime? = nil, by authorization: TokenAuthorization
    ) async throws(TokenServiceError) -> TokenDetails {
        try await attempt {
            let found = try await store.authorized(id, .view, by: authorization, now: clock())
            return TokenDetails(
                view: view(found), deliveries: try await DeliveryList.read(of: found.token.row, in: database),
                history: entries == 0 ? [] : try await history(of: id, before: before, limit: entries))
        }
    }

    /// The history of all tokens, newest first: administrators only.
    func history(
        before: UnixTime?, limit: Int, by authorization: TokenAuthorization
    ) async throws(TokenServiceError) -> [HistoryEntry] {
        try await attempt {
            _ = try authorization.role(for: .listAll, owners: nil, now: clock())
            return try await history(of: nil, before: before, limit: limit)
        }
    }

    private func history(of id: TokenID?, before: UnixTime?, limit: Int) async throws -> [HistoryEntry] {
        let limit = min(max(limit, 1), 500)
        let result = try await database.query(TokenHistory.selection(of: id, before: before, limit: limit))
        return try StoredRows.readable(result.rows, of: "token_history", HistoryEntry.init(row:))
    }

    // MARK: Making

    /// Makes a token. What a person makes is that person's; at the command line it is `new` that says whose.
    ///
    /// - Parameter deliver: Is given the token with its secret before it is there for good; what it throws makes no token.
    /// - Throws: `invalid`, `tooMany`, `forbidden`, `unavailable`.
    @discardableResult
    public func create(
        _ new: NewToken, by authorization: TokenAuthorization,
        deliver: @escaping @Sendable (IssuedToken) throws -> Void = { _ in }
    ) async throws(TokenServiceError) -> IssuedToken {
        try await attempt {
            let now = clock()
            let role = try authorization.role(for: .create, owners: nil, now: now)
            let names = authorization.account.map { [$0] } ?? new.owners
            let (token, secret) = try validator.token(
                new, id: try store.authority.make(), owners: names.map { try TokenOwner(.user, name: $0) },
                creator: authorization.account, byAdministrator: authorization.mayAdminister(at: now), now: now)
            let issued = IssuedToken(
                view: view(AuthorizedToken(token: token, role: role, activity: TokenActivity())), secret: secret)
            try await store.insert(
                token, secret: secret, by: authorization.actor(as: role), limit: limits.maxPerAccount
            ) { try deliver(issued) }
            return issued
        }
    }

    // MARK: Changing

    /// Changes a token; what is the same already is no change.
    ///
    /// - Throws: `notFound`, `forbidden`, `invalid`, `changed`, `unavailable`.
    @discardableResult
    public func edit(
        _ id: TokenID, _ edit: TokenEdit, by authorization: TokenAuthorization
    ) async throws(TokenServiceError) -> TokenView {
        try await change(id, .edit, by: authorization) { stored, now, connection in
            let token = stored.token
            let edited = try validator.edited(
                token, by: edit, byAdministrator: authorization.mayAdminister(at: now))
            if let version = edit.version, version != token.settingsVersion { throw TokenServiceError.changed(token) }
            let parts = edited.differences(from: token)
            guard !parts.isEmpty else { return (nil, token) }
            return (.edited(parts), try await connection.update(token, TokenStore.update(edited, now: now)))
        }
    }

    /// Gives a token another secret. The one before works on until `grace` is over. A former secret within its grace
    /// period works on, too: if there is no place for another, nothing is done. Without a grace period, all former secrets
    /// end at once.
    ///
    /// - Parameters:
    ///   - secret: One of one's own; empty to have one made.
    ///   - version: ``Token/secretsVersion`` of what was shown to the person; a token that has other secrets by now keeps
    ///     those (`changed`). `nil` replaces whatever there is.
    ///   - deliver: Is given the token with its new secret before that is in force; what it throws leaves the old one.
    @discardableResult
    public func rotate(
        _ id: TokenID, grace: Duration, secret text: String = "", version: String? = nil,
        by authorization: TokenAuthorization, deliver: @escaping @Sendable (IssuedToken) throws -> Void = { _ in }
    ) async throws(TokenServiceError) -> IssuedToken {
        try await attempt {
            let now = clock()
            let (changed, secret) = try await store.change(id, .rotate, by: authorization, now: now) {
                stored, connection in
                let token = stored.token
                let secret = try validator.secret(text, for: token)
                try TokenValidator.check(grace: grace)
                if let version, version != token.secretsVersion { throw TokenServiceError.changed(token) }
                try await RootKeyTable.adoptCurrent(store.keys, on: connection)
                let statement = try store.replacement(ofSecretIn: stored, by: secret, grace: grace, now: now)
                return (.rotated(grace: grace), try await connection.update(token, statement), secret)
            } confirm: { changed, secret in
                try deliver(IssuedToken(view: view(changed), secret: secret))
            }
            return IssuedToken(view: view(changed), secret: secret)
        }
    }

    /// Enables or disables a token.
    @discardableResult
    public func setState(
        _ id: TokenID, to state: TokenState, by authorization: TokenAuthorization
    ) async throws(TokenServiceError) -> TokenView {
        try await change(id, .setState, by: authorization) { stored, now, connection in
            let token = stored.token
            guard token.state != state else { return (nil, token) }
            return (.state(state), try await connection.update(token, TokenStore.update(token, to: state, now: now)))
        }
    }

    /// Deletes a token for good, with its secrets and owners. (That its name was typed is the page's to check.)
    public func delete(_ id: TokenID, by authorization: TokenAuthorization) async throws(TokenServiceError) {
        try await change(id, .delete, by: authorization) { stored, _, connection in
            // Explicitly, not by the cascade alone: SQLite keeps foreign keys only where it is told to.
            for table in ["token_owner", "delivery", "token_activity"] {
                try await connection.query("DELETE FROM \(table) WHERE token_uuid = $1", [.text(stored.token.row)])
            }
            try await connection.query("DELETE FROM token WHERE uuid = $1", [.text(stored.token.row)])
            return (.deleted, stored.token)
        }
    }

    // MARK: Owners

    /// Adds an owner; one that is there already changes nothing.
    @discardableResult
    public func addOwner(
        _ name: String, kind: TokenOwner.Kind, to id: TokenID, by authorization: TokenAuthorization
    ) async throws(TokenServiceError) -> TokenView {
        try await change(id, .changeOwners, by: authorization) { stored, now, connection in
            let token = stored.token
            let owner = try TokenOwner(kind, name: name)
            guard !token.owners.contains(owner) else { return (nil, token) }
            try TokenValidator.check(countOfOwners: token.owners.count + 1)
            // Behind all that there are, also where one in between was removed.
            let last = try await connection.query(
                "SELECT COALESCE(MAX(position), -1) AS last FROM token_owner WHERE token_uuid = $1",
                [.text(token.row)])
            let highest = try last.rows.first?.integer("last") ?? -1
            let position = Int(min(max(highest, -1), StoredNumber.limit)) + 1
            try await connection.query(TokenStore.insertion(of: owner, position: position, into: token, now: now))
            var changed = try await connection.update(token, TokenStore.touch(token, now: now))
            changed.owners.append(owner)
            return (.ownerAdded(owner), changed)
        }
    }

    /// Removes an owner; one that is not there changes nothing, and the last one stays (`lastOwner`).
    ///
    /// - Returns: The token; `nil` if whoever asked may not see it any more.
    @discardableResult
    public func removeOwner(
        _ name: String, kind: TokenOwner.Kind, from id: TokenID, by authorization: TokenAuthorization
    ) async throws(TokenServiceError) -> TokenView? {
        let view = try await change(id, .changeOwners, by: authorization) { stored, now, connection in
            let token = stored.token
            let owner = try TokenOwner(kind, name: name)
            guard token.owners.contains(owner) else { return (nil, token) }
            guard token.owners.count > 1 else { throw TokenServiceError.lastOwner }
            try await connection.query(
                "DELETE FROM token_owner WHERE token_uuid = $1 AND kind = $2 AND name = $3",
                [.text(token.row), .text(owner.kind.rawValue), .text(owner.name)])
            var changed = try await connection.update(token, TokenStore.touch(token, now: now))
            changed.owners.removeAll { $0 == owner }
            return (.ownerRemoved(owner), changed)
        }
        let isSeen = try? authorization.role(for: .view, owners: view.token.owners, now: clock())
        return isSeen == nil ? nil : view
    }

    // MARK: What every call goes through

    /// Changes a token, and shows it as it is then. What was entered is looked at only for who may change the token.
    @discardableResult
    private func change(
        _ id: TokenID, _ action: TokenAction, by authorization: TokenAuthorization,
        _ body: @Sendable (StoredToken, UnixTime, any DatabaseConnection) async throws -> (TokenChange.Kind?, Token)
    ) async throws(TokenServiceError) -> TokenView {
        try await attempt {
            let now = clock()
            let (changed, _) = try await store.change(id, action, by: authorization, now: now) { stored, connection in
                let (kind, token) = try await body(stored, now, connection)
                return (kind, token, ())
            }
            return view(changed)
        }
    }

    /// A token as it is shown.
    func view(_ found: AuthorizedToken) -> TokenView {
        let token = found.token
        let service = services.known(named: token.service)
        return TokenView(
            token: token, url: "\(baseURL)/\(token.service)/\(token.id)", serviceTitle: service?.title ?? token.service,
            isServiceOffered: services.offered(named: token.service) != nil,
            takesSecret: service?.secretOrigin != .nowhere, role: found.role,
            messageTag: TokenTag(of: token, store.keys), activity: found.activity)
    }

    /// Runs `body`, and makes what it throws an error of the service.
    func attempt<Value>(_ body: () async throws -> Value) async throws(TokenServiceError) -> Value {
        do {
            return try await body()
        } catch let error as TokenServiceError {
            throw error
        } catch let error as TokenInputError {
            throw .invalid(error)
        } catch let error as DatabaseError where error.code == .decoding {
            throw .unreadable(error.message)
        } catch {
            throw .unavailable("\(error)")
        }
    }
}

extension DatabaseConnection {
    /// Runs a statement that changes a token's row, and returns the token as it is then, with the owners that it had.
    fileprivate func update(_ token: Token, _ statement: SQLStatement) async throws -> Token {
        guard let row = try await query(statement).rows.first else { throw TokenServiceError.notFound }
        var changed = try StoredToken(row: row).token
        changed.owners = token.owners
        return changed
    }
}
