/// A value to take along, with a copy button.
package struct CopyField: Sendable {
    /// The element's id.
    package var id: String
    /// What it is.
    package var label: String
    /// The value.
    package var value: String
    /// What to know of it.
    package var hint: String?
    /// Whether it can be hidden from someone who looks on.
    package var isSecret: Bool

    package init(id: String, label: String, value: String, hint: String? = nil, isSecret: Bool = false) {
        self.id = id
        self.label = label
        self.value = value
        self.hint = hint
        self.isSecret = isSecret
    }
}
