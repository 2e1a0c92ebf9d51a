/// The reason why a webhook should not reach the bus, which is public and archived for ever, unless the token's owner
/// allows it.
public enum PrivateContent: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    /// A repository or project that not everybody can see, or a fork of such a kind, has a part in it.
    case privateRepository = "private_repository"
    /// Nothing in it proves that everybody can see what it is about, or nobody knows such events.
    case unknownVisibility = "unknown_visibility"
    /// The service marks it as confidential, internal or secret, or shows it to members or administrators only.
    case confidential = "confidential"
    /// It tells of a weakness: an alert of a scanner, a leaked secret, a private report.
    case securityAlert = "security_alert"
    /// A security advisory that is not published yet.
    case draftAdvisory = "draft_advisory"
    /// It is addressed to certain people: a private message, a notification, what moderators are to look at.
    case privateMessage = "private_message"

    /// A stable word for programs, as in the answer's `reason`.
    public var code: String { rawValue }

    /// A description for people.
    public var description: String {
        switch self {
        case .privateRepository: "the repository is private"
        case .unknownVisibility: "it isn't known to be public"
        case .confidential: "it is confidential, or visible only to members or administrators"
        case .securityAlert: "it is a security alert"
        case .draftAdvisory: "the security advisory isn't published"
        case .privateMessage: "it is addressed to specific people"
        }
    }
}
