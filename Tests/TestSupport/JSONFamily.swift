/// JSON objects of about so many bytes that readers have trouble with.
package struct JSONFamily: Sendable, CustomStringConvertible {
    /// What it is called in a test's name.
    package let description: String
    /// The document of about so many bytes.
    package let document: @Sendable (Int) -> [UInt8]

    private init(_ name: String, _ document: @escaping @Sendable (Int) -> String) {
        description = name
        self.document = { Array(document($0).utf8) }
    }

    /// An object with a piece of text again and again, separated by commas.
    private static func members(_ name: String, _ piece: @escaping @Sendable (Int) -> String) -> JSONFamily {
        JSONFamily(name) { size in
            let count = max(1, size / (piece(0).utf8.count + 1))
            return "{" + (0..<count).map(piece).joined(separator: ",") + "}"
        }
    }

    /// An object whose member `a` is a text with a piece again and again.
    private static func text(_ name: String, _ piece: String) -> JSONFamily {
        JSONFamily("a text of \(name)") { size in
            "{\"a\":\"" + String(repeating: piece, count: max(1, size / piece.utf8.count)) + "\"}"
        }
    }

    /// An object with a key of a piece again and again.
    private static func key(_ name: String, _ piece: String) -> JSONFamily {
        JSONFamily("a key of \(name)") { size in
            "{\"" + String(repeating: piece, count: max(1, size / piece.utf8.count)) + "\":1}"
        }
    }

    /// An object with an array of a piece again and again.
    private static func list(_ name: String, _ piece: String) -> JSONFamily {
        JSONFamily("a list of \(name)") { size in
            let count = max(1, size / (piece.utf8.count + 1))
            return "{\"a\":[" + Array(repeating: piece, count: count).joined(separator: ",") + "]}"
        }
    }

    /// Objects and arrays so deep in each other, side by side.
    private static func deep(_ depth: Int, _ open: String, _ close: String) -> JSONFamily {
        let piece = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
        return list("depth \(depth) of \(open)", piece)
    }

    /// Deep, wide, escaped, repeated, of combining characters, and long runs of one byte.
    package static let all: [JSONFamily] =
        [
            members("keys") { "\"k\($0)\":1" }, members("escaped keys") { "\"\\u0061\($0)\":1" },
            members("escaped keys of their own") { "\"\\u0061\\u0062\($0 % 10)\":\"\\u0040\"" },
            members("the same key") { _ in "\"a\":1" }, members("the same escaped key") { _ in "\"\\u0061\":{}" },
            members("empty keys") { _ in "\"\":\"\"" }, members("keys with an address") { "\"a\($0)@example.org\":1" },
            members("objects") { "\"k\($0)\":{\"id\":1,\"body\":\"x@y.org\"}" },
            members("known keys") { _ in "\"repository\":{\"private\":false,\"id\":1}" },
            members("commits") { _ in "\"commits\":[{\"author\":{\"email\":\"a@example.org\"}}]" },
        ] + [
            text("a", "a"), text("escapes", "\\u0061"), text("backslashes", "\\\\"), text("quotes", "\\\""),
            text("pairs", "\\ud83d\\ude00"), text("halves", "\\ud83d"), text("at signs", "@"),
            text("addresses", "a@example.org "), text("slashes", "/"), text("schemes", "://"),
            text("authorities", "//a:b/"), text("passwords", "https://a:b@c "), text("colons", "a:"),
            text("dots behind an at sign", "a@b."), text("braces", "{"), text("brackets", "["),
            text("objects", "{\\\"a\\\":1}"), text("blanks", " "), text("escaped blanks", "\\n"),
            text("combining marks", "\u{301}\u{316}"), text("regional indicators", "\u{1F1E9}"),
            text("letters of other scripts", "\u{436}"), text("escaped braces", "\\u007b"),
        ] + [
            key("a", "a"), key("escapes", "\\u0061"), key("one escape and a's", "aaaaaaaaaaaaaaaa"),
            key("combining marks", "\u{301}\u{316}"), key("regional indicators", "\u{1F1E9}"),
            key("addresses", "a@b.org"),
            key("schemes", "://"),
        ] + [
            list("empty objects", "{}"), list("empty arrays", "[]"), list("digits", "1"), list("numbers", "-1.5e-300"),
            list("long numbers", String(repeating: "9", count: 300) + "e-300"), list("words", "null"),
            list("empty texts", "\"\""), list("addresses", "\"a@example.org\""), list("blanks", " 1 "),
            list("nested texts", "\"{\\\"a\\\":\\\"b@example.org\\\"}\""),
            list("texts within texts", "\"{\\\"a\\\":\\\"{\\\\\\\"b\\\\\\\":1}\\\"}\""),
            deep(30, "[", "]"), deep(30, "{\"a\":", "}"), deep(15, "[{\"\\u0061\":", "}]"),
        ]
}
