import Testing

@testable import FedoraMessaging

/// What a settings file can do to the process by its depth and its size.
@Suite struct TOMLBoundsTests {
    private func problems(_ text: String) -> [SettingsProblem] {
        do {
            _ = try TOMLDocument(bytes: Array(text.utf8), file: "w.toml")
            return []
        } catch {
            return error.problems
        }
    }

    private static let limit = TOMLLineIndex.maximumDepth

    /// Each with how deep it is.
    private static let families: [@Sendable (Int) -> String] = [
        { "a=" + String(repeating: "[", count: $0) + String(repeating: "]", count: $0) },
        { "a=" + String(repeating: "[", count: $0) },
        { "a=" + String(repeating: "[[", count: $0 / 2) },
        { "a=" + String(repeating: "{a=", count: $0) + "1" + String(repeating: "}", count: $0) },
        { "a=" + String(repeating: "[{a=", count: $0 / 2) },
        { "a=" + String(repeating: "[\n", count: $0) },
        { Array(repeating: "a", count: $0).joined(separator: ".") + "=1" },
        { Array(repeating: "a", count: $0).joined(separator: " . ") + "=1" },
        { "[" + Array(repeating: "\"a.b\"", count: $0).joined(separator: ".") + "]" },
        { "[[" + Array(repeating: "a", count: $0).joined(separator: ".") + "]]" },
        { "a={" + Array(repeating: "a", count: $0).joined(separator: ".") + "=1}" },
    ]

    @Test(arguments: families.indices) func `depth is bounded and the line is told`(family: Int) {
        for depth in [Self.limit + 2, 1000, 100_000] {
            let found = problems("# a comment\nfirst = 1\n" + Self.families[family](depth))
            #expect(found.count == 1 && found.first?.message.contains("nested too deep") == true, "\(found)")
            guard case .file("w.toml", let line?) = found.first?.source else {
                Issue.record("no line: \(found)")
                continue
            }
            #expect(family == 5 ? line >= 3 : line == 3)
        }
    }

    @Test func `what is deep enough is taken`() {
        let depth = Self.limit
        #expect(problems(Self.families[0](depth)).isEmpty)
        #expect(problems(Self.families[3](depth)).isEmpty)
        #expect(problems(Self.families[6](depth)).isEmpty)
        // Side by side is not within each other.
        #expect(problems("b=[" + String(repeating: "[],", count: 1000) + "]").isEmpty)
    }

    @Test func `size is bounded and the line is told`() {
        let line = String(repeating: "#", count: 1023) + "\n"
        #expect(problems(String(repeating: line, count: 1024)).isEmpty)
        let found = problems(String(repeating: line, count: 1024) + "a=1")
        #expect(found.first?.source == .file(path: "w.toml", line: 1025))
        #expect(problems(String(repeating: "[", count: TOMLDocument.maximumSize)).count == 1)
    }
}
