import Testing
import WebPages

@testable import Gateway

/// What a sealed cookie carries from a form to the page that follows it.
struct PageCookieTests {
    @Test func `flashes come through`() throws {
        let alert = try #require(Alert(cookie: Alert(kind: .warning, text: "Careful: “x” is y.").cookie))
        #expect(alert.text == "Careful: “x” is y.")
        #expect(alert.kind == .warning)
        #expect(Alert(kind: .info, text: String(repeating: "x", count: 5000)).cookie.count < 400)
    }

    @Test(arguments: ["", "success", "nothing here", "\u{0}"])
    func `what is no flash is none`(_ text: String) {
        #expect(Alert(cookie: Array(text.utf8)) == nil)
    }

    @Test func `secrets come through`() {
        for secret in [nil, "abc"] {
            let fresh = FreshSecret(token: TokenID(high: 1, low: 2), occasion: .rotated, secret: secret)
            #expect(FreshSecret(fresh.encoded) == fresh)
        }
        #expect(FreshSecret(Array("x\ncreated\ny".utf8)) == nil)
        #expect(FreshSecret([0xFF]) == nil)
    }
}
