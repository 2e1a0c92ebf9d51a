/// A page of a list of tokens.
public struct TokenPage: Sendable {
    /// The tokens on it.
    public let tokens: [TokenView]
    /// All tokens that match, on all pages.
    public let total: Int
    /// The page, from 1; the last one if a later one was asked for.
    public let page: Int
    /// All pages, 1 at least.
    public let pages: Int
    /// Tokens on the page that the database holds nothing sensible of: they are not among those on it.
    public let unreadable: Int
    /// What the history has of the token that was looked for by its messages' tag, where the token itself is gone.
    public let goneHistory: [HistoryEntry]

    /// A page.
    public init(
        tokens: [TokenView], total: Int, page: Int, pages: Int, unreadable: Int = 0, goneHistory: [HistoryEntry] = []
    ) {
        self.unreadable = unreadable
        self.goneHistory = goneHistory
        self.tokens = tokens
        self.total = total
        self.page = page
        self.pages = pages
    }
}
