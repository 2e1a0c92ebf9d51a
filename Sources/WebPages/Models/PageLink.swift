/// A link.
package struct PageLink: Sendable {
    /// Where to.
    package var url: String
    /// What people read.
    package var text: String
    /// Whether it is where one is.
    package var isCurrent: Bool
    /// Whether it is the way most people want.
    package var isPrimary: Bool

    package init(url: String, text: String, isCurrent: Bool = false, isPrimary: Bool = false) {
        self.url = url
        self.text = text
        self.isCurrent = isCurrent
        self.isPrimary = isPrimary
    }
}
