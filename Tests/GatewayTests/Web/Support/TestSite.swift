import HTTPServer
import Testing
import WebPages
import WebhookServices

@testable import Gateway

/// The pages over a database in memory.
struct TestSite: Sendable {
    let tokens: TestTokens
    let site: WebSite

    init(_ settings: WebSettings = Self.settings) async throws {
        try self.init(settings, over: await TestStore())
    }

    init(_ settings: WebSettings = Self.settings, over store: TestStore) throws {
        tokens = TestTokens(store.database, keys: store.keys)
        site = WebSite(
            renderer: try PageRenderer(), tokens: tokens.service, accounts: NoAccounts(), people: NoPeople(),
            services: tokens.service.services, settings: settings,
            messages: MessageRenderer(Configuration()), forms: ForgetfulLedger())
    }

    static let settings = WebSettings(baseURL: "https://hooks.example.org", version: "1.0")
    static let zoe = Visitor(
        person: Person(account: "zoe", groups: ["packager"]), displayName: "Zoë", groups: ["packager"],
        rightsAreStale: false, csrfToken: "token-of-zoe")
    static let kevin = Visitor(
        person: Person(account: "kevin", groups: ["packager"]), displayName: nil, groups: ["packager"],
        rightsAreStale: false, csrfToken: "token-of-kevin")
    static let mallory = Visitor(
        person: Person(account: "mallory"), displayName: nil, groups: [], rightsAreStale: false,
        csrfToken: "token-of-mallory")
    static let admin = Visitor(
        person: Person(
            account: "smooge", groups: ["admins"], isAdmin: true, adminFreshUntil: .init(milliseconds: .max)),
        displayName: nil, groups: ["admins"], rightsAreStale: false, csrfToken: "token-of-smooge")
    static let staleAdmin = Visitor(
        person: Person(account: "smooge", groups: ["admins"], isAdmin: true, adminFreshUntil: .init(milliseconds: 0)),
        displayName: nil, groups: ["admins"], rightsAreStale: false, csrfToken: "token-of-smooge")

    /// A request of somebody.
    func request(
        _ visitor: Visitor? = Self.zoe, id: TokenID? = nil, query: String = "", form: [String: String] = [:],
        notes: [SealedNote: [UInt8]] = [:]
    ) -> PageRequest {
        PageRequest(
            visitor: visitor, path: id.map { "/tokens/\($0)" } ?? "/tokens",
            parameters: id.map { ["id": $0.description] } ?? [:], query: QueryItems(Array(query.utf8)),
            form: { form[$0] }, note: { notes[$0] }, requestID: "r1")
    }

    /// The HTML of an answer's page.
    func html(_ answer: PageAnswer) throws -> String {
        guard case .page(let content, let section) = answer.body else {
            Issue.record("no page: \(answer.body)")
            return ""
        }
        let bytes = try site.renderer.render(content, in: site.frame(for: request(), section))
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension PageAnswer {
    /// Where it redirects to.
    var location: String? {
        if case .redirect(let path) = body { return path }
        return nil
    }

    /// What the next page says.
    var flash: String? { notes[.flash].flatMap(FlashText.decode)?.text }
}

/// Nobody ever logs in.
struct NoAccounts: PageAccounts {
    func visit(_ exchange: HTTPExchange) async throws(PageFailure) -> PageVisit { PageVisit(visitor: nil) }
    func form(of exchange: HTTPExchange, in visit: PageVisit) async throws(PageFailure) -> FormFields { throw .forged }
    func typed(in exchange: HTTPExchange) async -> FormFields? { nil }
    func login(from exchange: HTTPExchange, isFresh: Bool) -> ServerResponse {
        ServerResponse(HTTPStatus(303), headers: [.init("Location", "/login")])
    }
    func read(_ note: SealedNote, of exchange: HTTPExchange) -> [UInt8]? { nil }
    func field(setting note: SealedNote, to bytes: [UInt8]) -> ServerResponse.Field? { nil }
    func field(clearing note: SealedNote) -> ServerResponse.Field { .init("X-Cleared", note.rawValue) }
    func goodbye(to exchange: HTTPExchange) -> [ServerResponse.Field] { [] }
    func sessions(of visitor: Visitor) async throws(PageFailure) -> [PageSession] {
        [
            PageSession(
                id: "h1", userAgent: "Mozilla/5.0 (X11; Fedora; Linux x86_64; rv:140.0) Firefox/140.0",
                createdAt: .now(), lastSeenAt: .now(), expiresAt: .now(), isCurrent: true)
        ]
    }
    func endSession(_ id: String, of visitor: Visitor) async throws(PageFailure) {}
    func endAllSessions(of visitor: Visitor) async throws(PageFailure) {}
}

/// Every form is the first.
struct ForgetfulLedger: FormLedger {
    func claim(_ form: FormUse) async throws(PageFailure) -> FormClaim { .first }
    func finish(_ form: FormUse, location: String, notes: [UInt8]) async {}
    func release(_ form: FormUse) async {}
}

/// A place without people.
struct NoPeople: PeopleDirectory {
    func list(search: String, page: Int, perPage: Int) async throws(PageFailure) -> PeoplePage {
        PeoplePage(people: [], total: 0, page: 1, pages: 1)
    }
    func find(_ owner: TokenOwner) async throws(PageFailure) -> PeopleFinding {
        owner.name.hasPrefix("absent") ? .absent : owner.name.hasPrefix("unsure") ? .unsure : .known
    }
}
