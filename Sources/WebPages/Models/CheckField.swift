/// A check box in a form.
package struct CheckField: Sendable {
    /// The element's id.
    package var id: String
    /// The field's name in the form.
    package var name: String
    package var label: String
    /// The value that the form sends if it is on.
    package var value: String
    /// A Boolean value that indicates whether it is on.
    package var isChecked: Bool
    /// A Boolean value that indicates whether it can only be seen.
    package var isLocked: Bool
    package var hint: String
    package var error: String?

    package init(
        id: String, name: String, label: String, value: String, isChecked: Bool, isLocked: Bool, hint: String,
        error: String? = nil
    ) {
        self.id = id
        self.name = name
        self.label = label
        self.value = value
        self.isChecked = isChecked
        self.isLocked = isLocked
        self.hint = hint
        self.error = error
    }
}
