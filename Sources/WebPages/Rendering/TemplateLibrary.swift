import Mustache

/// The templates, parsed. Each escapes what it is given by ``StrictHTML``, and cannot say otherwise.
struct TemplateLibrary: Sendable {
    private let library: MustacheLibrary

    /// - Parameter sources: The templates' texts by their names.
    /// - Throws: ``TemplateError`` for a template that cannot be read, or that could leave something unescaped.
    init(_ sources: [String: String]) throws(TemplateError) {
        _ = Self.registration
        var library = MustacheLibrary()
        for (name, source) in sources {
            for tag in ["{{{", "{{&", "{{%", "{{="] where source.contains(tag) {
                throw TemplateError(template: name, problem: "\(tag) is not allowed")
            }
            do {
                library.register(try MustacheTemplate(string: Self.pragma + Self.dense(source)), named: name)
            } catch {
                throw TemplateError(template: name, problem: "\(error)")
            }
        }
        self.library = library
    }

    /// The text of a template filled in; `nil` if there is none of this name.
    func render(_ root: TemplateNode, template: String) -> String? {
        library.render(root, withTemplate: template)
    }

    private static let contentType = "STRICT"
    private static let pragma = "{{%CONTENT_TYPE:\(contentType)}}"
    /// Done once, before the first template is parsed.
    private static let registration: Void = MustacheContentTypes.register(StrictHTML(), named: contentType)

    /// Without the blanks before each line, empty lines and lines that are comments: Mustache would indent every line of
    /// a partial as deep as the partial's tag stands, and change values of several lines with it.
    private static func dense(_ source: String) -> String {
        source.split(separator: "\n").map { $0.drop { $0 == " " || $0 == "\t" } }
            .filter { !$0.isEmpty && !$0.hasPrefix("{{!") }.joined(separator: "\n")
    }
}

/// A template that cannot be used: a mistake in the program.
package struct TemplateError: Error, CustomStringConvertible {
    /// The template's name.
    package let template: String
    /// The fault.
    package let problem: String

    /// Both.
    package var description: String { "template \(template): \(problem)" }
}
