import Database
import Testing
import WebPages
import WebhookServices

@testable import Gateway

/// The pages over a database in memory.
struct TestSite: Sendable {
    let tokens: TestTokens
    let portal: Portal

    init(_ settings: PortalSettings = Self.settings) async throws {
        try self.init(settings, over: await TestStore())
    }

    init(_ settings: PortalSettings = Self.settings, over store: TestStore) throws {
        tokens = TestTokens(store.database, keys: store.keys)
        let accounts = Accounts(
            Accounts.Settings(
                sessions: SessionSettings(loginTimeout: .seconds(60), adminGroups: ["admins"]),
                refreshLease: .seconds(40), loginsAtOnce: 1, baseURL: settings.baseURL, isDevelopmentLogin: true),
            database: store.database, keys: store.keys, party: nil, logger: TestDatabases.logger)
        portal = Portal(
            renderer: try PageRenderer(), accounts: accounts, tokens: tokens.service, users: ScriptedUserDirectory(),
            services: tokens.service.services, messages: MessageRenderer(Configuration()),
            forms: FormLedger(database: store.database, keys: store.keys, logger: TestDatabases.logger),
            settings: settings, logger: TestDatabases.logger)
    }

    static let settings = PortalSettings(baseURL: "https://hooks.example.org", version: "1.0")
    static let zoe = session("zoe", displayName: "Zoë", groups: ["packager"])
    static let kevin = session("kevin", groups: ["packager"])
    static let mallory = session("mallory")
    static let admin = session("smooge", groups: ["admins"], adminFreshUntil: .init(milliseconds: .max))
    static let staleAdmin = session("smooge", groups: ["admins"], adminFreshUntil: .init(milliseconds: 0))

    private static func session(
        _ account: String, displayName: String? = nil, groups: [String] = [], adminFreshUntil: UnixTime? = nil
    ) -> Session {
        Session(
            account: account, displayName: displayName, groups: groups, rightsAreStale: false,
            isAdmin: adminFreshUntil != nil, adminFreshUntil: adminFreshUntil, csrfToken: "token-of-\(account)",
            isDevelopment: true, handle: account, id: SessionID(random: Array(account.utf8)))
    }

    /// A request of somebody.
    func request(
        _ session: Session? = Self.zoe, id: TokenID? = nil, query: String = "", form: [String: String] = [:],
        cookies: [PageCookie: [UInt8]] = [:]
    ) -> PageRequest {
        PageRequest(
            session: session, path: id.map { "/tokens/\($0)" } ?? "/tokens",
            parameters: id.map { ["id": $0.description] } ?? [:], query: QueryItems(Array(query.utf8)),
            form: FormFields(form.map { (name: $0.key, value: $0.value) }), cookies: cookies, requestID: "r1")
    }

    /// The HTML of an answer's page.
    func html(_ answer: PageResponse) throws -> String {
        guard case .page(let content, let section) = answer.body else {
            Issue.record("no page: \(answer.body)")
            return ""
        }
        let bytes = try portal.renderer.render(content, in: portal.frame(for: request(), section))
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension PageResponse {
    /// Where it redirects to.
    var location: String? {
        if case .redirect(let path) = body { return path }
        return nil
    }

    /// What the next page says.
    var flash: String? { cookies[.flash].flatMap { Alert(cookie: $0) }?.text }
}

/// A directory of all accounts that there may be: names say what it knows of them.
struct ScriptedUserDirectory: UserDirectory {
    func list(search: String, page: Int, perPage: Int) async throws(PageFailure) -> UserList {
        UserList(users: [], total: 0, page: 1, pages: 1)
    }
    func find(_ owner: TokenOwner) async throws(PageFailure) -> UserFinding {
        owner.name.hasPrefix("absent") ? .absent : owner.name.hasPrefix("unsure") ? .unsure : .known
    }
}
