import Encodings
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

    /// Returns a template filled in; `nil` if there is none of this name.
    func render(_ root: TemplateNode, template: String) -> String? {
        library.render(root, withTemplate: template)
    }

    private static let contentType = "STRICT"
    private static let pragma = "{{%CONTENT_TYPE:\(contentType)}}"
    /// Done once, before the first template is parsed.
    private static let registration: Void = MustacheContentTypes.register(StrictHTML(), named: contentType)

    /// Returns the template without the blanks before each line, empty lines and comments: Mustache would indent every
    /// line of a partial as deep as the partial's tag stands, and change values of several lines with it.
    private static func dense(_ source: String) -> String {
        source.split(separator: "\n").map { $0.drop { $0 == " " || $0 == "\t" } }
            .filter { !$0.isEmpty && !$0.hasPrefix("{{!") }.joined(separator: "\n")
    }
}

/// A template that cannot be used: an error in the program.
package struct TemplateError: Error, CustomStringConvertible {
    /// The template's name.
    package let template: String
    /// The fault.
    package let problem: String

    /// Both.
    package var description: String { "template \(template): \(problem)" }
}

/// A view model as templates see it: its stored properties by name, reflected once. (Mustache would reflect a value
/// anew for every name that it looks up in it.)
struct TemplateNode: MustacheParent {
    let members: [String: Any]

    func child(named name: String) -> Any? { members[name] }

    /// A value of a view model as a template sees it: text, a truth, a number, a list, or a node.
    ///
    /// An optional that is empty becomes ``Absent``, and not nothing: a name that a model has is never looked up in
    /// what is around it. An enumeration's case `info` becomes a node with `value` and `info`.
    static func value(of value: Any) -> Any {
        switch value {
        case let text as String: return text
        case let flag as Bool: return flag
        case let number as Int: return number
        default: break
        }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional:
            return mirror.children.first.map { Self.value(of: $0.value) } ?? Absent()
        case .collection:
            return mirror.children.map { Self.value(of: $0.value) }
        case .enum:
            let name = "\(value)"
            return TemplateNode(members: ["value": name, name: true])
        default:
            return TemplateNode(mirror)
        }
    }

    init(members: [String: Any]) {
        self.members = members
    }

    private init(_ mirror: Mirror) {
        var members: [String: Any] = [:]
        members.reserveCapacity(mirror.children.count)
        for case (let label?, let value) in mirror.children { members[label] = Self.value(of: value) }
        self.members = members
    }

    /// A missing value: no section is shown for it, and as text it is empty.
    struct Absent: MustacheCustomRenderable {
        var renderText: String { "" }
        var isNull: Bool { true }
    }
}

/// Escapes text for HTML by ``HTMLText``: Mustache's own escaping goes by characters as people see them, and lets a
/// quotation mark with a combining mark behind it pass.
struct StrictHTML: MustacheContentType {
    func escapeText(_ text: String) -> String { HTMLText.escaped(text) }
}
