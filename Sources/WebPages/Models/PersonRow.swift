/// A person in the administration.
package struct PersonRow: Sendable {
    /// The account's name.
    package var name: String
    /// The number of tokens that they own.
    package var tokens: String
    /// The list of these.
    package var tokensURL: String
    /// The number of their sessions.
    package var sessions: String
    /// When they last logged in.
    package var lastLogin: Moment?

    package init(name: String, tokens: String, tokensURL: String, sessions: String, lastLogin: Moment? = nil) {
        self.name = name
        self.tokens = tokens
        self.tokensURL = tokensURL
        self.sessions = sessions
        self.lastLogin = lastLogin
    }
}
