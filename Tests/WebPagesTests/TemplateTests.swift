import FoundationEssentials
import Testing

@testable import Gateway
@testable import WebPages

/// What holds for all templates, whatever they say.
struct TemplateTests {
    let renderer: PageRenderer

    init() throws {
        renderer = try PageRenderer()
    }

    @Test func `every template of the folder is compiled in`() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.resources + "/templates")
        #expect(files.map { String($0.prefix { $0 != "." }) }.sorted() == EmbeddedTemplates.sources.keys.sorted())
    }

    @Test func `every asset of the folder is compiled in`() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.resources + "/assets")
        #expect(files.sorted() == EmbeddedAssets.sources.keys.sorted())
    }

    /// Mustache shows nothing for a name that it does not find, so a misspelt one would go unnoticed.
    @Test func `templates ask only for what models have`() throws {
        var known: Set<String> = ["."]
        for sample in Sample.all { Self.collect(renderer.root(sample.content, in: sample.frame), into: &known) }
        let words = try Self.names()
        #expect(words.count > 100)
        #expect(words.subtracting(known) == [])
    }

    @Test func `models have nothing that no template asks for`() throws {
        var known: Set<String> = []
        for sample in Sample.all { Self.collect(renderer.root(sample.content, in: sample.frame), into: &known) }
        let unused = known.subtracting(try Self.names(split: true))
        // Cases of enumerations stand for themselves.
        let cases = [
            "ok", "bad", "warn", "off", "info", "success", "error", "warning", "text", "search", "person", "other",
        ]
        #expect(unused.subtracting(cases) == [])
    }

    @Test func `every form that changes something sends the token`() throws {
        for (name, source) in EmbeddedTemplates.sources {
            for form in source.components(separatedBy: "method=\"post\"").dropFirst() {
                let start = form.prefix(220)
                #expect(start.contains("{{>csrf}}"), "\(name): a form without {{>csrf}}")
            }
        }
    }

    /// The policy has no 'unsafe-inline', so these would do nothing.
    @Test func `nothing is inline`() {
        for (name, source) in EmbeddedTemplates.sources {
            #expect(!source.contains("style="), "\(name)")
            #expect(!source.contains("javascript:"), "\(name)")
            #expect(!source.contains("<style"), "\(name)")
            #expect(source.components(separatedBy: "<script").count <= (name == "layout" ? 2 : 1), "\(name)")
            #expect(source.firstRange(of: /\son[a-z]+=/) == nil, "\(name)")
        }
    }

    @Test(arguments: ["{{{name}}}", "{{&name}}", "{{%CONTENT_TYPE: TEXT}}", "{{=<% %>=}}"])
    func `what would not escape is no template`(_ source: String) {
        #expect(throws: TemplateError.self) { try TemplateLibrary(["x": source]) }
    }

    // MARK: Helpers

    static let resources = #filePath.components(separatedBy: "/Tests/")[0] + "/Sources/WebPages/Resources"

    /// The first parts of all names in tags, or all parts.
    private static func names(split: Bool = false) throws -> Set<String> {
        var names: Set<String> = []
        for source in EmbeddedTemplates.sources.values {
            for match in source.matches(of: /\{\{([#^]?)(?:empty\()?([A-Za-z0-9.]+)\)?\}\}/) {
                let parts = match.output.2.split(separator: ".")
                if parts.isEmpty { names.insert(".") }
                if split {
                    names.formUnion(parts.map(String.init))
                } else if let first = parts.first {
                    names.insert(String(first))
                }
            }
        }
        return names
    }

    private static func collect(_ value: Any, into names: inout Set<String>) {
        if let node = value as? TemplateNode {
            names.formUnion(node.members.keys)
            for member in node.members.values { collect(member, into: &names) }
        } else if let list = value as? [Any] {
            for element in list { collect(element, into: &names) }
        }
    }
}
