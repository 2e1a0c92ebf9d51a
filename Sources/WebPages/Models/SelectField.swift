/// A choice in a form.
package struct SelectField: Sendable {
    /// The element's id.
    package var id: String
    /// The field's name in the form.
    package var name: String
    /// What it is.
    package var label: String
    /// What there is to choose from.
    package var choices: [Choice]
    /// What is wrong with what was chosen.
    package var error: String?

    package init(id: String, name: String, label: String, choices: [Choice], error: String? = nil) {
        self.id = id
        self.name = name
        self.label = label
        self.choices = choices
        self.error = error
    }
}
