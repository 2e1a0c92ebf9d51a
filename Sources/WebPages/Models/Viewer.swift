/// The person who looks at the page.
package struct Viewer: Sendable {
    /// The account's name.
    package var name: String
    /// A Boolean value that indicates whether the administration is shown.
    package var isAdmin: Bool

    package init(name: String, isAdmin: Bool = false) {
        self.name = name
        self.isAdmin = isAdmin
        initial = String(name.prefix(1))
    }

    /// The initial in a small circle.
    private let initial: String
}
