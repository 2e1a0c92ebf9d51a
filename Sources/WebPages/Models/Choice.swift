/// One of several.
package struct Choice: Sendable {
    /// What the form sends.
    package var value: String
    /// What people read.
    package var label: String
    /// Whether it is chosen.
    package var isSelected: Bool

    package init(value: String, label: String, isSelected: Bool = false) {
        self.value = value
        self.label = label
        self.isSelected = isSelected
    }
}
