/// The typed content of one page: its stored properties are what its template may ask for.
package protocol PageContent: Sendable {
    /// The template's name.
    static var template: String { get }
    /// The page's title, for the window.
    var title: String { get }
}
