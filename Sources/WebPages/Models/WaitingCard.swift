/// Watches for a token's first delivery that is published.
package struct WaitingCard: Sendable {
    /// Answers in JSON what came.
    package var statusURL: String
    /// How many deliveries there were when the page was made.
    package var since: Int
    /// The token's page.
    package var tokenURL: String
    /// What people call the service.
    package var serviceTitle: String
    /// What came last, so far; `nil` if nothing did.
    package var last: Last?

    package init(statusURL: String, since: Int, tokenURL: String, serviceTitle: String, last: Last? = nil) {
        self.statusURL = statusURL
        self.since = since
        self.tokenURL = tokenURL
        self.serviceTitle = serviceTitle
        self.last = last
    }

    /// A delivery that came.
    package struct Last: Sendable {
        /// `published`, `withheld` or `refused`: the card's look.
        package var outcome: String
        /// The card's title.
        package var title: String
        /// What came.
        package var text: String
        /// What to do, where it was not published.
        package var advice: String?

        package init(outcome: String, title: String, text: String, advice: String?) {
            self.outcome = outcome
            self.title = title
            self.text = text
            self.advice = advice
        }
    }
}
