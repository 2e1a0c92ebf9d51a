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
        case .privateRepository: "it is about a repository that not everybody can see"
        case .unknownVisibility: "it does not prove that everybody can see what it is about"
        case .confidential: "it is confidential, or for members or administrators only"
        case .securityAlert: "it tells of a security problem"
        case .draftAdvisory: "it is about a security advisory that is not published"
        case .privateMessage: "it is addressed to certain people and not to the public"
        }
    }
}
