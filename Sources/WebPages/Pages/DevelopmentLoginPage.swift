/// `/login` without a provider, for development.
package struct DevelopmentLoginPage: PageContent {
    package static let template = "devlogin"

    package var title: String { "Log in" }

    /// The fault of the input.
    package var problem: String?
    /// The page to show afterwards.
    package var next: String
    /// Account and groups.
    package var fields: [TextField]

    package init(problem: String? = nil, next: String, fields: [TextField]) {
        self.problem = problem
        self.next = next
        self.fields = fields
    }
}
