import Encodings
import HTTPServer
import Testing

@testable import Gateway

/// The pages as a browser meets them: who may see what, forms, cookies, and what a refusal looks like.
struct PageHandlerTests {
    private static let pages = ["/tokens", "/tokens/new", "/tokens/new?service=github", "/account"]
    private static let adminPages = ["/admin", "/admin/tokens", "/admin/people"]
    private static let below = ["", "/setup", "/status"]
    private static let actions = [
        "/tokens/new", "/account/sessions/end", "/account/logout-everywhere", "/tokens/x/settings", "/tokens/x/rotate",
        "/tokens/x/disable", "/tokens/x/enable", "/tokens/x/delete", "/tokens/x/test", "/tokens/x/owners/add",
        "/tokens/x/owners/remove",
    ]

    /// The field with a secret, and the secret.
    private static var secret: Regex<(Substring, Substring)> { /id="secret"[^>]* value="([0-9a-f]{64})"/ }

    @Test func `who is logged out is led to the login and back`() async throws {
        try await PageServer.run { server in
            let browser = try await server.browser()
            for page in Self.pages + Self.adminPages + ["/tokens/x", "/tokens?q=a%26b&page=2"] {
                let answer = try await browser.get(page)
                #expect(answer.status == 303, "\(page)")
                #expect(answer.field("location") == "/login?next=" + PercentEncoding.encode(page))
            }
            #expect(try await browser.get("/tokens/x/status").status == 401)
            #expect(try await browser.get("/").status == 200)
            #expect(try await browser.get("/nothing/at/all").status == 404)
        }
    }

    @Test func `a post of nobody is a 403 page`() async throws {
        try await PageServer.run { server in
            let browser = try await server.browser()
            for path in Self.actions {
                let answer = try await browser.post(path, ["csrf": "x"], csrf: .some(nil))
                #expect(answer.status == 403, "\(path)")
                #expect(answer.body.contains("You’re logged out"))
                #expect(answer.field("content-security-policy")?.contains("frame-ancestors 'none'") == true)
            }
        }
    }

    @Test func `every page for every kind of person`() async throws {
        try await PageServer.run { server in
            let token = try await server.tokens.add("bodhi", owners: [(.user, "zoe"), (.group, "packager")])
            let own = Self.below.map { "/tokens/\(token)\($0)" }
            for (account, groups, sees, administers) in [
                ("zoe", "", true, false), ("kevin", "packager", true, false), ("mallory", "", false, false),
                ("smooge", "admins", true, true),
            ] {
                let browser = try await server.browser(account, groups: groups)
                for page in Self.pages { #expect(try await browser.get(page).status == 200, "\(account) \(page)") }
                for page in own {
                    #expect(try await browser.get(page).status == (sees ? 200 : 404), "\(account) \(page)")
                }
                for page in Self.adminPages {
                    #expect(try await browser.get(page).status == (administers ? 200 : 403), "\(account) \(page)")
                }
                let list = try await browser.get("/tokens").body
                #expect(list.contains("\(token)") == (sees && !administers), "\(account)")
                let disabled = try await browser.post("/tokens/\(token)/disable")
                #expect(disabled.status == (sees ? 303 : 404), "\(account)")
            }
        }
    }

    /// A double click: one token, one test event, one secret; and the second answer is that of the first.
    @Test func `a form acts once`() async throws {
        try await PageServer.run { server in
            let browser = try await server.browser("zoe")
            let page = try await browser.get("/tokens/new?service=github").body
            let parts = page.split(separator: "name=\"once\" value=\"", maxSplits: 1)
            let key = String(try #require(parts.last).prefix { $0 != "\"" })
            #expect(key.count == 32)
            let form = ["service": "github", "name": "bodhi", "once": key]
            let first = try await browser.post("/tokens/new", form)
            let second = try await browser.post("/tokens/new", form)
            #expect(first.status == 303 && first.field("location") == second.field("location"))
            #expect(try await server.tokens.ids().count == 1)
            // What the second one was given shows the secret that the first one made.
            let secret = try await browser.get(try #require(second.field("location"))).body
            #expect(secret.contains(Self.secret))

            let token = try #require(try await server.tokens.ids().first)
            let test = ["once": String(key.reversed())]
            for _ in 0..<3 { #expect(try await browser.post("/tokens/\(token)/test", test).status == 303) }
            #expect(server.tokens.tests == 1)
            // Another's form with the same key is another form.
            let kevin = try await server.browser("kevin")
            #expect(try await kevin.post("/tokens/new", form).field("location") != first.field("location"))
            // One that was refused may be corrected, even with the same key.
            let wrong = ["service": "github", "name": "", "once": key + "x"]
            #expect(try await browser.post("/tokens/new", wrong).status == 422)
            let right = wrong.merging(["name": "koji"]) { $1 }
            #expect(try await browser.post("/tokens/new", right).status == 303)
        }
    }

    /// Whoever opens a form's address is led to its page; what a page does not take is a page, too.
    @Test func `forms addresses and wrong methods`() async throws {
        try await PageServer.run { server in
            let browser = try await server.browser("zoe")
            let token = try await server.tokens.add("bodhi")
            for (action, place) in [
                ("settings", "#settings"), ("scope", "#settings"), ("rotate", "#secret"), ("disable", "#danger"),
                ("enable", "#danger"), ("delete", "#danger"), ("test", ""), ("owners/add", "#owners"),
                ("owners/remove", "#owners"),
            ] {
                let answer = try await browser.get("/tokens/\(token)/\(action)")
                #expect(answer.status == 303 && answer.field("location") == "/tokens/\(token)\(place)", "\(action)")
            }
            for path in ["/account/sessions/end", "/account/logout-everywhere", "/logout"] {
                #expect(try await browser.get(path).field("location") == "/account", "\(path)")
            }
            #expect(try await browser.get("/tokens/x/rotate").status == 404)
            for path in ["/tokens", "/", "/tokens/\(token)", "/tokens/\(token)/secret", "/admin", "/account"] {
                let answer = try await browser.post(path)
                #expect(answer.status == 405, "\(path)")
                #expect(answer.field("allow") == "GET, HEAD, OPTIONS")
                #expect(answer.body.contains("<h1>") && answer.body.contains("This address doesn’t accept forms."))
                #expect(answer.field("content-security-policy") != nil)
                let program = try await browser.post(path, [:], csrf: .some(nil), ["Accept": "application/json"])
                #expect(program.status == 405)
            }
            #expect(try await server.tokens.ids() == [token])
            let nobody = try await server.browser()
            #expect(try await nobody.get("/tokens/\(token)/rotate").field("location")?.hasPrefix("/login") == true)
            #expect(try await nobody.post("/tokens", [:], csrf: .some(nil)).status == 405)
        }
    }

    /// Capital letters are the visitor's typing, where a token's id could stand, too.
    @Test func `what was typed with capital letters finds its page`() async throws {
        try await PageServer.run { server in
            let browser = try await server.browser("zoe")
            let token = try await server.tokens.add("bodhi")
            for (path, page) in [
                ("/tokens/New", "/tokens/new"), ("/Tokens/NEW?service=github", "/tokens/new?service=github"),
                ("/tokens/new/", "/tokens/new"), ("/tokens/\(token)/Setup", "/tokens/\(token)/setup"),
                ("/admin/Tokens", "/admin/tokens"), ("/ACCOUNT", "/account"),
            ] {
                let answer = try await browser.get(path)
                #expect(answer.status == 302 && answer.field("location") == page, "\(path)")
            }
            for path in ["/tokens/Newer", "/tokens/nothing", "/tokens/New/x"] {
                #expect(try await browser.get(path).status == 404, "\(path)")
            }
            #expect(try await browser.post("/tokens/New", ["service": "github", "name": "koji"]).status != 303)
            #expect(try await server.tokens.ids() == [token])
        }
    }

    @Test func `forms without their token change nothing`() async throws {
        try await PageServer.run { server in
            let token = try await server.tokens.add("bodhi")
            let browser = try await server.browser("zoe")
            let other = try await server.browser("zoe")
            let wrong: [String?] = [nil, "", "x", other.csrf, browser.csrf + "x", String(browser.csrf.dropLast())]
            for csrf in wrong {
                for path in Self.actions {
                    let path = path.replacing("/x/", with: "/\(token)/")
                    let answer = try await browser.post(
                        path, ["name": "bodhi", "service": "github", "kind": "person"], csrf: .some(csrf))
                    #expect(answer.status == 403, "\(path)")
                    #expect(answer.body.contains("Your session changed"))
                }
            }
            for (name, value) in [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example.org")] {
                #expect(try await browser.post("/tokens/\(token)/disable", [:], [name: value]).status == 403)
            }
            let view = try await server.tokens.token(token, by: TestSite.zoe.person)
            #expect(view.token.state == .enabled && view.token.owners.count == 1)
            #expect(try await server.tokens.ids() == [token])
            #expect(try await browser.get("/account").status == 200)
        }
    }

    @Test func `what was done is said once`() async throws {
        try await PageServer.run { server in
            let token = try await server.tokens.add("bodhi")
            let browser = try await server.browser("zoe")
            let answer = try await browser.post("/tokens/\(token)/disable")
            #expect(answer.status == 303)
            #expect(answer.field("location") == "/tokens/\(token)")
            let cookie = try #require(answer.field("set-cookie"))
            #expect(cookie.hasPrefix("w2f_flash=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"))
            let said = "Token disabled. All deliveries are refused."
            #expect(try await browser.get("/tokens/\(token)").body.contains(said))
            #expect(try await !browser.get("/tokens/\(token)").body.contains(said))
        }
    }

    @Test func `a secret is shown once`() async throws {
        try await PageServer.run { server in
            let browser = try await server.browser("zoe")
            let made = try await browser.post("/tokens/new", ["service": "github", "name": "bodhi"])
            let location = try #require(made.field("location"))
            // Somebody else has no use for the address.
            #expect(try await server.browser("mallory").get(location).status == 404)
            let shown = try await browser.get(location)
            let secret = try #require(shown.body.firstMatch(of: Self.secret)).1
            #expect(!made.head.contains(secret))
            #expect(shown.field("cache-control") == "no-store")
            let again = try await browser.get(location)
            #expect(again.status == 303)
            #expect(!(try await browser.get(try #require(again.field("location")))).body.contains(secret))
        }
    }

    @Test func `a database that is away is said so`() async throws {
        try await PageServer.run { server in
            let token = try await server.tokens.add("bodhi")
            let browser = try await server.browser("zoe")
            server.tokens.database.setAway(true)
            for page in ["/", "/tokens", "/tokens/\(token)"] {
                let answer = try await browser.get(page)
                #expect(answer.status == 503, "\(page)")
                #expect(answer.body.contains("The database isn’t responding."))
            }
            #expect(try await browser.get("/tokens/\(token)/status").status == 503)
            #expect(try await browser.post("/tokens/\(token)/disable").status == 503)
        }
    }

    @Test func `every answer is protected`() async throws {
        try await PageServer.run { server in
            let browser = try await server.browser("zoe")
            let logo = try #require(
                try await browser.get("/").body.split(separator: "href=\"/assets/").dropFirst().first?
                    .prefix { $0 != "\"" })
            let pages = ["/", "/tokens", "/tokens/x", "/login", "/nothing", "/admin", "/assets/none"]
            for path in pages + ["/assets/\(logo)"] {
                let answer = try await browser.get(path)
                #expect(answer.field("content-security-policy")?.contains("unsafe") == false, "\(path)")
                for name in ["x-content-type-options", "x-frame-options", "referrer-policy"] {
                    #expect(answer.field(name) != nil, "\(path) \(name)")
                }
                let isKept = answer.field("cache-control")?.contains("immutable") == true
                #expect(isKept == path.hasSuffix(String(logo)), "\(path)")
            }
        }
    }

    @Test func `an address that is none is a 404 page`() async throws {
        try await PageServer.run { server in
            let browser = try await server.browser("zoe")
            for path in ["/nothing", "/tokens/%00", "/tokens/%2e%2e", "/tokens/x/y/z", "/tokens/<script>"] {
                let answer = try await browser.get(path)
                #expect(answer.status == 404, "\(path)")
                #expect(answer.body.contains("Page not found"))
                #expect(!answer.body.contains("<script>"))
            }
        }
    }
}
