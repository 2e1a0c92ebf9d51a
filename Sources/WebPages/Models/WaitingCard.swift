/// Watches for a token's first delivery.
package struct WaitingCard: Sendable {
    /// Answers in JSON what came.
    package var statusURL: String
    /// How many deliveries there were when the page was made.
    package var since: Int
    /// The token's page.
    package var tokenURL: String
    /// What people call the service.
    package var serviceTitle: String

    package init(statusURL: String, since: Int, tokenURL: String, serviceTitle: String) {
        self.statusURL = statusURL
        self.since = since
        self.tokenURL = tokenURL
        self.serviceTitle = serviceTitle
    }
}
