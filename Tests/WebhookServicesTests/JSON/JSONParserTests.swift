import Foundation
import Testing
import WebhookServices

@Suite struct JSONParserTests {
    /// The error that a document is refused with; `nil` if it is taken.
    func error(_ text: String, _ limits: JSONLimits = JSONLimits()) throws -> JSONError? {
        try error(Array(text.utf8), limits)
    }

    func error(_ bytes: [UInt8], _ limits: JSONLimits = JSONLimits()) throws -> JSONError? {
        do {
            try JSONParser().withDocument(bytes[...], limits: limits) { _ in }
            return nil
        } catch WebhookError.json(let error) {
            return error
        }
    }

    @Test func `errors are told apart`() throws {
        #expect(try error("{}") == nil)
        #expect(try error("") == .syntax)
        #expect(try error(" ") == .syntax)
        #expect(try error("{\"a\":1,}") == .syntax)
        #expect(try error("{} {}") == .syntax)
        #expect(try error("\u{feff}{}") == .syntax)
        #expect(try error("{\"a\":NaN}") == .syntax)
        #expect(try error("{\"a\":01}") == .syntax)
        #expect(try error("{\"a\":\"\n\"}") == .syntax)
        #expect(try error(Array("{\"a\":\"".utf8) + [0xff] + Array("\"}".utf8)) == .notUTF8)
        #expect(try error(Array("{\"a\":\"".utf8) + [0xed, 0xa0, 0x80] + Array("\"}".utf8)) == .notUTF8)
        #expect(try error("[]") == .notAnObject)
        #expect(try error("7") == .notAnObject)
        #expect(try error("\"x\"") == .notAnObject)
        #expect(try error("null") == .notAnObject)
        #expect(try error("{\"a\":1}", JSONLimits(maxBytes: 7)) == nil)
        #expect(try error("{\"a\":1}", JSONLimits(maxBytes: 6)) == .tooLarge)
    }

    /// RFC 8259 section 8.2 lets them stand, and so do the consumers (Python's json).
    @Test(arguments: [
        #"\ud83d"#, #"\ude00"#, #"\ude00\ud83d"#, #"\ud83d\ud83d\ude00"#, #"\uD83D\n"#, #"x\ud83dx\ude00x"#,
        #"\\\ud83d"#, #"\ud83d\\ude00"#, #"\ud83d\u0041"#,
    ])
    func `halves of surrogate pairs`(_ text: String) throws {
        #expect(try error("{\"a\":\"\(text)\"}") == nil)
        #expect(try error("{\"\(text)\":1}") == nil)
        // All else is judged as before.
        for wrong in [",}", "x", "\"\\x\"}", "\"\\ud8\"}", "\"\n\"}", "01}", "\"\u{0}\"}", "\"\\ud83d}"] {
            #expect(try error("{\"a\":\"\(text)\",\"b\":\(wrong)") == .syntax)
        }
        #expect(try error("\"\(text)\"") == .notAnObject)
        #expect(try error("{\"a\":\"\(text)\",\"b\":\(String(repeating: "9", count: 20))}") == .numberOutOfRange)
        #expect(try error("{\"a\":\"\(text)\",\"b\":[[]]}", JSONLimits(maxDepth: 3)) == nil)
        #expect(try error("{\"a\":\"\(text)\",\"b\":[[[]]]}", JSONLimits(maxDepth: 3)) == .tooDeep)
    }

    @Test(arguments: [#"\ud83"#, #"\ud83d\"#, #"\ud83d\u"#, #"\ud83d\u12"#, #"\uD8xD"#, #"\x"#])
    func `escapes that are none`(_ text: String) throws {
        #expect(try error("{\"a\":\"\(text)\"}") == .syntax)
        #expect(try error("{\"a\":\"\\ud83d\",\"b\":\"\(text)\"}") == .syntax)
    }

    @Test(arguments: ["-9223372036854775808", "18446744073709551615", "9223372036854775807", "-0", "1e308", "1E-400"])
    func `numbers that fit`(_ number: String) throws {
        #expect(try error("{\"a\":\(number)}") == nil)
    }

    @Test(arguments: [
        "-9223372036854775809", "18446744073709551616", "99999999999999999999", "100000000000000000000000",
        "1e400", "-1E+999",
    ])
    func `numbers that do not`(_ number: String) throws {
        #expect(try error("{\"a\":\(number)}") == .numberOutOfRange)
        #expect(try error("{\"x\":\"\\\"1\",\"a\":[1,-2.5e3,\(number)]}") == .numberOutOfRange)
        // What is wrong first is what is said.
        #expect(try error("{\"a\":[01,\(number)]}") == .syntax)
    }

    @Test func `integers of thousands of digits`() throws {
        let digits = String(repeating: "9", count: 5000)
        #expect(try error("{\"a\":\(digits)}") == .numberOutOfRange)
        #expect(try error("{\"a\":-\(digits)}") == .numberOutOfRange)
        #expect(try error("{\"a\":0.\(digits)}") == nil)
    }

    @Test(arguments: [1, 2, 63, 64])
    func `depths`(_ limit: Int) throws {
        let limits = JSONLimits(maxDepth: limit)
        for (leaf, leafDepth) in [("1", 0), ("\"x\"", 0), ("[]", 1), ("{}", 1), ("[1]", 1), ("{\"a\":null}", 1)] {
            for depth in max(1, leafDepth + 1)...(limit + 3) {
                let around = depth - leafDepth
                let objects = String(repeating: "{\"a\":", count: around) + leaf + String(repeating: "}", count: around)
                let arrays =
                    "{\"a\":" + String(repeating: "[", count: around - 1) + leaf
                    + String(repeating: "]", count: around - 1) + "}"
                #expect(try error(objects, limits) == (depth <= limit ? nil : .tooDeep), "\(depth) of \(limit)")
                #expect(try error(arrays, limits) == (depth <= limit ? nil : .tooDeep), "\(depth) of \(limit)")
            }
        }
        let bomb = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        #expect(try error(bomb, limits) == .tooDeep)
    }

    @Test func `siblings do not add up`() throws {
        let deep = String(repeating: "[", count: 63) + String(repeating: "]", count: 63)
        #expect(try error("{\"a\":\(deep),\"b\":\(deep),\"c\":[\(deep.dropFirst().dropLast()),{},[]]}") == nil)
        #expect(try error("{\"a\":\(deep),\"b\":[\(deep)]}") == .tooDeep)
    }

    @Test func `buffers are reused and given back`() throws {
        let parser = try JSONParser(retained: 64 << 10)
        try parser.withDocument(Array("{}".utf8)[...]) { _ in }
        let small = parser.capacity
        let large = "{\"a\":\"" + String(repeating: "x", count: 1 << 20) + "\"}"
        try parser.withDocument(Array(large.utf8)[...]) { document throws(WebhookError) in
            #expect(document.string("a")?.utf8.count == 1 << 20)
            #expect(parser.capacity > 1 << 20)
        }
        #expect(parser.capacity < 1 << 20)
        let medium = "{\"a\":\"" + String(repeating: "x", count: 60_000) + "\"}"
        try parser.withDocument(Array(medium.utf8)[...]) { _ in }
        #expect(parser.capacity > small && parser.capacity <= 64 << 10)
        for _ in 0..<100 {
            try parser.withDocument(Array("{\"a\":7}".utf8)[...]) { document throws(WebhookError) in
                #expect(document.integer("a") == 7)
            }
        }
        #expect(parser.capacity > small)
    }

    @Test func `a parser works after each error`() throws {
        let parser = try JSONParser()
        let deep = String(repeating: "[", count: 80)
        for bad in ["{", "{\"a\":\(deep)", "[]", "{\"a\":99999999999999999999}", "", "{\"a\":tru}"] {
            #expect(throws: WebhookError.self) { try parser.withDocument(Array(bad.utf8)[...]) { _ in } }
            try parser.withDocument(Array("{\"a\":\"b\"}".utf8)[...]) { document throws(WebhookError) in
                #expect(document.string("a") == "b")
            }
        }
    }

    @Test func `an error of the body is passed on`() throws {
        let parser = try JSONParser()
        #expect(throws: WebhookError.missingHeader("x")) {
            try parser.withDocument(Array("{}".utf8)[...]) { (_) throws(WebhookError) in
                throw .missingHeader("x")
            }
        }
        try parser.withDocument(Array("{}".utf8)[...]) { _ in }
    }

    @Test func `a document kept beyond its time traps`() async {
        await #expect(processExitsWith: .failure) {
            let parser = try JSONParser()
            let kept = try parser.withDocument(Array("{\"a\":\"b\"}".utf8)[...]) { (document) throws(WebhookError) in
                document
            }
            // By now the buffer may hold another sender's payload.
            _ = kept.string("a")
        }
    }
}
