import Testing

@testable import Gateway

/// Logging out: what a browser is told to forget, and who can tell it.
@Suite struct LogoutTests {
    private static let cookies = ["w2f", "w2f_secret", "w2f_flash"]

    private static func forgotten(_ answer: PageBrowser.Answer) -> [String] {
        cookies.filter { answer.head.contains("Set-Cookie: \($0)=; Path=/; Max-Age=0;") }
    }

    @Test func `a session that is over is forgotten with all that went with it`() async throws {
        try await PageServer.run { server in
            let browser = try await server.browser("zoe")
            let other = try await server.browser("zoe")
            #expect(try await other.post("/account/logout-everywhere").status == 303)
            let answer = try await browser.post("/logout", [:], ["Sec-Fetch-Site": "same-origin"])
            #expect(answer.status == 303 && answer.field("location") == "/")
            #expect(Self.forgotten(answer) == Self.cookies)
            #expect(answer.field("clear-site-data") == "\"cache\", \"storage\"")
        }
    }

    /// Another site's form takes nothing away that is of use: neither with our cookies, as browsers send them for two
    /// minutes at most, nor without.
    @Test func `another sites form does no harm`() async throws {
        try await PageServer.run { server in
            let forged = ["Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example.org"]
            let browser = try await server.browser("zoe")
            let alive = try await browser.post("/logout", [:], forged)
            #expect(alive.status == 403 && Self.forgotten(alive).isEmpty && alive.field("clear-site-data") == nil)
            let withoutCookies = try await server.browser().post("/logout", [:], csrf: .some(nil), forged)
            #expect(withoutCookies.status == 303 && withoutCookies.field("set-cookie") == nil)
            #expect(withoutCookies.field("clear-site-data") == nil)
            let silent = try await server.browser().post("/logout", [:], csrf: .some(nil))
            #expect(silent.field("set-cookie") == nil && silent.field("clear-site-data") == nil)
            let other = try await server.browser("zoe")
            #expect(try await other.post("/account/logout-everywhere").status == 303)
            let dead = try await browser.post("/logout", [:], forged)
            #expect(Self.forgotten(dead) == ["w2f"] && dead.field("clear-site-data") == nil)
        }
    }
}
