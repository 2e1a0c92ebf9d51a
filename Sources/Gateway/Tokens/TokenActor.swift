/// Who changes a token, for its history.
public struct TokenActor: Sendable, Hashable {
    /// The account's name; `nil` for the command line.
    public let account: String?
    /// Whether it is done by the right of an administrator, and not of an owner.
    public let byAdmin: Bool

    /// Whoever can run the program's commands.
    public static let commandLine = TokenActor(account: nil, byAdmin: false)

    /// A person.
    public init(account: String?, byAdmin: Bool) {
        self.account = account
        self.byAdmin = byAdmin
    }
}
