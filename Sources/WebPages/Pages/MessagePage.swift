/// A sentence and a way on: errors, a failed login, a goodbye.
package struct MessagePage: PageContent {
    package static let template = "message"

    /// The page's title.
    package var title: String
    /// The status, if it is an error.
    package var code: String?
    /// What happened.
    package var text: String
    /// What to do.
    package var advice: [String]
    /// Ways on.
    package var ways: [PageLink]
    /// The request, for whoever is asked for help.
    package var requestID: String?

    package init(
        title: String, code: String? = nil, text: String, advice: [String] = [], ways: [PageLink],
        requestID: String? = nil
    ) {
        self.title = title
        self.code = code
        self.text = text
        self.advice = advice
        self.ways = ways
        self.requestID = requestID
    }
}
