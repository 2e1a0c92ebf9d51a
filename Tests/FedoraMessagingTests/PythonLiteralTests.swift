import Testing

@testable import FedoraMessaging

@Suite struct PythonLiteralTests {
    @Test func `what python writes`() throws {
        let text =
            #" { 'a' : 1, "b": -2.5,'c':'it\'s \x41\u00e9\U0001F600\n', 'd': True, 'e': False, 'f': None, "#
            + "'g': [1, 'x', None], 'h': (2,), 'i': {}, 'a': 7, }\n"
        let expected: [String: SettingValue] = [
            "a": .integer(7), "b": .double(-2.5), "c": .string("it's A\u{e9}\u{1F600}\n"), "d": .boolean(true),
            "e": .boolean(false), "g": .array([.integer(1), .string("x")]), "h": .array([.integer(2)]),
            "i": .table([:]),
        ]
        #expect(try PythonLiteral.dictionary(text) == expected)
        #expect(try PythonLiteral.dictionary("{}") == [:])
        #expect(try PythonLiteral.dictionary(" None ") == nil)
    }

    @Test(arguments: [
        "", "{", "}", "{'a'}", "{'a':}", "{'a':1,,}", "{'a':1}x", "{a:1}", "['a']", "'a'", "1", "{'a':'b}", "{'a':nan}",
        "{'a':true}", "{'a':null}", "{'a': __import__('os')}", "{'a':'\\q'}", "{'a':'\\ud800'}", "{'a':'\\x4'}",
        "{'a':1", "{'a':(1}", "{1:2}", "{'a':'\n'}", "{'a':1 2}",
        "{'a':" + String(repeating: "[", count: 100_000),
    ])
    func `what it does not`(text: String) {
        #expect(throws: PythonLiteral.Malformed.self) { try PythonLiteral.dictionary(text) }
    }
}
