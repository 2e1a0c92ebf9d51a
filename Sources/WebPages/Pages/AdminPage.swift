/// `/admin`.
package struct AdminPage: PageContent {
    package static let template = "admin"

    package var title: String { "Administration" }

    /// The administration's pages.
    package var tabs: [PageLink]
    /// The state of everything, in numbers.
    package var figures: [Figure]
    /// Tokens that sent too much lately.
    package var limited: [AttentionRow]
    /// The versions that run.
    package var versions: [LabelledValue]
    /// The latest changes.
    package var history: [HistoryRow]
    /// The address of older history.
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
