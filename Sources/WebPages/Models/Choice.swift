/// One of several.
package struct Choice: Sendable {
    /// The value that the form sends.
    package var value: String
    /// The text that people read.
    package var label: String
    /// A Boolean value that indicates whether it is chosen.
    package var isSelected: Bool

    package init(value: String, label: String, isSelected: Bool = false) {
        self.value = value
        self.label = label
        self.isSelected = isSelected
    }
}
