extension DiscourseService {
    /// `webhook2fedmsg.discourse.message_v1`.
    public var robustSchema: MessageSchema? { MessageSchema(own: name) }

    /// Takes names that nobody could index out of the payload, for `DiscourseMessageV1` computes its names from there,
    /// and tells what that class cannot do with the rest.
    public func fit(_ event: inout WebhookEvent, to document: JSONDocument) {
        let published = DiscourseMessageClass(event: event, document: document)
        event.consumerHazard = published.hazard
        let unusable = published.unusableNames
        guard !unusable.isEmpty else { return }
        event.payload = PayloadRedaction(removing: unusable).pieces(of: Array(event.payload.joined())[...])
    }
}

/// The members of a payload that `DiscourseMessageV1` reads.
private struct DiscourseMessageClass {
    /// The names that it takes from each type of event.
    private static let names: [(path: StaticString, member: String)] = [
        ("post.username", "post.username"), ("topic.created_by.username", "topic.created_by.username"),
        ("like.user.username", "like.user.username"), ("like.post.username", "like.post.username"),
        ("solved.username", "solved.username"),
    ]
    /// The events of posts and topics that have an agent, without their type.
    private static let acts: Set = ["created", "edited", "destroyed", "recovered"]

    private let document: JSONDocument
    /// As consumers see them: the header's values that go out.
    private let type: String
    private let event: String

    init(event: WebhookEvent, document: JSONDocument) {
        self.document = document
        type = Self.header("X-Discourse-Event-Type", of: event)
        self.event = Self.header("X-Discourse-Event", of: event)
    }

    private static func header(_ name: String, of event: WebhookEvent) -> String {
        event.headers.first { $0.name == name }?.value ?? ""
    }

    /// The names that are there, not null and no names: of all types, for the header's type is not signed.
    var unusableNames: [String] {
        Self.names.compactMap { path, member in
            switch document.value(path) {
            case nil, .null: nil
            case .string(let name) where IndexedName.isUsable(name): nil
            default: member
            }
        }
    }

    var hazard: ConsumerHazard? {
        switch type {
        case "post": hazard(ofObjects: ["post"], isActing: isActing)
        case "topic": hazard(ofObjects: ["topic", "topic.created_by"], isActing: isActing)
        case "like":
            // The person who likes is read by `summary`, whatever the event; the author by `usernames`.
            hazard(ofObjects: ["like", "like.user", "like.post"], isActing: true) ?? author("like.post.username")
        case "solved": hazard(ofObjects: ["solved"], isActing: true) ?? author("solved.username")
        default:
            // Of any other event `summary` reads names too, but shows none.
            if let value = document.member(type), value != .object { .summary(member: type) } else { nil }
        }
    }

    private var isActing: Bool {
        event.hasPrefix(type + "_") && Self.acts.contains(String(event.dropFirst(type.utf8.count + 1)))
    }

    /// A value that has to be an object: the class takes members of it.
    private func hazard(ofObjects paths: [StaticString], isActing: Bool) -> ConsumerHazard? {
        for path in paths where document.contains(path) && !document.isObject(path) {
            return isActing ? .names(member: "\(path)") : .summary(member: "\(path)")
        }
        return nil
    }

    /// A member without which the class names a user `None`.
    private func author(_ path: StaticString) -> ConsumerHazard? {
        switch document.value(path) {
        case .string(let name) where IndexedName.isUsable(name): nil
        case nil, .null: .names(member: "\(path)")
        default: .unusableName(member: "\(path)")
        }
    }

}
