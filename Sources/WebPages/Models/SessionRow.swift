/// A session in a list.
package struct SessionRow: Sendable {
    /// Its id, for the form that ends it.
    package var id: String
    /// The browser, as it calls itself.
    package var browser: String
    /// When it began.
    package var started: Moment
    /// When it was last used.
    package var used: Moment
    /// When it ends.
    package var ends: Moment
    /// A Boolean value that indicates whether it is the one that shows the page.
    package var isThis: Bool

    package init(id: String, browser: String, started: Moment, used: Moment, ends: Moment, isThis: Bool) {
        self.id = id
        self.browser = browser
        self.started = started
        self.used = used
        self.ends = ends
        self.isThis = isThis
    }
}
