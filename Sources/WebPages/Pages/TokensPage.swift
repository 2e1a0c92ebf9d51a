/// `/tokens`, and the administration's list of all tokens.
package struct TokensPage: PageContent {
    package static let template = "tokens"

    package var title: String
    /// A Boolean value that indicates whether there is nothing to list, whatever is searched for.
    package var isEmpty: Bool
    /// The list.
    package var table: TokenTable

    package init(title: String, isEmpty: Bool, table: TokenTable) {
        self.title = title
        self.isEmpty = isEmpty
        self.table = table
    }
}
