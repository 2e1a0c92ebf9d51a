/// A value to take along, with a copy button.
package struct CopyField: Sendable {
    /// The element's id.
    package var id: String
    package var label: String
    /// The value.
    package var value: String
    package var hint: String?
    /// A Boolean value that indicates whether it can be hidden from someone who looks on.
    package var isSecret: Bool

    package init(id: String, label: String, value: String, hint: String? = nil, isSecret: Bool = false) {
        self.id = id
        self.label = label
        self.value = value
        self.hint = hint
        self.isSecret = isSecret
    }
}
