import FedoraMessaging
import WebhookServices

/// The message that would come of a webhook, and what had to be made up for it.
public struct RenderedMessage: Sendable {
    /// The message.
    public let message: FedoraMessage
    /// The exchange that it would go to.
    public let exchange: String
    /// The routing key: prefix and topic.
    public let routingKey: String
    /// The AMQP priority, if it has one.
    public let priority: UInt8?
    /// Headers that the message needs, that were not given, and got plausible values.
    public let filled: [(name: String, value: String)]
    /// The reason why it would not be published unless the token's owner allows it; `nil` if it would.
    public let withheld: Withheld?
    /// A Boolean value that indicates whether the server takes the service's webhooks (`services.enabled`).
    public let isOffered: Bool
    let topicPrefix: String

    /// The line that a `file:` publisher would write, newline included.
    public var fileLine: [UInt8] { message.fileLine(topicPrefix: topicPrefix, priority: priority) }

    /// The message for people: where it goes, its AMQP headers, and its body as it is.
    public var text: [UInt8] {
        var lines = ["exchange: \(exchange)", "topic: \(routingKey)", "id: \(message.id)"]
        if let priority { lines.append("priority: \(priority)") }
        lines.append("headers:")
        for header in message.headers(priority: priority) {
            let value =
                switch header.value {
                case .longString(let text): text
                case .int32(let number): "\(number)"
                case .bool(let flag): "\(flag)"
                }
            lines.append("  \(header.name): \(value)")
        }
        lines.append("body:\n")
        return Array(lines.joined(separator: "\n").utf8) + message.body + [UInt8(ascii: "\n")]
    }
}
