import Testing
import WebPages

@testable import Gateway

/// Lists and forms of tokens, asked as their handlers are.
struct TokenPagesTests {
    let test: TestSite

    init() async throws {
        test = try await TestSite()
    }

    @Test func `an empty list leads to the first token`() async throws {
        let html = try test.html(try await TokenListPages(portal: test.portal).list(test.request()))
        #expect(html.contains("Create your first token"))
        #expect(html.contains("href=\"/tokens/new\""))
    }

    @Test func `a list shows what there is`() async throws {
        let id = try await test.tokens.add("bodhi", scope: "fedora-infra/bodhi")
        try await test.tokens.add("of somebody else", owners: [(.user, "kevin")])
        try await test.tokens.add("of the group", owners: [(.group, "packager")])
        try await test.tokens.set(TokenActivity(published: 1234, refused: 2, lastRefusedAt: .now()), of: id)
        let html = try test.html(try await TokenListPages(portal: test.portal).list(test.request()))
        #expect(html.contains("https://hooks.example.org/github/\(id)"))
        #expect(html.contains("fedora-infra/bodhi"))
        #expect(html.contains("1,234"))
        #expect(html.contains("Refused"))
        #expect(html.contains("of the group"))
        #expect(!html.contains("of somebody else"))
        #expect(html.contains("2 tokens"))
    }

    @Test func `long lists have pages`() async throws {
        for index in 0..<60 { try await test.tokens.add("token \(index)") }
        let pages = TokenListPages(portal: test.portal)
        let second = try test.html(try await pages.list(test.request(query: "page=2&q=token&sort=name")))
        #expect(second.contains("26–50 of 60"))
        #expect(second.contains("href=\"/tokens?q=token&amp;sort=name&amp;page=3\""))
        #expect(second.contains("href=\"/tokens?q=token&amp;sort=name\""))
        #expect(second.contains("aria-sort=\"ascending\""))
        let beyond = try test.html(try await pages.list(test.request(query: "page=999")))
        #expect(beyond.contains("51–60 of 60"))
        for nonsense in ["page=-1", "page=x", "sort=x", "state=x", "service=x"] {
            _ = try test.html(try await pages.list(test.request(query: nonsense)))
        }
    }

    @Test func `a search without a match says so`() async throws {
        try await test.tokens.add("bodhi")
        let html = try test.html(try await TokenListPages(portal: test.portal).list(test.request(query: "q=zzz")))
        #expect(html.contains("No matching tokens"))
        #expect(!html.contains("Create your first token"))
    }

    @Test func `making a token`() async throws {
        let pages = NewTokenPages(portal: test.portal)
        let choice = try test.html(try await pages.form(test.request()))
        #expect(choice.contains("/tokens/new?service=forgejo"))
        let form = try test.html(try await pages.form(test.request(query: "service=github")))
        #expect(form.contains("New token for GitHub"))

        let answer = try await pages.create(
            test.request(form: [
                "service": "github", "name": " bodhi ", "scope": "fedora-infra/bodhi", "private": "yes",
            ]))
        let id = try #require(try await test.tokens.ids().first)
        #expect(answer.location == "/tokens/\(id)/secret")
        let view = try await test.tokens.token(id, by: TestSite.zoe.person)
        #expect(view.token.name == "bodhi")
        #expect(view.token.publishesPrivate)

        // The page that the redirect leads to shows the secret; reloading it shows it no more.
        let note = try #require(answer.cookies[.secret])
        let secrets = SecretPages(portal: test.portal)
        let shown = try await secrets.show(test.request(id: id, cookies: [.secret: note]))
        #expect(shown.deletedCookies == [.secret])
        let html = try test.html(shown)
        #expect(html.contains(try #require(FreshSecret(note)?.secret)))
        #expect(html.contains("Waiting for the first delivery"))
        #expect(html.contains("Payload URL"))
        let again = try await secrets.show(test.request(id: id))
        #expect(again.location == "/tokens/\(id)")
        #expect(again.flash?.contains("only once") == true)
    }

    @Test func `a secret of one's own is not shown`() async throws {
        let own = "0123456789abcdef0123456789abcdef"
        let answer = try await NewTokenPages(portal: test.portal).create(
            test.request(form: ["service": "github", "name": "x", "secret": own]))
        let note = try #require(answer.cookies[.secret])
        #expect(!String(decoding: note, as: UTF8.self).contains(own))
        let id = try #require(try await test.tokens.ids().first)
        let html = try test.html(
            try await SecretPages(portal: test.portal).show(test.request(id: id, cookies: [.secret: note])))
        #expect(!html.contains(own))
        #expect(html.contains("Uses the secret you provided"))
    }

    @Test func `a secret is shown to scripted user directory`() async throws {
        let answer = try await NewTokenPages(portal: test.portal).create(
            test.request(form: ["service": "github", "name": "x"]))
        let id = try #require(try await test.tokens.ids().first)
        let note = try #require(answer.cookies[.secret])
        await #expect(throws: PageFailure.self) {
            try await SecretPages(portal: test.portal).show(
                test.request(TestSite.mallory, id: id, cookies: [.secret: note]))
        }
        // Nor is it shown as another token's.
        let other = try await test.tokens.add("other")
        let wrong = try await SecretPages(portal: test.portal).show(test.request(id: other, cookies: [.secret: note]))
        #expect(wrong.location == "/tokens/\(other)")
    }

    @Test(arguments: [
        (["name": ""], "id=\"name-error\""),
        (["name": "x", "scope": "a b"], "id=\"scope-error\""),
        (["name": "x", "secret": "short"], "id=\"own-secret-error\""),
        (["name": "x", "events": "pu*sh"], "id=\"events-error\""),
    ])
    func `what is wrong is said at its field`(_ form: [String: String], _ place: String) async throws {
        var form = form
        form["service"] = "github"
        let answer = try await NewTokenPages(portal: test.portal).create(test.request(form: form))
        #expect(answer.status == 422)
        #expect(answer.hasErrors)
        let html = try test.html(answer)
        #expect(html.contains(place))
        #expect(html.contains("aria-invalid=\"true\""))
        if let secret = form["secret"] { #expect(!html.contains("value=\"\(secret)\"")) }
        if let scope = form["scope"] { #expect(html.contains("value=\"\(scope)\"")) }
        #expect(try await test.tokens.ids().isEmpty)
    }

    @Test func `the front page tells how tokens stand`() async throws {
        let front = HomePages(portal: test.portal)
        #expect(try test.html(try await front.home(test.request())).contains("Create your first token"))
        let id = try await test.tokens.add("bodhi")
        try await test.tokens.add("quiet")
        try await test.tokens.set(TokenActivity(refused: 1, lastRefusedAt: .now()), of: id)
        let html = try test.html(try await front.home(test.request()))
        #expect(html.contains("Hello, <bdi>Zoë</bdi>"))
        #expect(html.contains("Last delivery refused."))
        #expect(html.contains("No deliveries since it was created."))
        let landing = try await front.home(test.request(nil))
        #expect(landing.isIndexed)
        #expect(try test.html(landing).contains("Log in with your Fedora account"))
    }
}
