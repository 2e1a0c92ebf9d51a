/// A line of text in a form.
package struct TextField: Sendable {
    /// The element's id.
    package var id: String
    /// The field's name in the form.
    package var name: String
    package var label: String
    /// The content.
    package var value: String
    package var hint: String?
    /// An example.
    package var placeholder: String?
    /// The most characters.
    package var maximum: Int?
    /// A Boolean value that indicates whether it may be empty.
    package var isOptional: Bool
    /// A Boolean value that indicates whether it is language, for spell checkers.
    package var isProse: Bool
    /// The input's type.
    package var type: Kind
    package var error: String?
    /// A Boolean value that indicates whether the page opens with the focus on it. A field with an error has that
    /// anyway.
    package var isFocused: Bool

    package init(
        id: String, name: String, label: String, value: String = "", hint: String? = nil, placeholder: String? = nil,
        maximum: Int? = nil, isOptional: Bool = false, isProse: Bool = false, type: Kind = .text, error: String? = nil,
        isFocused: Bool = false
    ) {
        self.id = id
        self.name = name
        self.label = label
        self.value = value
        self.hint = hint
        self.placeholder = placeholder
        self.maximum = maximum
        self.isOptional = isOptional
        self.isProse = isProse
        self.type = type
        self.error = error
        self.isFocused = isFocused || error != nil
        let parts = [error == nil ? nil : "\(id)-error", hint == nil ? nil : "\(id)-hint"].compactMap { $0 }
        describedBy = parts.isEmpty ? nil : parts.joined(separator: " ")
    }

    /// The ids of the elements that describe it to a screen reader: the error, then the hint.
    private let describedBy: String?

    /// The input's type.
    package enum Kind: String, Sendable {
        case text, search
    }
}
