/// `/admin/people`.
package struct AdminPeoplePage: PageContent {
    package static let template = "adminpeople"

    package var title: String { "People" }

    /// The administration's pages.
    package var tabs: [PageLink]
    /// The number of people, in words.
    package var summary: String
    /// The search text.
    package var query: String
    /// The people.
    package var people: [PersonRow]
    /// The pages.
    package var pager: Pager?

    package init(tabs: [PageLink], summary: String, query: String, people: [PersonRow], pager: Pager? = nil) {
        self.tabs = tabs
        self.summary = summary
        self.query = query
        self.people = people
        self.pager = pager
    }
}
