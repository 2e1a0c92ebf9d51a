import Foundation
import Testing

@testable import WebhookServices

@Suite struct RemovingTests {
    let redaction = PayloadRedaction(removing: ["post.cooked", "post.raw"])

    func redacted(_ text: String) -> String {
        let pieces = redaction.pieces(of: Array(text.utf8)[...])
        return String(decoding: pieces.flatMap { Array($0) }, as: UTF8.self)
    }

    @Test(arguments: [
        (#"{"post":{"raw":"x"}}"#, #"{"post":{}}"#),
        (#"{"post":{"raw":"x","id":1}}"#, #"{"post":{"id":1}}"#),
        (#"{"post":{"id":1,"raw":"x"}}"#, #"{"post":{"id":1}}"#),
        (#"{"post":{"id":1,"raw":"x","n":2}}"#, #"{"post":{"id":1,"n":2}}"#),
        (#"{"post":{"raw":"x","cooked":"y"}}"#, #"{"post":{}}"#),
        (#"{"post":{"raw":"x","cooked":"y","id":1}}"#, #"{"post":{"id":1}}"#),
        (#"{"post":{"id":1,"raw":"x","cooked":"y"}}"#, #"{"post":{"id":1}}"#),
        (#"{"post":{"raw":"x","id":1,"cooked":"y"}}"#, #"{"post":{"id":1}}"#),
        (#"{"post":{"raw":"x","id":1,"cooked":"y","n":2,"raw":3,"raw":4}}"#, #"{"post":{"id":1,"n":2}}"#),
        (#"{"post":{"raw":1,"raw":2,"raw":3}}"#, #"{"post":{}}"#),
        (
            "{ \"post\" : {\n \"raw\" : \"x\" ,\n \"id\" : 1 ,\n \"cooked\" : [ 1 ] }\n}",
            "{ \"post\" : {\n \"id\" : 1 }\n}"
        ),
        (#"{"post":{"r\u0061w":"x","\u0063ooked":1,"id":1}}"#, #"{"post":{"id":1}}"#),
        (#"{"p\u006fst":{"raw":"x"},"post":{"cooked":"y"}}"#, #"{"p\u006fst":{},"post":{}}"#),
        (#"{"post":{"raw":{"raw":[{"}":"]"}],"x":"\"}"},"id":{"raw":1}}}"#, #"{"post":{"id":{"raw":1}}}"#),
        (#"{"post":{"a":"\\","raw":"\\\"","b":"\""}}"#, #"{"post":{"a":"\\","b":"\""}}"#),
        (#"{"post":{"raw":-1.5e+3,"cooked":true}}"#, #"{"post":{}}"#),
    ])
    func `cuts`(_ text: String, _ expected: String) {
        #expect(redacted(text) == expected)
    }

    @Test(arguments: [
        "{}", #"{"ping":"OK"}"#, #"{"raw":"x","cooked":"y"}"#, #"{"post":"raw"}"#, #"{"post":[{"raw":1}]}"#,
        #"{"post":null}"#, #"{"like":{"post":{"raw":1}}}"#, #"{"a":{"post":{"raw":1}}}"#, #"{"Post":{"raw":1}}"#,
        #"{"post":{"Raw":1,"ra":2,"raww":3,"raw ":4,"":5}}"#, #"{"post":{}}"#,
        #"{"post\u0000":{"raw":1}}"#,
    ])
    func `what stays`(_ text: String) {
        #expect(redacted(text) == text)
        #expect(redaction.pieces(of: Array(text.utf8)[...]).count == 1)
    }

    @Test func `a slice keeps its indices`() {
        let bytes = Array(#"xx{"post":{"raw":1,"id":2}}yy"#.utf8)
        let pieces = redaction.pieces(of: bytes[2..<(bytes.count - 2)])
        #expect(String(decoding: pieces.flatMap { Array($0) }, as: UTF8.self) == #"{"post":{"id":2}}"#)
    }

    /// Paths of several lengths that share their beginnings.
    @Test(
        arguments: [
            (#"{"like":{"post":{"raw":1}}}"#, #"{"like":{"post":{}}}"#),
            (
                #"{"secret":1,"like":{"id":2,"post":{"raw":1,"n":3}},"id":4}"#,
                #"{"like":{"id":2,"post":{"n":3}},"id":4}"#
            ),
            (#"{"like":{"raw":1,"post":{"raw":1},"cooked":2},"secret":0}"#, #"{"like":{"post":{},"cooked":2}}"#),
            (
                #"{"like":{"raw":1,"raw":2},"like":{"post":{"raw":3},"post":{"raw":4}}}"#,
                #"{"like":{},"like":{"post":{},"post":{}}}"#
            ),
            (#"{"like":[{"post":{"raw":1}}],"post":{"raw":1}}"#, #"{"like":[{"post":{"raw":1}}],"post":{"raw":1}}"#),
            (#"{"like":{"post":"raw","raw":{"post":{"raw":1}}}}"#, #"{"like":{"post":"raw"}}"#),
            (#"{"secret":{"like":{"id":1}},"secret":[1,"}"]}"#, "{}"),
            (
                #"{ "like" : { "raw" : 1 , "post" : { "raw" : 2 } , "id" : 3 } }"#,
                #"{ "like" : { "post" : {  } , "id" : 3 } }"#
            ),
        ] as [(String, String)])
    func `paths of several keys`(_ text: String, _ expected: String) throws {
        let redaction = PayloadRedaction(removing: ["like.post.raw", "like.raw", "secret"])
        let bytes = redaction.pieces(of: Array(text.utf8)[...]).flatMap { Array($0) }
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
        try JSONParser().withDocument(bytes[...]) { _ in }
    }

    /// A document of members in any order, with blanks, duplicates and escaped keys.
    func randomDocument(_ generator: inout SeededGenerator) -> (text: String, kept: [String]) {
        let keys = ["\"raw\"", "\"cooked\"", "\"r\\u0061w\"", "\"id\"", "\"a\"", "\"b\""]
        let values = ["1", "\"x,}\"", "{\"raw\":[1,{}]}", "[]", "null", "\"\\\"\"", "-0.5", "{ }"]
        func blank() -> String { ["", " ", "\n\t", ""].randomElement(using: &generator) ?? "" }
        var kept: [String] = []
        let members = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
            let key = keys.randomElement(using: &generator) ?? ""
            let value = values.randomElement(using: &generator) ?? ""
            if !keys.prefix(3).contains(key) { kept.append(key + ":" + value) }
            return blank() + key + blank() + ":" + blank() + value + blank()
        }
        return ("{\(blank())\"post\":\(blank()){" + members.joined(separator: ",") + "}}", kept)
    }

    @Test func `whatever comes it stays valid and the rest is there`() throws {
        var generator = SeededGenerator(state: 7)
        let parser = try JSONParser()
        for _ in 0..<5000 {
            let (text, kept) = randomDocument(&generator)
            try parser.withDocument(Array(text.utf8)[...]) { _ in }
            let result = redacted(text)
            try parser.withDocument(Array(result.utf8)[...]) { _ in }
            let squeezed = result.filter { !" \n\t".contains($0) }
            let expected = "{\"post\":{" + kept.joined(separator: ",").filter { $0 != " " } + "}}"
            #expect(squeezed == expected, "\(text)")
        }
    }

    @Test func `bytes that are no JSON come to an end`() {
        var generator = SeededGenerator(state: 3)
        let alphabet = Array("{}[]\",:\\u0 postrawcked1".utf8)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...40, using: &generator)
            let bytes = (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
            let kept = redaction.pieces(of: (Array("{\"post\":{\"raw\"".utf8) + bytes)[...]).reduce(0) { $0 + $1.count }
            #expect(kept <= count + 14)
        }
    }
}
