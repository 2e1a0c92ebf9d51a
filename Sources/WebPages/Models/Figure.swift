/// A number with its name, and where it leads.
package struct Figure: Sendable {
    /// The number.
    package var value: String
    /// Its name.
    package var label: String
    /// The target of the link.
    package var url: String

    package init(value: String, label: String, url: String) {
        self.value = value
        self.label = label
        self.url = url
    }
}
