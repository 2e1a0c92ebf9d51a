/// A value with its name.
package struct LabelledValue: Sendable {
    /// Its name.
    package var label: String
    /// The value.
    package var value: String

    package init(label: String, value: String) {
        self.label = label
        self.value = value
    }
}
