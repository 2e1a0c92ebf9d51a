/// `/admin/tokens`.
package struct AdminTokensPage: PageContent {
    package static let template = "admintokens"

    package var title: String { "All tokens" }

    /// The administration's pages.
    package var tabs: [PageLink]
    /// The list.
    package var table: TokenTable
    /// The changes of the token that was looked for by its tag, where it was deleted.
    package var history: [HistoryRow]
    /// There is no page for older entries of one that was deleted.
    package let olderHistory: String? = nil

    package init(tabs: [PageLink], table: TokenTable, history: [HistoryRow] = []) {
        self.history = history
        self.tabs = tabs
        self.table = table
    }
}
