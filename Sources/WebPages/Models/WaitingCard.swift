/// Watches for a token's first delivery that is published.
package struct WaitingCard: Sendable {
    /// Answers in JSON what came.
    package var statusURL: String
    /// The number of deliveries when the page was made.
    package var since: Int
    /// The token's page.
    package var tokenURL: String
    /// The display name of the service.
    package var serviceTitle: String
    /// The last delivery so far; `nil` if there is none.
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
        /// The event of the delivery.
        package var text: String
        /// Advice, where it was not published.
        package var advice: String?

        package init(outcome: String, title: String, text: String, advice: String?) {
            self.outcome = outcome
            self.title = title
            self.text = text
            self.advice = advice
        }
    }
}
