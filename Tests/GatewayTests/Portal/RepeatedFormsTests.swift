import EventLoop
import Foundation
import Testing

@testable import Gateway

/// Forms that are sent again: from a page that was open for long, with something else in them, or because it is not known what
/// came of the first time.
@Suite struct RepeatedFormsTests {
    private static let ours = ["Sec-Fetch-Site": "same-origin", "Origin": "null"]

    private static func secret(_ number: Int) -> String { "secret-number-\(number)-secret-number-\(number)-secret" }

    /// Two pages with one token's secrets: what the first replaced, the second does not end.
    @Test func `a stale page ends no secret that it never showed`() async throws {
        try await WholeServer.run { server in
            let zoe = Person(account: "zoe")
            let new = NewToken(service: "gitlab", name: "bodhi", secret: Self.secret(0))
            let id = try await server.tokens.create(new, by: .person(zoe)).view.token.id
            let browser = try await server.browser("zoe")
            let path = "/tokens/\(id)/rotate"
            func page() async throws -> [String: String] {
                ReturnedFormsTests.hidden(try await browser.get("/tokens/\(id)").body, action: path)
            }
            let (one, stale) = (try await page(), try await page())
            let rotation = ["grace": "24h", "secret": Self.secret(1)]
            let first = try await browser.post(path, one.merging(rotation) { $1 }, csrf: .some(nil))
            #expect(first.status == 303)
            let refused = try await browser.post(
                path, stale.merging(["grace": "0", "secret": Self.secret(2)]) { $1 }, csrf: .some(nil))
            #expect(refused.status == 409)
            #expect(refused.body.contains("Someone else replaced it"))
            #expect(refused.body.contains("The previous secret works until") && !refused.body.contains(Self.secret(2)))
            for (number, status) in [(0, 202), (1, 202), (2, 401)] {
                let headers = [
                    "X-Gitlab-Token": Self.secret(number), "X-Gitlab-Event": "Push Hook",
                    "X-Gitlab-Webhook-UUID": "0c4a37a1-6a3c-4f0e-9d0c-6f0f6f3f8a11",
                    "X-Gitlab-Event-UUID": "0c4a37a1-6a3c-4f0e-9d0c-6f0f6f3f8a12",
                    "X-Gitlab-Instance": "https://gitlab.example.org",
                ]
                let answer = try await browser.deliver("/gitlab/\(id)", headers, "{\"object_kind\": \"push\"}")
                #expect(answer.status == status, "\(number): \(answer.body)")
            }
            // The page that came back is as it is now: whoever sends that means it.
            let fresh = ReturnedFormsTests.hidden(refused.body, action: path)
            let meant = ["grace": "0", "secret": Self.secret(3)]
            #expect(try await browser.post(path, fresh.merging(meant) { $1 }, csrf: .some(nil)).status == 303)
            #expect(try await server.tokens.token(id, by: .person(zoe)).formerSecretExpiries().isEmpty)
        }
    }

    /// Without script, or back from the next page, a form that was changed has the key that it had before.
    @Test func `what was changed is another form`() async throws {
        try await WholeServer.run { server in
            let zoe = Person(account: "zoe")
            let browser = try await server.browser("zoe")
            let new = ReturnedFormsTests.hidden(
                try await browser.get("/tokens/new?service=github").body, action: "/tokens/new")
            for name in ["one", "two", "two"] {
                let answer = try await browser.post("/tokens/new", new.merging(["name": name]) { $1 }, csrf: .some(nil))
                #expect(answer.status == 303)
            }
            let list = try await server.tokens.list(TokenQuery(order: .name, descending: false), by: .person(zoe))
            #expect(list.tokens.map(\.token.name) == ["one", "two"])
            let id = try #require(list.tokens.first?.token.id)
            let path = "/tokens/\(id)/settings"
            let settings = ReturnedFormsTests.hidden(try await browser.get("/tokens/\(id)").body, action: path)
            func save(_ name: String) async throws -> PageBrowser.Answer {
                try await browser.post(path, settings.merging(["name": name]) { $1 }, csrf: .some(nil))
            }
            #expect(try await save("first").status == 303)
            #expect(try await save("first").status == 303)
            // The page that it came from shows what was before, so it says that nothing was saved, and what is now.
            let second = try await save("second")
            #expect(second.status == 409 && second.body.contains("Changes not saved."))
            #expect(second.body.contains("value=\"second\"") && second.body.contains("Currently saved: “first”."))
        }
    }

    /// The database goes away after the form was written down as begun: the page's own form, as it stands there, goes on.
    @Test func `what failed is sent again as it stands`() async throws {
        try await PageServer.run { server in
            let id = try await server.tokens.add("bodhi", owners: [(.user, "zoe"), (.group, "packager")])
            let browser = try await server.browser("zoe")
            for (action, typed) in [
                ("settings", ["name": "bodhi", "scope": "", "events": ""]), ("scope", ["scope": "a/b"]),
                ("rotate", ["grace": "24h"]), ("disable", [:]),
                ("owners/add", ["kind": "person", "name": "kevin", "again": "kevin"]),
                ("owners/remove", ["kind": "group", "name": "packager"]), ("delete", ["name": "bodhi"]),
            ] as [(String, [String: String])] {
                let path = "/tokens/\(id)/\(action)"
                let shown = ReturnedFormsTests.hidden(try await browser.get("/tokens/\(id)").body, action: path)
                let base = shown.isEmpty ? ["csrf": browser.csrf, "once": FormSubmission.newKey(), "as": "zoe"] : shown
                server.tokens.database.setAway(true)
                let form = base.merging(typed) { $1 }
                let away = try await browser.post(path, form, csrf: .some(nil))
                #expect(away.status == 503, "\(action)")
                server.tokens.database.setAway(false)
                let retry = ReturnedFormsTests.hidden(away.body, action: path)
                #expect(retry["once"] != form["once"], "\(action)")
                let again = try await browser.post(path, retry, csrf: .some(nil))
                #expect(again.status == 303, "\(action)")
            }
        }
    }

    /// What would be there twice is not done again; the page says so, and leads back to the form.
    @Test func `what would be there twice is not repeated`() async throws {
        try await PageServer.run { server in
            let id = try await server.tokens.add("bodhi")
            let browser = try await server.browser("zoe")
            for (path, page, way) in [
                ("/tokens/new", "/tokens/new?service=github", "/tokens/new?service=github"),
                ("/tokens/\(id)/test", "/tokens/\(id)", "/tokens/\(id)"),
            ] {
                let form = ReturnedFormsTests.hidden(try await browser.get(page).body, action: path)
                    .merging(["name": "koji"]) { $1 }
                server.tokens.database.setAway(true)
                let away = try await browser.post(path, form, csrf: .some(nil))
                #expect(away.status == 503)
                server.tokens.database.setAway(false)
                let again = try await browser.post(
                    path, ReturnedFormsTests.hidden(away.body, action: path), csrf: .some(nil))
                #expect(again.status == 409 && again.body.contains("href=\"\(way)\""), "\(path)")
            }
            #expect(try await server.tokens.ids() == [id] && server.tokens.tests == 0)
        }
    }

    // MARK: The way back

    /// A session that is another by now is no dead end, whatever the form.
    @Test func `every form leads back to its page`() async throws {
        try await PageServer.run { server in
            let id = try await server.tokens.add("bodhi")
            let browser = try await server.browser("zoe")
            for action in ["rotate", "disable", "enable", "delete", "test", "scope", "owners/remove"] {
                let form = ["csrf": "of-another-session", "as": "zoe"]
                let answer = try await browser.post("/tokens/\(id)/\(action)", form, csrf: .some(nil), Self.ours)
                #expect(answer.status == 403 && answer.body.contains("href=\"/tokens/\(id)\""), "\(action)")
            }
            let ended = try await browser.post("/account/sessions/end", [:], csrf: .some("x"), Self.ours)
            #expect(ended.status == 403 && ended.body.contains("href=\"/account\">Back to the page"))
        }
    }

    @Test func `a logout without the database is a page`() async throws {
        try await PageServer.run { server in
            let browser = try await server.browser("zoe")
            await server.database.database.close()
            let answer = try await browser.post("/logout")
            #expect(answer.status == 503 && answer.field("content-type") == "text/html; charset=utf-8")
            #expect(answer.body.contains("You may still be logged in") && answer.field("retry-after") != nil)
            let program = try await browser.post("/logout", [:], ["Accept": "application/json"])
            #expect(program.status == 503 && program.body.hasPrefix("{"))
        }
    }
}
