import Mustache

/// A view model as templates see it: its stored properties by name, reflected once. (Mustache would reflect a value
/// anew for every name that it looks up in it.)
struct TemplateNode: MustacheParent {
    let members: [String: Any]

    func child(named name: String) -> Any? { members[name] }

    /// A value of a view model as a template sees it: text, a truth, a number, a list, or a node.
    ///
    /// An optional that is empty becomes ``Absent``, and not nothing: a name that a model has is never looked up in what
    /// is around it. An enumeration's case `info` becomes a node with `value` and `info`.
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
