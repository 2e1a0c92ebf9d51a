import TestSupport
import Testing

@testable import FedoraMessaging

/// The time that settings take grows with their length, whatever they are.
@Suite struct GrowthTests {
    private struct Family: Sendable, CustomStringConvertible {
        let description: String
        let text: @Sendable (Int) -> String
    }

    private static func repeated(_ piece: String, before: String = "", after: String = "") -> Family {
        Family(description: "\(before)(\(piece))…\(after)") {
            before + String(repeating: piece, count: max(1, $0 / piece.utf8.count)) + after
        }
    }

    private static func numbered(_ name: String, _ line: @escaping @Sendable (Int) -> String) -> Family {
        Family(description: name) { size in
            (0..<max(1, size / line(1000).utf8.count)).map(line).joined(separator: "\n")
        }
    }

    private static let families: [Family] = [
        numbered("keys") { "key\($0) = \($0)" }, numbered("sections") { "[section\($0)]" },
        numbered("lists of tables") { _ in "[[list]]" }, numbered("sections in a section") { "[a.b.s\($0)]\nx = 1" },
        numbered("dotted keys") { "a.b.c\($0) = 1" }, numbered("quoted keys") { "\"\\u0061\($0)\" = 1" },
        numbered("texts") { "t\($0) = \"\\u0061\\n\"" }, numbered("comments") { "# \($0)" },
        numbered("dates") { "d\($0) = 1979-05-27T07:32:00Z" }, numbered("inline tables") { "t\($0) = {a = {b = 1}}" },
        numbered("lists") { "l\($0) = [[1, 2], [3, [4]]]" },
        repeated("a.", after: "a=1"), repeated("\"a\".", after: "a=1"), repeated("a.", before: "[", after: "a]"),
        repeated("[", before: "a="), repeated("{a=", before: "a="), repeated("[],", before: "a=[", after: "]"),
        repeated("1,", before: "a=[", after: "]"), repeated("{},", before: "a=[", after: "]"),
        repeated("a", after: "=1"), repeated("a", before: "a=\"", after: "\""),
        repeated("\\\\", before: "a=\"", after: "\""),
        repeated("\\u0301", before: "a=\"", after: "\""), repeated("\u{301}\u{316}", before: "a=\"", after: "\""),
        repeated("\u{1F1E9}", before: "a=\"", after: "\""), repeated("\u{301}\u{316}", before: "\"", after: "\"=1"),
        repeated("\"", before: "a=\"\"\"", after: "\n\"\"\""), repeated("\n", before: "a='''", after: "'''"),
        repeated("9", before: "a="), repeated("0", before: "a=0."), repeated(" "), repeated("\n"), repeated("\r\n"),
        repeated("#"), repeated("="), repeated("]"), repeated("\""), repeated("'"),
    ]

    @Test(arguments: families.indices) func `settings`(_ index: Int) {
        let family = Self.families[index]
        let ratio = Growth.ratio(from: 4 << 10, { Array(family.text($0).utf8) }) {
            _ = try? TOMLDocument(bytes: $0, file: "w.toml")
        }
        #expect(ratio <= Growth.limit, "\(family)")
    }

    /// Every line of a file may be wrong, and each has to be found.
    @Test func `lines of many keys`() throws {
        let ratio = try Growth.ratio(
            from: 200,
            { count in
                let text = (0..<count).map { "key\($0) = 1" }.joined(separator: "\n")
                return (try TOMLDocument(bytes: Array(text.utf8), file: "w.toml"), count)
            },
            { document, count in for number in 0..<count { _ = document.source(of: ["key\(number)"]) } })
        #expect(ratio <= Growth.limit)
    }

    @Test(arguments: TextFamily.all) func `addresses`(_ family: TextFamily) {
        for start in [
            "", "amqp://", "amqp://h/", "amqp://h/?", "amqp://u:p@h/?heartbeat=", "amqp://h/?client_properties=",
        ] {
            let ratio = Growth.ratio(from: 1000, { start + family.text($0) }) { _ = try? BrokerAddress(url: $0) }
            #expect(ratio <= Growth.limit, "\(start)")
        }
    }

    @Test(arguments: TextFamily.all) func `literals`(_ family: TextFamily) {
        for start in ["", "{", "{'a':'", "{'a':", "{'a':["] {
            let ratio = Growth.ratio(from: 1000, { start + family.text($0) }) { _ = try? PythonLiteral.dictionary($0) }
            #expect(ratio <= Growth.limit, "\(start)")
        }
    }
}
