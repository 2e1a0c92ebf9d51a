/// `/admin/tokens`.
package struct AdminTokensPage: PageContent {
    package static let template = "admintokens"

    package var title: String { "All tokens" }

    /// The administration's pages.
    package var tabs: [PageLink]
    /// The list.
    package var table: TokenTable

    package init(tabs: [PageLink], table: TokenTable) {
        self.tabs = tabs
        self.table = table
    }
}
