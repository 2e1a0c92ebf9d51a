/// A list of tokens with what narrows and orders it.
package struct TokenTable: Sendable {
    /// What the list is below.
    package var basePath: String
    /// What is searched for.
    package var query: String
    /// Further filters.
    package var filters: [SelectField]
    /// Whether anything narrows the list.
    package var isFiltered: Bool
    /// How many there are, in words.
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
