/// The person who logged in, as the provider describes them. All of it is text of others.
public struct Identity: Sendable, Hashable {
    /// The provider's own name for the person, `sub`.
    public let subject: String
    /// The account's name, by the configured claim.
    public let account: String
    /// The display name.
    public let name: String?
    /// The groups.
    public let groups: [String]

    /// An identity.
    public init(subject: String, account: String, name: String?, groups: [String]) {
        self.subject = subject
        self.account = account
        self.name = name
        self.groups = groups
    }
}
