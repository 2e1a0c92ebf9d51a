/// A line of text in a form.
struct TextField: Sendable {
    /// The element's id.
    var id: String
    /// The field's name in the form.
    var name: String
    var label: String
    var value: String
    var hint: String?
    var placeholder: String?
    /// The maximum number of characters.
    var maximum: Int?
    /// A Boolean value that indicates whether it may be empty.
    var isOptional: Bool
    /// A Boolean value that indicates whether it is language, for spell checkers.
    var isProse: Bool
    var type: Kind
    var error: String?
    /// A Boolean value that indicates whether the page opens with the focus on it. A field with an error has that
    /// anyway.
    var isFocused: Bool

    init(
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

    enum Kind: String, Sendable {
        case text, search
    }
}

/// A check box in a form.
struct CheckField: Sendable {
    /// The element's id.
    var id: String
    /// The field's name in the form.
    var name: String
    var label: String
    /// The value that the form sends if it is checked.
    var value: String
    /// A Boolean value that indicates whether it is on.
    var isChecked: Bool
    /// A Boolean value that indicates whether it can only be seen.
    var isLocked: Bool
    var hint: String
    var error: String?
}

/// A choice in a form.
struct SelectField: Sendable {
    /// The element's id.
    var id: String
    /// The field's name in the form.
    var name: String
    var label: String
    var choices: [Choice]
    var error: String?
}

/// One of the choices of a select field.
struct Choice: Sendable {
    /// The value that the form sends.
    var value: String
    /// The text that people read.
    var label: String
    /// A Boolean value that indicates whether it is chosen.
    var isSelected = false
}
