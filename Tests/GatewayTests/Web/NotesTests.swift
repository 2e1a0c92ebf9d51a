import Testing
import WebPages

@testable import Gateway

struct NotesTests {
    @Test func flashesComeThrough() throws {
        let bytes = FlashText.encode(Notice(kind: .warning, text: "Careful: “x” is y."))
        let notice = try #require(FlashText.decode(bytes))
        #expect(notice.text == "Careful: “x” is y.")
        #expect(notice.kind == .warning)
        #expect(FlashText.encode(Notice(kind: .info, text: String(repeating: "x", count: 5000))).count < 400)
    }

    @Test(arguments: ["", "success", "nothing here", "\u{0}"])
    func whatIsNoFlashIsNone(_ text: String) {
        #expect(FlashText.decode(Array(text.utf8)) == nil)
    }

    @Test func secretsComeThrough() {
        for secret in [nil, "abc"] {
            let fresh = FreshSecret(token: TokenID(high: 1, low: 2), occasion: .rotated, secret: secret)
            #expect(FreshSecret(fresh.encoded) == fresh)
        }
        #expect(FreshSecret(Array("x\ncreated\ny".utf8)) == nil)
        #expect(FreshSecret([0xFF]) == nil)
    }
}
