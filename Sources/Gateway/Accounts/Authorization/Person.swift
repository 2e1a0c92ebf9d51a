import Database

/// Someone who is logged in, as far as rights go. Made by whoever keeps the sessions, anew for each request.
public struct Person: Sendable, Hashable {
    /// The Fedora account's name.
    public let account: String
    /// The groups of Fedora accounts that the account is a member of.
    public let groups: Set<String>
    /// A Boolean value that indicates whether one of them is a group of administrators.
    public let isAdmin: Bool
    /// Until when the login is recent enough for what only administrators may change; `nil` if it never was.
    public let adminFreshUntil: UnixTime?

    /// A person.
    public init(account: String, groups: Set<String> = [], isAdmin: Bool = false, adminFreshUntil: UnixTime? = nil) {
        self.account = account
        self.groups = groups
        self.isAdmin = isAdmin
        self.adminFreshUntil = adminFreshUntil
    }

    /// Returns a Boolean value that indicates whether the person may change what only administrators can: as one whose
    /// login is recent.
    public func mayAdminister(at now: UnixTime) -> Bool {
        isAdmin && adminFreshUntil.map { now < $0 } ?? false
    }
}
