import Encodings
import Testing

@testable import OIDC

@Suite struct FormTests {
    @Test func `encoding`() {
        #expect(PercentEncoding.encode("a b&c=d/é~-._") == "a%20b%26c%3Dd%2F%C3%A9~-._")
        var form = FormEncoder()
        form.add("a", "1 2")
        form.add("b", "")
        #expect(form.text == "a=1%202&b=")
        #expect(form.appended(to: "https://x/") == "https://x/?a=1%202&b=")
        #expect(form.appended(to: "https://x/?") == "https://x/?a=1%202&b=")
        #expect(form.appended(to: "https://x/?y=z") == "https://x/?y=z&a=1%202&b=")
    }

    @Test func `decoding`() throws {
        let fields = try #require(FormDecoder.decode("a=1+2&b=%C3%A9&c&&=d&a=%26".utf8))
        #expect(fields.map(\.name) == ["a", "b", "c", "", "a"])
        #expect(fields.map(\.value) == ["1 2", "é", "", "d", "&"])
    }

    @Test(arguments: ["a=%", "a=%4", "a=%4g", "%zz=1", "a=%ff"])
    func `what cannot be decoded`(text: String) {
        #expect(FormDecoder.decode(text.utf8) == nil)
    }

    @Test func `fields are bounded`() {
        #expect(FormDecoder.decode("a&b&c".utf8, limit: 3) != nil)
        #expect(FormDecoder.decode("a&b&c&d".utf8, limit: 3) == nil)
    }
}
