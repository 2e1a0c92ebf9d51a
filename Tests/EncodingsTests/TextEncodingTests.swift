import Encodings
import Testing

@Suite("Percent-encoding, quoted text and the calendar") struct TextEncodingTests {
    @Test
    func `everything but the unreserved characters is percent-encoded`() {
        #expect(PercentEncoding.encode("a b&c=d/é~-._") == "a%20b%26c%3Dd%2F%C3%A9~-._")
        #expect(PercentEncoding.encode("/a b", keeping: "/") == "/a%20b")
        let all = String(decoding: 0...127, as: UTF8.self)
        #expect(PercentEncoding.decode(Array(PercentEncoding.encode(all).utf8).span) == Array(all.utf8))
    }

    @Test(arguments: ["%", "%4", "%4g", "%g4", "%+4", "a%"])
    func `a strict decoder refuses half an escape`(_ text: String) {
        #expect(PercentEncoding.decode(Array(text.utf8).span) == nil)
        #expect(PercentEncoding.decodeLeniently(text.utf8) == Array(text.utf8))
    }

    @Test
    func `a plus sign is a blank in forms alone`() {
        let text = Array("a+b%2b%2B".utf8)
        #expect(PercentEncoding.decode(text.span) == Array("a+b++".utf8))
        #expect(PercentEncoding.decode(text.span, plusIsBlank: true) == Array("a b++".utf8))
        #expect(PercentEncoding.decodeLeniently(text + Array("%+".utf8), plusIsBlank: true) == Array("a b++% ".utf8))
    }

    @Test(arguments: [
        ("", #""""#), ("é😀", #""é😀""#), ("\"\\/", #""\"\\/""#), ("\n\r\t", #""\n\r\t""#),
        ("\u{0}\u{1F}\u{7F}", "\"\\u0000\\u001f\u{7F}\""),
    ])
    func `JSON strings`(_ text: String, _ expected: String) {
        #expect(JSONText.quoted(text) == expected)
    }

    @Test
    func `TOML strings`() {
        #expect(TOMLText.quoted("a\"\\\n\u{7F}é") == #""a\"\\\u000A\u007Fé""#)
        #expect(TOMLText.array(["a", "b\""]) == #"["a", "b\""]"#)
    }

    @Test
    func `words of a shell`() {
        #expect(ShellText.quoted("it's") == #"'it'\''s'"#)
        #expect(ShellText.path("/etc/a-b_c.d") == "/etc/a-b_c.d")
        #expect(ShellText.path("~/x y") == "'~/x y'")
        #expect(ShellText.path("") == "''")
    }

    @Test
    func `HTML: a quotation mark with a combining mark behind it is one`() {
        #expect(HTMLText.escaped("a<b>&'`") == "a&lt;b&gt;&amp;&#39;&#96;")
        #expect(HTMLText.escaped("\"\u{301}") == "&quot;\u{301}")
        #expect(HTMLText.escaped("é") == "é")
    }

    @Test
    func `the system's words for an error, and for a number that is none`() {
        #expect(systemErrorText(2) == "No such file or directory")
        #expect(systemErrorText(.max).hasSuffix("\(CInt.max)"))
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00"), (951_782_400, "2000-02-29T00:00:00"), (4_107_542_399, "2100-02-28T23:59:59"),
        (-1, "1969-12-31T23:59:59"), (253_402_300_799, "9999-12-31T23:59:59"), (Int64.max, "9999-12-31T23:59:59"),
        (Int64.min, "0000-01-01T00:00:00"),
    ])
    func `the calendar at its edges`(_ seconds: Int64, _ expected: String) {
        var bytes: [UInt8] = []
        CivilTime(secondsSince1970: seconds).appendISO8601(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }
}
