/// Who looks at the page.
package struct Viewer: Sendable {
    /// The account's name.
    package var name: String
    /// Whether the administration is shown.
    package var isAdmin: Bool

    package init(name: String, isAdmin: Bool = false) {
        self.name = name
        self.isAdmin = isAdmin
        initial = String(name.prefix(1))
    }

    /// What stands for the person in a small circle.
    private let initial: String
}
