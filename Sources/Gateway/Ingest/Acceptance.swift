import WebhookServices

/// What the sender of an accepted webhook is told.
enum Acceptance: Sendable {
    /// There is a message: `{"message_id": …, "topic": …}`. The topic is the routing key, with its prefix. `isRepeated`:
    /// the message was published before, for the same delivery.
    case published(messageID: String, topic: String, isRepeated: Bool)
    /// It was kept from the bus on purpose: `{"published": false, "reason": …}`.
    case withheld(Withheld)

    /// The body of the 202. All values are plain ASCII without quotes or backslashes by construction.
    var json: [UInt8] {
        switch self {
        case .published(let messageID, let topic, _):
            Array("{\"message_id\": \"\(messageID)\", \"topic\": \"\(topic)\"}\n".utf8)
        case .withheld(let reason):
            Array("{\"published\": false, \"reason\": \"\(reason.code)\"}\n".utf8)
        }
    }
}
