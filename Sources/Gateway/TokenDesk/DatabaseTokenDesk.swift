import Database
import EventLoop
import WebhookServices

/// The desk over the database: what `TokenStore` does, by the rights of persons.
///
/// Every right is decided by ``Authorization``; for a change, within its transaction. The store tells this process's
/// cache of a change before the call returns.
struct DatabaseTokenDesk: TokenDesk {
    let store: TokenStore
    let services: ServiceRegistry
    /// What URLs begin with, without a slash at the end.
    let baseURL: String
    /// Tokens that one account may have made.
    let maxPerAccount: Int
    /// Test events of one token in a minute.
    let testsPerMinute: Int
    let tester: any TestSending
    let tests: Locked<TestLimit>
    /// The time; tests bring their own.
    let clock: @Sendable () -> UnixTime

    var database: any Database { store.database }
    var intake: TokenIntake { TokenIntake(services: services) }

    init(
        store: TokenStore, services: ServiceRegistry, baseURL: String, settings: TokensConfiguration,
        tester: any TestSending, clock: @escaping @Sendable () -> UnixTime = { .now() }
    ) {
        self.store = store
        self.services = services
        self.baseURL = baseURL
        maxPerAccount = settings.maxPerAccount
        testsPerMinute = settings.maxTestsPerMinute
        tests = Locked(TestLimit(perMinute: settings.maxTestsPerMinute))
        self.tester = tester
        self.clock = clock
    }

    /// The desk of a server.
    init(_ configuration: Configuration, _ workspace: Workspace, _ ingest: Ingest) {
        self.init(
            store: workspace.tokens, services: configuration.services.registry,
            baseURL: configuration.server.baseURL, settings: configuration.tokens, tester: ingest)
    }

    func token(_ id: TokenID, by person: Person?) async throws(TokenDeskError) -> TokenView {
        try await attempt {
            let (token, role) = try await open(id, .view, by: person)
            return try await view(token, role)
        }
    }

    func deliveries(_ id: TokenID, by person: Person?) async throws(TokenDeskError) -> DeliveryList {
        try await attempt {
            let token = try await open(id, .view, by: person).token
            return try await DeliveryList.read(of: token.row, in: database)
        }
    }

    func history(
        _ id: TokenID, before: UnixTime?, limit: Int, by person: Person?
    ) async throws(TokenDeskError) -> [HistoryEntry] {
        try await attempt {
            _ = try await open(id, .view, by: person)
            return try await entries(of: id, before: before, limit: limit)
        }
    }

    func history(before: UnixTime?, limit: Int, by person: Person?) async throws(TokenDeskError) -> [HistoryEntry] {
        try await attempt {
            _ = try Self.role(of: person, .listAll, owners: nil, now: clock())
            return try await entries(of: nil, before: before, limit: limit)
        }
    }

    func sendTest(_ id: TokenID, by person: Person?) async throws(TokenDeskError) -> DeliveryRecord {
        try await attempt {
            let (token, role) = try await open(id, .sendTest, by: person)
            guard let person else { throw TokenDeskError.forbidden(.loggedOut) }
            let now = clock()
            guard tests.withLock({ $0.admit(id, now: now) }) else {
                throw TokenDeskError.tooMany("Limit: \(testsPerMinute) per minute. Try again shortly.")
            }
            guard let record = await tester.sendTest(through: id, sender: person.account) else {
                throw TokenDeskError.notFound
            }
            try await database.query(
                TokenHistory.insertion(
                    HistoryEntry(
                        at: now, actor: person.account, byAdmin: role == .admin, token: id, tokenName: token.name,
                        event: .tested, detail: record.outcome.rawValue),
                    of: token.row))
            return record
        }
    }

    private func entries(of id: TokenID?, before: UnixTime?, limit: Int) async throws -> [HistoryEntry] {
        let limit = min(max(limit, 1), 500)
        let result = try await database.query(TokenHistory.selection(of: id, before: before, limit: limit))
        return try StoredRows.readable(result.rows, of: "token_history", HistoryEntry.init(row:))
    }
}

// What every call goes through.
extension DatabaseTokenDesk {
    /// By what right a person does something.
    ///
    /// - Throws: ``TokenDeskError`` `notFound`, `forbidden`.
    static func role(
        of person: Person?, _ action: TokenAction, owners: [TokenOwner]?, now: UnixTime
    ) throws(TokenDeskError) -> Authorization.Role {
        switch Authorization.decide(person, action, owners: owners, now: now) {
        case .allow(let role): return role
        case .hide: throw .notFound
        case .forbid(let denial): throw .forbidden(denial)
        }
    }

    /// A token that the person may do this with. Nobody is told of another's token, and the database is not asked for
    /// somebody who is not logged in.
    func open(
        _ id: TokenID, _ action: TokenAction, by person: Person?
    ) async throws -> (token: Token, role: Authorization.Role) {
        guard person != nil else { throw TokenDeskError.forbidden(.loggedOut) }
        let token = try await store.find(id)
        let role = try Self.role(of: person, action, owners: token?.owners, now: clock())
        guard let token else { throw TokenDeskError.notFound }
        return (token, role)
    }

    /// A token as its pages show it.
    func view(_ token: Token, _ role: Authorization.Role) async throws -> TokenView {
        let result = try await database.query(
            "SELECT \(TokenActivity.columns) FROM token_activity WHERE token_uuid = $1", [.text(token.row)])
        return view(token, role, try result.rows.first.map(TokenActivity.init(row:)) ?? TokenActivity())
    }

    /// A token as its pages show it.
    func view(_ token: Token, _ role: Authorization.Role, _ activity: TokenActivity) -> TokenView {
        TokenView(
            token: token, url: "\(baseURL)/\(token.service)/\(token.id)",
            serviceTitle: services.known(named: token.service)?.title ?? token.service,
            isServiceOffered: services.offered(named: token.service) != nil, role: role,
            messageTag: TokenTag(of: token, store.keys), activity: activity)
    }

    /// Runs `body`, and makes what it throws an error of the desk.
    func attempt<Value>(_ body: () async throws -> Value) async throws(TokenDeskError) -> Value {
        do {
            return try await body()
        } catch let error as TokenDeskError {
            throw error
        } catch let error as TokenInputError {
            throw .invalid(error)
        } catch TokenStoreError.lastOwner {
            throw .lastOwner
        } catch TokenStoreError.tooMany(let limit) {
            throw .tooMany("You’ve reached the limit of \(limit) tokens. Delete one you no longer use.")
        } catch {
            throw .unavailable("\(error)")
        }
    }
}
