/// `/account`.
package struct OwnAccountPage: PageContent {
    package static let template = "account"

    package var title: String { "Your account" }

    /// The account's name.
    package var account: String
    /// What the person is called.
    package var displayName: String?
    /// Whether the person is an administrator.
    package var isAdmin: Bool
    /// The groups.
    package var groups: [String]
    /// What to know about them.
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
