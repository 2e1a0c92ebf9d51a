/// `/account`.
package struct OwnAccountPage: PageContent {
    package static let template = "account"

    package var title: String { "Your account" }

    /// The account's name.
    package var account: String
    /// The name of the person.
    package var displayName: String?
    /// A Boolean value that indicates whether the person is an administrator.
    package var isAdmin: Bool
    /// The groups.
    package var groups: [String]
    /// Facts about the account.
    package var groupsNote: String
    /// The sessions.
    package var sessions: [SessionRow]

    package init(
        account: String, displayName: String? = nil, isAdmin: Bool, groups: [String], groupsNote: String,
        sessions: [SessionRow]
    ) {
        self.account = account
        self.displayName = displayName
        self.isAdmin = isAdmin
        self.groups = groups
        self.groupsNote = groupsNote
        self.sessions = sessions
    }
}
