import Testing
import WebPages

@testable import Gateway

/// One token's page and what is POSTed below it.
struct TokenDetailTests {
    let test: TestSite
    let id: TokenID

    init() async throws {
        test = try await TestSite()
        id = try await test.tokens.add("bodhi", scope: "fedora-infra/bodhi")
    }

    private var actions: TokenActions { TokenActions(portal: test.portal) }
    private var details: TokenDetailPages { TokenDetailPages(portal: test.portal) }

    private func token() async throws -> Token { try await test.tokens.token(id, by: TestSite.zoe.person).token }

    @Test func `the page has everything`() async throws {
        try await test.tokens.set(
            TokenActivity(published: 3, withheld: 1, refused: 1, lastAcceptedAt: .now()), of: id)
        try await test.tokens.set(
            [
                DeliveryRecord(
                    at: .now(), outcome: .published, status: 202, event: "push", topic: "org.example.github.push",
                    messageID: "0c4a37a1-6a3c-5f0e-9d0c-6f0f6f3f8a11", size: 7249),
                DeliveryRecord(at: .now(), outcome: .refused, status: 401, size: 12, reason: "signature_mismatch"),
            ], of: id)
        let made = HistoryEntry(
            at: .now(), actor: "zoe", byAdmin: false, token: id, tokenName: "bodhi", event: .created, detail: "")
        try await test.tokens.database.query(TokenHistory.insertion(made, of: try await test.tokens.row(of: id)))
        let html = try test.html(try await details.show(test.request(id: id)))
        for text in [
            "https://hooks.example.org/github/\(id)", "github.<wbr>push", "0c4a37a1-6a3c-5f0e-9d0c-6f0f6f3f8a11",
            "7.2 kB", "The signature doesn’t match.", "The secrets here and at GitHub differ", "created the token",
            "action=\"/tokens/\(id)/rotate\"", "action=\"/tokens/\(id)/delete\"", "action=\"/tokens/\(id)/test\"",
        ] {
            #expect(html.contains(text), "\(text)")
        }
        #expect(!html.contains("Waiting for the first delivery"))
        let refused = try test.html(try await details.show(test.request(id: id, query: "show=refused")))
        #expect(!refused.contains("0c4a37a1"))
    }

    /// The token with what came in for it, its owners, its deliveries, its history: each is read once.
    @Test func `the token is read once`() async throws {
        let before = test.tokens.database.statements.count
        _ = try await details.show(test.request(id: id))
        #expect(test.tokens.database.statements.count - before == 4)
        _ = try await details.status(test.request(id: id))
        #expect(test.tokens.database.statements.count - before == 7)
    }

    @Test func `messages are linked where configured`() async throws {
        var settings = PortalSettings(baseURL: "https://hooks.example.org", version: "1")
        settings.messageURL = "https://archive.example.org/id?id={id}&x"
        let test = try await TestSite(settings)
        let id = try await test.tokens.add("x")
        try await test.tokens.set(
            [DeliveryRecord(at: .now(), outcome: .published, status: 202, messageID: "a/b")], of: id)
        let html = try test.html(try await TokenDetailPages(portal: test.portal).show(test.request(id: id)))
        #expect(html.contains("href=\"https://archive.example.org/id?id=a%2Fb&amp;x\""))
    }

    @Test func `editing`() async throws {
        let saved = try await actions.edit(
            test.request(id: id, form: ["name": "new name", "scope": "", "private": "yes"]))
        #expect(saved.location == "/tokens/\(id)")
        let token = try await token()
        #expect(token.name == "new name")
        #expect(token.scope == nil)
        #expect(token.publishesPrivate)

        let wrong = try await actions.edit(test.request(id: id, form: ["name": "typed", "scope": "a b"]))
        #expect(wrong.status == 422)
        let html = try test.html(wrong)
        #expect(html.contains("id=\"scope-error\""))
        #expect(html.contains("value=\"typed\""))
        #expect(try await self.token().name == "new name")
    }

    @Test func `another secret`() async throws {
        let answer = try await actions.rotate(test.request(id: id, form: ["grace": "24h"]))
        #expect(answer.location == "/tokens/\(id)/secret")
        let note = try #require(answer.cookies[.secret])
        let html = try test.html(
            try await SecretPages(portal: test.portal).show(test.request(id: id, cookies: [.secret: note])))
        #expect(html.contains(try #require(FreshSecret(note)?.secret)))
        #expect(!html.contains("Waiting for the first delivery"))
        for grace in ["", "x", "999d"] {
            let wrong = try await actions.rotate(test.request(id: id, form: ["grace": grace]))
            #expect(wrong.status == 422, "\(grace)")
        }
    }

    @Test func `disabling and enabling`() async throws {
        #expect(try await actions.disable(test.request(id: id)).location == "/tokens/\(id)")
        #expect(try await token().state == .disabled)
        #expect(try test.html(try await details.show(test.request(id: id))).contains("All deliveries are refused"))
        _ = try await actions.enable(test.request(id: id))
        #expect(try await token().state == .enabled)
    }

    @Test func `deleting takes the name`() async throws {
        for typed in ["", "Bodhi", "bodhi x"] {
            let answer = try await actions.delete(test.request(id: id, form: ["name": typed]))
            #expect(answer.status == 422)
            #expect(try test.html(answer).contains("id=\"delete-name-error\""))
        }
        let answer = try await actions.delete(test.request(id: id, form: ["name": " bodhi "]))
        #expect(answer.location == "/tokens")
        #expect(answer.flash == "Token “bodhi” deleted.")
        #expect(try await test.tokens.ids().isEmpty)
    }

    @Test func `owners`() async throws {
        let added = try await actions.addOwner(test.request(id: id, form: ["kind": "group", "name": "packager"]))
        #expect(added.flash == "Added the group packager as an owner.")
        let wrong = try await actions.addOwner(test.request(id: id, form: ["kind": "person", "name": "No Name"]))
        #expect(wrong.status == 422)
        #expect(try test.html(wrong).contains("id=\"owner-name-error\""))
        let removed = try await actions.removeOwner(
            test.request(id: id, form: ["kind": "person", "name": "zoe", "leave": "yes"]))
        // A member of the group still sees it.
        #expect(removed.location == "/tokens/\(id)")
        let last = try await actions.removeOwner(test.request(id: id, form: ["kind": "group", "name": "packager"]))
        #expect(last.flash?.contains("at least one owner") == true)
        #expect(try await token().owners.count == 1)
    }

    @Test func `whoever leaves is led to the list`() async throws {
        _ = try await actions.addOwner(test.request(id: id, form: ["kind": "person", "name": "mallory"]))
        let answer = try await actions.removeOwner(
            test.request(id: id, form: ["kind": "person", "name": "zoe", "leave": "yes"]))
        #expect(answer.location == "/tokens")
    }

    @Test func `testing`() async throws {
        let answer = try await actions.test(test.request(id: id))
        #expect(answer.flash == "Test event published as message 0c4a37a1-6a3c-5f0e-9d0c-6f0f6f3f8a11.")
    }

    @Test func `the status is JSON`() async throws {
        func status() async throws -> String {
            guard case .json(let bytes) = try await details.status(test.request(id: id)).body else { return "" }
            return String(decoding: bytes, as: UTF8.self)
        }
        #expect(try await status() == "{\"seen\": 0, \"last\": null}\n")
        try await test.tokens.set(
            [DeliveryRecord(at: .now(), outcome: .refused, status: 401, event: "a\"</b>", reason: "token_disabled")],
            of: id)
        let text = try await status()
        #expect(text.hasPrefix("{\"seen\": 1, \"last\": {\"refused\": true, \"text\": \"“a\\\"</b>” was refused.\""))
    }

    @Test func `everything is closed to others`() async throws {
        typealias Call = @Sendable (PageRequest) async throws(PageFailure) -> PageResponse
        let (actions, details, secrets) = (actions, details, SecretPages(portal: test.portal))
        let calls: [(String, Call)] = [
            ("show", details.show), ("setup", SetupPages(portal: test.portal).show), ("status", details.status),
            ("secret", secrets.show),
            ("edit", actions.edit), ("rotate", actions.rotate), ("disable", actions.disable),
            ("enable", actions.enable), ("scope", actions.changeScope),
            ("delete", actions.delete), ("test", actions.test), ("addOwner", actions.addOwner),
            ("removeOwner", actions.removeOwner),
        ]
        let form = ["name": "bodhi", "grace": "0", "kind": "person"]
        for (name, call) in calls {
            #expect(await outcome(call, TestSite.mallory, form) == 404, "\(name)")
            #expect(await outcome(call, nil, form) == 403, "\(name)")
            let isRead = ["show", "setup", "status", "secret"].contains(name)
            #expect(await outcome(call, TestSite.staleAdmin, form) == (isRead ? 200 : 403), "\(name)")
        }
        #expect(try await token().state == .enabled)
        #expect(try await token().owners.count == 1)
    }

    private func outcome(
        _ call: @Sendable (PageRequest) async throws(PageFailure) -> PageResponse, _ session: Session?,
        _ form: [String: String]
    ) async -> Int {
        let request = test.request(session, id: id, form: form)
        do throws(PageFailure) {
            return try await call(request).status
        } catch {
            return ErrorPages.page(for: error, request).status
        }
    }
}
