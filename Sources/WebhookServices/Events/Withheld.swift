/// The reason why an authentic webhook makes no message all the same. The answer is 202 `{"published": false, "reason":
/// <code>}`: services disable hooks that get anything else.
public enum Withheld: Sendable, Hashable, CustomStringConvertible {
    /// It is of a repository or organization that the token is not for.
    case outOfScope
    /// The token's filter does not allow events of that name.
    case filtered(name: String)
    /// It is private, and the token's owner did not allow that.
    case privateContent(PrivateContent)
    /// The payload lacks what the message's schema requires, or has something else there. The path of the member.
    case incomplete(member: String)
    /// The published class of its schema raises on it, and its consumers with that. The path of the member that does it.
    case unsafeForConsumers(member: String)

    /// A stable word for programs.
    public var code: String {
        switch self {
        case .outOfScope: "out_of_scope"
        case .filtered: "filtered"
        case .privateContent(let content): content.code
        case .incomplete: "incomplete"
        case .unsafeForConsumers: "unsafe_for_consumers"
        }
    }

    /// An explanation for people.
    public var description: String {
        switch self {
        case .outOfScope: "the token is for another repository or organization"
        case .filtered(let name): "\(name) is not in the token's events to publish"
        case .privateContent(let content): content.description
        case .incomplete(let member): "the payload has no usable \(member), which the message's schema requires"
        case .unsafeForConsumers(let member):
            "the payload has no usable \(member), and programs that read such messages would fail without it"
        }
    }
}

extension WebhookEvent {
    /// Returns the reason why the event is not to be published; `nil` if it is.
    ///
    /// - Parameters:
    ///   - filter: The token's; `nil` if it has none.
    ///   - allowsPrivateContent: Whether the token's owner wants private content published.
    ///   - ownClasses: Which classes the message may have.
    public func withheld(
        by filter: EventFilter?, allowsPrivateContent: Bool, ownClasses: OwnClasses = .never
    ) -> Withheld? {
        if let filter, !filter.allows(name) { return .filtered(name: name) }
        if let privateContent, !allowsPrivateContent { return .privateContent(privateContent) }
        if ownClasses == .needed, consumerHazard != nil { return nil }
        if let missingMember { return .incomplete(member: missingMember) }
        switch consumerHazard {
        case .names(let member): return .unsafeForConsumers(member: member)
        case .unusableName(let member), .schema(let member): return .incomplete(member: member)
        case .summary, nil: return nil
        }
    }
}

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
