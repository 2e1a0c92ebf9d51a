/// `/login` without a provider, for development.
package struct DevelopmentLoginPage: PageContent {
    package static let template = "devlogin"

    package var title: String { "Log in" }

    /// What is wrong with what was entered.
    package var problem: String?
    /// Where to go then.
    package var next: String
    /// Account and groups.
    package var fields: [TextField]

    package init(problem: String? = nil, next: String, fields: [TextField]) {
        self.problem = problem
        self.next = next
        self.fields = fields
    }
}
