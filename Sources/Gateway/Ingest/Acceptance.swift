/// What the sender of an accepted webhook is told: `{"message_id": …, "topic": …}`.
struct Acceptance: Sendable {
    /// The message's id, as consumers see it.
    let messageID: String
    /// The routing key: the topic with its prefix, as consumers see it.
    let topic: String

    /// The body of the 202. Both values are plain ASCII without quotes or backslashes by construction.
    var json: [UInt8] {
        Array("{\"message_id\": \"\(messageID)\", \"topic\": \"\(topic)\"}\n".utf8)
    }
}
