/// A choice in a form.
package struct SelectField: Sendable {
    /// The element's id.
    package var id: String
    /// The field's name in the form.
    package var name: String
    package var label: String
    /// The choices.
    package var choices: [Choice]
    package var error: String?

    package init(id: String, name: String, label: String, choices: [Choice], error: String? = nil) {
        self.id = id
        self.name = name
        self.label = label
        self.choices = choices
        self.error = error
    }
}
