import EventLoop
import Foundation
import Testing

@testable import Gateway

/// What someone typed is not lost: not with a login that ended, not with a database that is away, and not to a tab that was
/// open for long.
@Suite struct ReturnedFormsTests {
    private static let typed = [
        "name": "bodhi <b>2</b>", "scope": "fedora-infra/bodhi", "events": "push, release", "private": "yes",
        "secret": "my-own-secret-my-own-secret-my-own",
    ]
    private static let ours = ["Sec-Fetch-Site": "same-origin", "Origin": "null"]

    /// The hidden fields of the form that is sent to a path.
    static func hidden(_ html: String, action: String) -> [String: String] {
        guard let start = html.range(of: "action=\"\(action)\"") else { return [:] }
        let form = html[start.upperBound...].prefix { $0 != "\u{0}" }
        let end = form.range(of: "</form>")?.lowerBound ?? form.endIndex
        var fields: [String: String] = [:]
        for match in form[..<end].matches(of: /<input type="hidden" name="([^"]*)" value="([^"]*)"/) {
            fields[String(match.1)] = String(match.2)
        }
        return fields
    }

    private static func token(
        _ server: WholeServer, _ owner: String = "zoe", events: String = "push"
    ) async throws -> TokenID {
        try await server.tokens.create(
            NewToken(service: "github", name: "bodhi", events: events), by: .person(Person(account: owner))
        ).view.token.id
    }

    // MARK: A login that ended

    @Test func `a new tokens form comes back after the login`() async throws {
        try await WholeServer.run { server in
            let browser = try await server.browser("zoe")
            let page = try await browser.get("/tokens/new?service=github").body
            let fields = Self.hidden(page, action: "/tokens/new").merging(Self.typed) { $1 }
            #expect(fields["as"] == "zoe" && fields["csrf"] == browser.csrf)
            try await server.endSessions(of: "zoe")
            let refused = try await browser.post("/tokens/new", fields, csrf: .some(nil))
            #expect(refused.status == 403)
            #expect(refused.body.contains("What you typed is kept"))
            #expect(refused.body.contains("href=\"/login?next=%2Ftokens%2Fnew%3Fservice%3Dgithub\""))
            // Another account on the same browser does not see it.
            try await browser.logIn("mallory")
            let others = try await browser.get("/tokens/new?service=github").body
            #expect(!others.contains("fedora-infra/bodhi") && !others.contains("changes were restored"))
            try await browser.logIn("zoe")
            let back = try await browser.get("/tokens/new?service=github")
            #expect(back.status == 200)
            #expect(back.body.contains("value=\"bodhi &lt;b&gt;2&lt;/b&gt;\""))
            #expect(back.body.contains("value=\"fedora-infra/bodhi\"") && back.body.contains("value=\"push, release\""))
            #expect(back.body.contains("name=\"private\" value=\"yes\" checked"))
            #expect(back.body.contains("changes were restored"))
            #expect(!back.body.contains("my-own-secret") && back.body.contains("enter it again"))
            // Once: the form is an empty one again.
            #expect(try await !browser.get("/tokens/new?service=github").body.contains("fedora-infra/bodhi"))
            #expect(try await server.tokens.list(TokenQuery(), by: .person(Person(account: "zoe"))).total == 0)
        }
    }

    @Test func `a tokens forms come back after the login`() async throws {
        try await WholeServer.run { server in
            let id = try await Self.token(server)
            for (path, fields, shown) in [
                ("/tokens/\(id)/settings", Self.typed, "value=\"fedora-infra/bodhi\""),
                ("/tokens/\(id)/owners/add", ["kind": "group", "name": "infra-sig"], "value=\"infra-sig\""),
            ] {
                let browser = try await server.browser("zoe")
                let page = try await browser.get("/tokens/\(id)").body
                let form = Self.hidden(page, action: path).merging(fields) { $1 }
                try await server.endSessions(of: "zoe")
                let refused = try await browser.post(path, form, csrf: .some(nil))
                #expect(refused.body.contains("href=\"/login?next=%2Ftokens%2F\(id)\""))
                try await browser.logIn("zoe")
                let back = try await browser.get("/tokens/\(id)")
                #expect(back.status == 200 && back.body.contains(shown), "\(path)")
                #expect(!back.body.contains("my-own-secret"))
            }
            #expect(
                try await server.tokens.token(id, by: .person(Person(account: "zoe"))).token.scope == nil,
                "nothing was saved")
        }
    }

    @Test func `a form of no page of ours is not kept`() async throws {
        try await WholeServer.run { server in
            let id = try await Self.token(server)
            let browser = try await server.browser()
            let form = Self.typed.merging(["as": "zoe", "csrf": "x"]) { $1 }
            for headers in [[:], ["Sec-Fetch-Site": "cross-site"], ["Origin": "https://evil.example.org"]] {
                let answer = try await browser.post("/tokens/\(id)/settings", form, csrf: .some(nil), headers)
                #expect(answer.status == 403 && !answer.head.contains("w2f_draft="), "\(headers)")
            }
            let ours = try await browser.post("/tokens/\(id)/settings", form, csrf: .some(nil), Self.ours)
            #expect(ours.status == 403 && ours.head.contains("w2f_draft="))
        }
    }

    @Test func `a form of an earlier session comes back`() async throws {
        try await WholeServer.run { server in
            let id = try await Self.token(server)
            let browser = try await server.browser("zoe")
            let page = try await browser.get("/tokens/\(id)").body
            let form = Self.hidden(page, action: "/tokens/\(id)/settings").merging(Self.typed) { $1 }
            // In another tab, the same person logged out and in again.
            try await browser.logIn("zoe")
            let answer = try await browser.post("/tokens/\(id)/settings", form, csrf: .some(nil), Self.ours)
            #expect(answer.status == 303 && answer.field("location") == "/tokens/\(id)")
            let back = try await browser.get("/tokens/\(id)").body
            #expect(back.contains("value=\"fedora-infra/bodhi\"") && !back.contains("my-own-secret"))
            // Somebody else logged in there: a refusal, and nothing of it.
            try await browser.logIn("mallory")
            let refused = try await browser.post("/tokens/\(id)/settings", form, csrf: .some(nil), Self.ours)
            #expect(refused.status == 403 && !refused.body.contains("fedora-infra/bodhi"))
            #expect(try await server.tokens.token(id, by: .person(Person(account: "zoe"))).token.scope == nil)
        }
    }

    // MARK: A database that is away

    @Test func `a database that is away keeps what was typed`() async throws {
        try await PageServer.run { server in
            let id = try await server.tokens.add("bodhi")
            let browser = try await server.browser("zoe")
            let path = "/tokens/\(id)/settings"
            let form = Self.hidden(try await browser.get("/tokens/\(id)").body, action: path).merging(Self.typed) { $1 }
            server.tokens.database.setAway(true)
            let away = try await browser.post(path, form, csrf: .some(nil))
            #expect(away.status == 503)
            let again = Self.hidden(away.body, action: path)
            #expect(again["scope"] == "fedora-infra/bodhi" && again["csrf"] == browser.csrf)
            #expect(again["private"] == "yes" && again["version"] == form["version"])
            #expect(!away.body.contains("my-own-secret") && away.body.contains("Enter your secret again"))
            #expect(away.body.contains("Try again"))
            // What another site sends is not shown.
            let foreign = try await browser.post(
                path, Self.typed.merging(["as": "zoe"]) { $1 }, csrf: .some("x"), ["Sec-Fetch-Site": "cross-site"])
            #expect(!foreign.body.contains("fedora-infra/bodhi"))
            server.tokens.database.setAway(false)
            let saved = try await browser.post(path, again, csrf: .some(nil))
            #expect(saved.status == 303)
        }
    }

    // MARK: A tab that was open for long

    @Test(arguments: TestDatabases.all) func `a stale version changes nothing`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let fixture = TestService(test)
            let id = try await fixture.token()
            let seen = try await fixture.service.token(id, by: .person(TestService.alice)).token.settingsVersion
            // Owners, secrets and the state are no settings.
            _ = try await fixture.service.setState(id, to: .disabled, by: .person(TestService.alice))
            _ = try await fixture.service.edit(
                id, TokenEdit(events: "push", version: seen), by: .person(TestService.bob))
            await #expect(throws: TokenServiceError.self) {
                _ = try await fixture.service.edit(
                    id, TokenEdit(events: "", version: seen), by: .person(TestService.alice))
            }
            let token = try await fixture.service.token(id, by: .person(TestService.alice)).token
            #expect(token.eventFilter?.description == "push")
            _ = try await fixture.service.edit(
                id, TokenEdit(events: "", version: token.settingsVersion), by: .person(TestService.alice))
            #expect(try await fixture.service.token(id, by: .person(TestService.alice)).token.eventFilter == nil)
            _ = try await fixture.service.edit(id, TokenEdit(events: "push"), by: .person(TestService.alice))
        }
    }

    @Test func `a stale tab shows both values`() async throws {
        try await WholeServer.run { server in
            let id = try await Self.token(server, events: "")
            let browser = try await server.browser("zoe")
            let path = "/tokens/\(id)/settings"
            let stale = Self.hidden(try await browser.get("/tokens/\(id)").body, action: path)
            _ = try await server.tokens.edit(
                id, TokenEdit(events: "release", publishesPrivate: true), by: .person(Person(account: "zoe")))
            let form = stale.merging(["name": "renamed", "scope": "", "events": ""]) { $1 }
            let answer = try await browser.post(path, form, csrf: .some(nil))
            #expect(answer.status == 409)
            #expect(answer.body.contains("Changes not saved."))
            #expect(answer.body.contains("Currently saved: “release”.") && answer.body.contains("value=\"renamed\""))
            #expect(answer.body.contains("Currently saved: “bodhi”."))
            #expect(answer.body.contains("id=\"private-error\"") && answer.body.contains("Currently saved: “on”."))
            #expect(answer.body.contains(/name="private"[^>]* aria-invalid="true" autofocus/))
            let kept = try await server.tokens.token(id, by: .person(Person(account: "zoe"))).token
            #expect(kept.eventFilter?.description == "release" && kept.publishesPrivate && kept.name == "bodhi")
            // The page that came back is a fresh one: saving it is meant.
            let fresh = Self.hidden(answer.body, action: path)
            let saved = try await browser.post(path, form.merging(fresh) { $1 }, csrf: .some(nil))
            #expect(saved.status == 303)
            #expect(try await server.tokens.token(id, by: .person(Person(account: "zoe"))).token.eventFilter == nil)
            // The same values twice are no conflict.
            let again = form.merging(["once": FormSubmission.newKey()]) { $1 }
            #expect(try await browser.post(path, again, csrf: .some(nil)).status == 303)
        }
    }
}

extension PageBrowser {
    /// Logs somebody in, whoever was before.
    func logIn(_ account: String) async throws {
        let answer = try await post("/login/development", ["account": account], csrf: nil)
        #expect(answer.status == 303)
        try await readToken()
    }
}

extension WholeServer {
    /// Ends all sessions of an account, from elsewhere.
    func endSessions(of account: String) async throws {
        let other = try await browser(account)
        #expect(try await other.post("/account/logout-everywhere").status == 303)
    }
}
