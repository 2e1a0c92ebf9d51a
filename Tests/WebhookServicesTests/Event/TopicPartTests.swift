import Testing

@testable import WebhookServices

@Suite struct TopicPartTests {
    @Test(arguments: [
        ("push", "push"), ("pull_request-review.x9", "pull_request-review.x9"), ("a b", "a_b"), ("a#b*c", "a_b_c"),
        ("ż", "__"), ("a/b:c\u{0}", "a_b_c_"), ("", "_"), (".", "_"), ("..", "__"), ("...", "_._"), (".a", "_a"),
        ("a.", "a_"), ("a..b", "a._b"), ("a...b", "a._.b"), ("a.b.c", "a.b.c"), ("-", "-"), ("#.#", "_._"),
    ])
    func `parts`(_ name: String, _ part: String) {
        #expect(TopicPart.text(name.utf8) == part)
    }

    @Test func `lengths`() {
        #expect(TopicPart.text(Array(repeating: UInt8(ascii: "a"), count: 300)).utf8.count == 64)
        let cutAtADot = String(repeating: "a", count: 63) + ".b"
        #expect(TopicPart.text(cutAtADot.utf8) == String(repeating: "a", count: 63) + "_")
    }

    @Test func `whatever comes no word is empty`() {
        var generator = SeededGenerator(state: 1)
        let alphabet = Array("..ab#* \u{e9}".utf8)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...70, using: &generator)
            let name = (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
            let words = TopicPart.text(name).split(separator: ".", omittingEmptySubsequences: false)
            #expect(words.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0 != "#" && $0 != "*" } })
        }
    }
}
