import Database
import WebhookServices

/// The answer to the sender of an accepted webhook.
enum Acceptance: Sendable {
    /// There is a message: `{"message_id": …, "topic": …}`. The topic is the routing key, with its prefix. `isRepeated`:
    /// the message was published before, for the same delivery.
    case published(messageID: String, topic: String, event: String, isRepeated: Bool)
    /// It was kept from the bus on purpose: `{"published": false, "reason": …}`.
    case withheld(Withheld, event: String, repository: String? = nil)

    /// It can't be published, and sending it again would not help: likewise.
    case notPublished(reason: String, event: String)

    /// The body of the 202. All values are plain ASCII without quotes or backslashes by construction.
    var json: [UInt8] {
        switch self {
        case .published(let messageID, let topic, _, _):
            Self.bytes("{\"message_id\": \"", messageID, "\", \"topic\": \"", topic, "\"}\n")
        case .withheld(let reason, _, _):
            Self.bytes("{\"published\": false, \"reason\": \"", reason.code, "\"}\n")
        case .notPublished(let reason, _):
            Self.bytes("{\"published\": false, \"reason\": \"", reason, "\"}\n")
        }
    }

    private static func bytes(_ parts: String...) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(parts.reduce(0) { $0 + $1.utf8.count })
        for var part in parts { part.withUTF8 { bytes.append(contentsOf: $0) } }
        return bytes
    }

    /// Returns the record for the token's owner.
    ///
    /// - Parameters:
    ///   - size: Bytes of the body.
    ///   - isBare: Whether it came without the token's id.
    func record(size: Int?, isBare: Bool = false, at time: UnixTime = .now()) -> DeliveryRecord {
        switch self {
        case .published(let messageID, let topic, let event, let isRepeated):
            DeliveryRecord(
                at: time, outcome: isRepeated ? .repeated : .published, status: 202, event: event, topic: topic,
                messageID: messageID, size: size, reason: isRepeated ? "repeated" : nil, isBare: isBare)
        case .withheld(let reason, let event, let repository):
            DeliveryRecord(
                at: time, outcome: .withheld, status: 202, event: event, size: size, reason: reason.code,
                repository: repository, isBare: isBare)
        case .notPublished(let reason, let event):
            DeliveryRecord(
                at: time, outcome: .withheld, status: 202, event: event, size: size, reason: reason, isBare: isBare)
        }
    }
}
