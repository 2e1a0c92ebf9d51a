/// A list of tokens with what narrows and orders it.
package struct TokenTable: Sendable {
    /// The caption.
    package var basePath: String
    /// The search text.
    package var query: String
    /// Further filters.
    package var filters: [SelectField]
    /// A Boolean value that indicates whether anything narrows the list.
    package var isFiltered: Bool
    /// The number of tokens, in words.
    package var summary: String
    /// The heads.
    package var columns: [TableColumn]
    /// The tokens.
    package var rows: [TokenRow]
    /// The pages.
    package var pager: Pager

    package init(
        basePath: String, query: String = "", filters: [SelectField] = [], isFiltered: Bool = false, summary: String,
        columns: [TableColumn], rows: [TokenRow], pager: Pager
    ) {
        self.basePath = basePath
        self.query = query
        self.filters = filters
        self.isFiltered = isFiltered
        self.summary = summary
        self.columns = columns
        self.rows = rows
        self.pager = pager
    }
}
