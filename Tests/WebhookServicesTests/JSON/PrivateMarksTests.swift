import Foundation
import TestSupport
import Testing

@testable import WebhookServices

/// What says of itself that few may see it, and strings that have to hold documents.
struct PrivateMarksTests {
    private static let marks: [PayloadRedaction.PrivateMark] = [
        .init("private", "true"), .init("visibility_level", "0", "10"), .init("archetype", "\"private_message\""),
    ]

    private func redacted(_ text: String, _ redaction: PayloadRedaction) throws -> String {
        let result = redaction.pieces(of: Array(text.utf8)[...]).joined()
        _ = try JSONSerialization.jsonObject(with: Data(result))
        return String(decoding: Array(result), as: UTF8.self)
    }

    @Test(arguments: [
        (#"{"a":{"id":1,"name":"S","private":true,"x":{"y":1}},"b":2}"#, #"{"a":{"id":1,"private":true},"b":2}"#),
        (#"{"a":[{"x":"S","visibility_level":10}]}"#, #"{"a":[{"visibility_level":10}]}"#),
        (#"{"a":{"x":"S","pri\u0076ate" : true}}"#, #"{"a":{"pri\u0076ate" : true}}"#),
        (#"{"a":{"archetype":"private_message","title":"S"}}"#, #"{"a":{"archetype":"private_message"}}"#),
        // Both are in the payload.
        (#"{"a":{"private":true,"x":"S","private":false}}"#, #"{"a":{"private":true,"private":false}}"#),
        // One in another, and one beside it.
        (
            #"{"a":{"x":{"private":true,"y":"S"},"z":1},"b":{"private":true,"c":{"private":true,"d":1}}}"#,
            #"{"a":{"x":{"private":true},"z":1},"b":{"private":true}}"#
        ),
        // What was cut before is cut once, and addresses behind it are found.
        (
            #"{"a":{"x":"u@example.org","private":true,"y":"v@example.org"},"b":"w@example.org"}"#,
            #"{"a":{"private":true},"b":""}"#
        ),
        // Other values, other types, and the outermost object.
        (#"{"a":{"private":false,"x":1}}"#, "same"), (#"{"a":{"private":"true","x":1}}"#, "same"),
        (#"{"a":{"visibility_level":20,"x":1}}"#, "same"), (#"{"a":{"visibility_level":100,"x":1}}"#, "same"),
        (#"{"private":true,"x":1}"#, "same"), (#"{"a":["private",true]}"#, "same"),
    ])
    func `private objects`(_ text: String, _ expected: String) throws {
        let redaction = PayloadRedaction(marks: Self.marks)
        let expected = expected == "same" ? text : expected
        #expect(try redacted(text, redaction) == expected)
        // The same in a string, where the outermost object is judged as well.
        guard !text.hasPrefix(#"{"private"#) else { return }
        let inner = try PayloadStrings.quoted(text)
        #expect(try redacted(#"{"p":\#(inner)}"#, redaction) == #"{"p":\#(try PayloadStrings.quoted(expected))}"#)
    }

    /// Where a rule says what stays, that does.
    @Test func `rules go first`() throws {
        let redaction = PayloadRedaction(
            reducing: [.init(path: "head", kept: ["name", "private"])], marks: Self.marks)
        #expect(
            try redacted(#"{"head":{"name":"n","private":true,"x":1}}"#, redaction)
                == #"{"head":{"name":"n","private":true}}"#)
    }

    /// What people write may be JSON as well, and so may what stands under the key of an address.
    @Test func `in texts`() throws {
        let inner = #"{\"a\":{\"private\":true,\"x\":\"S\"}}"#
        let left = #"{\"a\":{\"private\":true}}"#
        for key in ["body", "email", "x"] {
            #expect(
                try redacted(#"{"\#(key)":"\#(inner)"}"#, PayloadRedaction(marks: Self.marks))
                    == #"{"\#(key)":"\#(left)"}"#)
        }
        let prose = #"{"body":"[a@b.org](https://x) wrote {\"a\":1"}"#
        #expect(try redacted(prose, PayloadRedaction(marks: Self.marks)) == prose)
    }

    @Test func `deep ones are empty`() throws {
        let depth = 40
        let text =
            String(repeating: #"{"a":"#, count: depth) + #"{"id":1,"private":true,"x":"a@b.org"}"#
            + String(repeating: "}", count: depth)
        let expected = String(repeating: #"{"a":"#, count: depth) + "{}" + String(repeating: "}", count: depth)
        #expect(try redacted(text, PayloadRedaction(marks: Self.marks)) == expected)
    }

    @Test(arguments: [
        (#""{\"secret\":\"S\",\"a\":1}""#, #""{\"a\":1}""#), (#"{"secret":"S","a":1}"#, #"{"a":1}"#),
        (#"["{\"secret\":\"S\"}"]"#, #"["{}"]"#), (#""{\"secret\":\"S\"} x""#, #""""#),
        (#""{\"secret\":\"S\"}\n{}""#, #""""#), (#""{\"secret\":\"S\"""#, #""""#), (#""S""#, #""""#),
        (#""\ufeff{\"secret\":\"S\"}""#, #""""#), ("null", "null"), ("1", "1"), (#""""#, #""""#),
    ])
    func `documents`(_ payload: String, _ expected: String) throws {
        let redaction = PayloadRedaction(removing: ["secret"], documents: ["run.event_payload"])
        let text = { (payload: String) in #"{"run":{"event_payload":\#(payload),"n":1}}"# }
        #expect(try redacted(text(payload), redaction) == text(expected))
    }

    /// A text where an object is to be reduced may say anything; what is reduced as a whole is so once.
    @Test func `texts in place of objects`() throws {
        let redaction = PayloadRedaction(reducing: [.init(path: "head.repo", kept: ["name"])])
        #expect(try redacted(#"{"head":{"repo":"o/secret"}}"#, redaction) == #"{"head":{"repo":""}}"#)
        let whole = PayloadRedaction(reducing: [.init(path: "", kept: ["title", "a.b"])])
        #expect(
            try redacted(#"{"title":"{\"error\":\"x\"}","x":1,"a":{"b":"[1,2]","c":1}}"#, whole)
                == #"{"title":"{\"error\":\"x\"}","a":{"b":"[1,2]"}}"#)
    }

    /// Private objects in each other, and what may be URLs with a password: in step with their length.
    @Test func `growth`() {
        let redaction = PayloadRedaction(marks: Self.marks)
        func nested(_ count: Int) -> ArraySlice<UInt8> {
            let depth = min(500, count / 20)
            let text = String(repeating: #"{"private":true,"a":"#, count: depth)
            let inside = #"["# + String(repeating: "1,", count: count / 2) + "1]"
            return Array((#"{"x":"# + text + inside + String(repeating: "}", count: depth + 1)).utf8)[...]
        }
        func authorities(_ count: Int) -> ArraySlice<UInt8> {
            Array((#"{"x":"@%40"# + String(repeating: "x//a:b/", count: count / 7) + #""}"#).utf8)[...]
        }
        for document in [nested, authorities] {
            #expect(
                Growth.ratio(from: 16 << 10, document) { _ = redaction.pieces(of: $0) } <= Growth.limit)
        }
    }
}
