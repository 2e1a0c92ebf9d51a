/// `/admin`.
package struct AdminPage: PageContent {
    package static let template = "admin"

    package var title: String { "Administration" }

    /// The administration's pages.
    package var tabs: [PageLink]
    /// How everything stands, in numbers.
    package var figures: [Figure]
    /// Tokens that sent too much lately.
    package var limited: [AttentionRow]
    /// What runs.
    package var versions: [LabelledValue]
    /// What was done lately.
    package var history: [HistoryRow]
    /// Where older history is.
    package var olderHistory: String?

    package init(
        tabs: [PageLink], figures: [Figure], limited: [AttentionRow] = [], versions: [LabelledValue],
        history: [HistoryRow], olderHistory: String? = nil
    ) {
        self.tabs = tabs
        self.figures = figures
        self.limited = limited
        self.versions = versions
        self.history = history
        self.olderHistory = olderHistory
    }
}
