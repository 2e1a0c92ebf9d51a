import Testing

@testable import Gateway
@testable import WebPages

struct EscapingTests {
    @Test(arguments: [
        ("<script>", "&lt;script&gt;"),
        ("\"'&`", "&quot;&#39;&amp;&#96;"),
        ("plain", "plain"),
        ("", ""),
        ("Žluťoučký 🐎", "Žluťoučký 🐎"),
        ("a\u{0}b", "a\u{FFFD}b"),
        // Marks that combine with what would end an attribute or begin an element.
        ("\"\u{301} onfocus=x", "&quot;\u{301} onfocus=x"),
        ("<\u{301}b", "&lt;\u{301}b"),
        ("'\u{200D}&\u{20DD}", "&#39;\u{200D}&amp;\u{20DD}"),
    ])
    func `escapes`(_ text: String, _ expected: String) {
        #expect(StrictHTML().escapeText(text).utf8.elementsEqual(expected.utf8))
    }

    /// Also inside of sections, partials, lists and blocks: there is no place where the library's own escaping is left.
    @Test func `every place is strict`() throws {
        let library = try TemplateLibrary([
            "page": "{{<frame}}{{$main}}{{a}}{{#list}}{{.}}{{/list}}{{#on}}{{a}}{{/on}}{{>part}}{{/main}}{{/frame}}",
            "frame": "{{a}}{{$main}}{{/main}}{{a}}",
            "part": "{{a}}{{#node}}{{b}}{{/node}}{{^off}}{{a}}{{/off}}",
        ])
        let evil = "\"\u{301}<\u{301}"
        let root = TemplateNode(members: [
            "a": evil, "list": [evil, evil], "on": true, "off": false, "node": TemplateNode(members: ["b": evil]),
        ])
        let text = try #require(library.render(root, template: "page"))
        let clean = "&quot;\u{301}&lt;\u{301}"
        #expect(text.utf8.elementsEqual(String(repeating: clean, count: 9).utf8))
    }

    @Test func `what is absent is not taken from around`() throws {
        struct Inner: Sendable { var url: String? }
        struct Outer: Sendable {
            var url = "outer"
            var inner = [Inner(url: nil), Inner(url: "inner")]
        }
        let library = try TemplateLibrary([
            "page": "{{#inner}}[{{#url}}{{.}}{{/url}}{{^url}}none{{/url}}{{url}}]{{/inner}}"
        ])
        let root = try #require(TemplateNode.value(of: Outer()) as? TemplateNode)
        #expect(library.render(root, template: "page") == "[none][innerinner]")
    }

    @Test func `enumerations tell their case`() throws {
        let library = try TemplateLibrary(["page": "{{tone.value}}{{#tone.bad}}!{{/tone.bad}}{{#tone.ok}}?{{/tone.ok}}"]
        )
        let root = try #require(TemplateNode.value(of: StatePill(text: "x", tone: .bad)) as? TemplateNode)
        #expect(library.render(root, template: "page") == "bad!")
    }
}
