import Testing

@testable import Gateway

struct QueryItemsTests {
    private func items(_ text: String) -> QueryItems { QueryItems(Array(text.utf8)) }

    @Test(arguments: [
        ("q=a+b", "q", "a b"), ("q=a%20b", "q", "a b"), ("q=%F0%9F%90%8E", "q", "🐎"), ("q=%", "q", "%"),
        ("q=%zz", "q", "%zz"), ("q=%+1", "q", "% 1"), ("q=a=b", "q", "a=b"), ("%71=x", "q", "x"), ("q=1&q=2", "q", "1"),
        ("q=%FF", "q", "\u{FFFD}"),
    ])
    func `decodes`(_ text: String, _ name: String, _ value: String) {
        #expect(items(text)[name] == value)
    }

    @Test func `empty ones are none`() {
        #expect(items("q=&x")["q"] == nil)
        #expect(items("q=&x")["x"] == nil)
        #expect(items("")["q"] == nil)
    }

    @Test func `reads no more than its limit`() {
        let text = (0..<100).map { "k\($0)=v" }.joined(separator: "&")
        #expect(items(text)["k31"] == "v")
        #expect(items(text)["k32"] == nil)
    }

    @Test func `writes what it reads`() {
        let hostile = "a&b=c#d?e f\r\nSet-Cookie: x=\"y\"/🐎"
        let text = QueryItems([("q", hostile)]).text
        #expect(text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
        // What cannot be printed comes back as blanks.
        #expect(items(String(text.dropFirst()))["q"] == hostile.replacing("\r\n", with: "  "))
    }

    @Test func `replaces`() {
        let query = items("q=x&page=3&sort=name")
        #expect(query.replacing("page", by: "").text == "?q=x&sort=name")
        #expect(query.replacing("page", by: "4").text == "?q=x&sort=name&page=4")
        #expect(items("page=3").replacing("page", by: "").text == "")
    }
}
