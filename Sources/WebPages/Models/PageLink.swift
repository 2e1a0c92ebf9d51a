/// A link.
package struct PageLink: Sendable {
    /// The target.
    package var url: String
    /// The text.
    package var text: String
    /// A Boolean value that indicates whether it is where one is.
    package var isCurrent: Bool
    /// A Boolean value that indicates whether it is the way most people want.
    package var isPrimary: Bool

    package init(url: String, text: String, isCurrent: Bool = false, isPrimary: Bool = false) {
        self.url = url
        self.text = text
        self.isCurrent = isCurrent
        self.isPrimary = isPrimary
    }
}
