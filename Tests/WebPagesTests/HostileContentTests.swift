import Testing

@testable import Gateway
@testable import WebPages

/// Every text of every page, replaced by what would break out of each place that text can stand in.
struct HostileContentTests {
    /// Ends an attribute, with and without a combining mark; ends elements; opens a tag; is a Mustache tag itself.
    private static let attack =
        "\"'\u{301}\"\u{301} onfocus=alert(1) x=</title></textarea></script><img src=x>{{csrf}}`"

    @Test func `nothing gets out of its place`() throws {
        let renderer = try PageRenderer()
        let library = try TemplateLibrary(EmbeddedTemplates.sources)
        for sample in Sample.all {
            let root = renderer.root(sample.content, in: sample.frame)
            let calm = Self.replacing(root, by: "calm")
            let hostile = Self.replacing(root, by: Self.attack)
            let template = type(of: sample.content).template
            let expected = try #require(library.render(calm, template: template))
            let html = try #require(library.render(hostile, template: template))
            // The same tags with the same attributes' names, in the same order: nothing was added by the content.
            #expect(Self.skeleton(html) == Self.skeleton(expected), "\(sample.name)")
            #expect(!html.contains("<img src=x"))
        }
    }

    private static func replacing(_ node: TemplateNode, by text: String) -> TemplateNode {
        TemplateNode(members: node.members.mapValues { replacing($0, by: text) })
    }

    private static func replacing(_ value: Any, by text: String) -> Any {
        switch value {
        case is String: text
        case let node as TemplateNode: replacing(node, by: text)
        case let list as [Any]: list.map { replacing($0, by: text) }
        default: value
        }
    }

    /// Tags and attributes' names, read by bytes as browsers do.
    private static func skeleton(_ html: String) -> [String] {
        var tags: [String] = []
        var bytes = Array(html.utf8)[...]
        while let start = bytes.firstIndex(of: UInt8(ascii: "<")) {
            var tag: [UInt8] = []
            var quote: UInt8?
            var index = start + 1
            while index < bytes.endIndex {
                let byte = bytes[index]
                if let open = quote {
                    if byte == open { quote = nil }
                } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                    quote = byte
                } else if byte == UInt8(ascii: ">") {
                    break
                } else {
                    tag.append(byte)
                }
                index += 1
            }
            tags.append(String(decoding: tag, as: UTF8.self))
            bytes = bytes[min(index + 1, bytes.endIndex)...]
        }
        return tags
    }
}
