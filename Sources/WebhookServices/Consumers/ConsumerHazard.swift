/// A fault of the published Python class of a message with the payload at hand, beyond its long text.
///
/// The class is that of `webhook-to-fedora-messaging-messages` 1.5.0, and its headers are those that the server makes.
/// `str()` is not asked: it fails on more, and hardly anybody calls it.
public enum ConsumerHazard: Sendable, Hashable {
    /// `summary` raises for want of the member. It is asked for the people that a message names: one that names nobody
    /// goes by unnoticed.
    case summary(member: String)
    /// `agent_name` or `usernames` raises, or returns what is no name, for want of the member or because of its shape.
    case names(member: String)
    /// The same, for a name that is there and that nobody could index.
    case unusableName(member: String)
    /// `validate` fails because of the member.
    case schema(member: String)
}

/// The messages that may go out although the published classes cannot digest them: `messages.own_classes`.
public enum OwnClasses: String, Sendable, Hashable, CaseIterable {
    /// The published ones alone: a message that they cannot digest names nobody, or is withheld.
    case never
    /// Those of `webhook2fedmsg-messages` where they are needed.
    case needed
}

extension WebhookService {
    /// For services whose class, ours, digests everything.
    public func fit(_ event: inout WebhookEvent, to document: JSONDocument) {}

    /// For services whose class digests everything.
    public var robustSchema: MessageSchema? { nil }

    /// Chooses the class of a message that is to be published, and has the event name nobody where that is what the
    /// class needs.
    public func settleSchema(of event: inout WebhookEvent, ownClasses: OwnClasses) -> MessageSchema {
        guard event.consumerHazard != nil else { return schema }
        if ownClasses == .needed, let robustSchema { return robustSchema }
        event.nameNobody()
        return schema
    }
}
