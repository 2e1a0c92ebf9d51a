/// `/`, for someone who is logged in: how their tokens stand.
package struct HomePage: PageContent {
    package static let template = "home"

    package var title: String { "Overview" }

    /// The name of the person.
    package var name: String
    /// The state of the tokens, in a sentence.
    package var summary: String
    /// A Boolean value that indicates whether there are any tokens.
    package var hasTokens: Bool
    /// The state of the tokens, in numbers.
    package var figures: [Figure]
    /// Tokens that want to be looked at.
    package var attention: [AttentionRow]
    /// Tokens that deliveries came for lately.
    package var recent: [TokenRow]

    package init(
        name: String, summary: String, hasTokens: Bool, figures: [Figure] = [], attention: [AttentionRow] = [],
        recent: [TokenRow] = []
    ) {
        self.name = name
        self.summary = summary
        self.hasTokens = hasTokens
        self.figures = figures
        self.attention = attention
        self.recent = recent
    }
}
