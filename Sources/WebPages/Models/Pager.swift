/// The pages of a list.
package struct Pager: Sendable {
    /// The part of a long list that is shown.
    package var summary: String
    /// A Boolean value that indicates whether there is more than one page.
    package var isNeeded: Bool
    /// The page before.
    package var previous: String?
    /// The page after.
    package var next: String?
    /// Links to pages; one without address stands for those left out.
    package var pages: [Entry]

    package init(summary: String, isNeeded: Bool, previous: String? = nil, next: String? = nil, pages: [Entry] = []) {
        self.summary = summary
        self.isNeeded = isNeeded
        self.previous = previous
        self.next = next
        self.pages = pages
    }

    /// A page's number.
    package struct Entry: Sendable {
        /// The number.
        package var label: String
        /// The address of the page.
        package var url: String?
        /// A Boolean value that indicates whether it is the one that is shown.
        package var isCurrent: Bool

        package init(label: String, url: String?, isCurrent: Bool) {
            self.label = label
            self.url = url
            self.isCurrent = isCurrent
        }
    }
}
