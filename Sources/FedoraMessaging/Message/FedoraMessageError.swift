/// The reason why a message can't be put on the bus.
public enum FedoraMessageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The routing key is longer than an AMQP short string can be (255 bytes).
    case routingKeyTooLong(bytes: Int)
    /// The message has no topic.
    case emptyTopic

    /// The fault, in words for a log.
    public var description: String {
        switch self {
        case .routingKeyTooLong(let bytes):
            "the routing key has \(bytes) bytes, and AMQP allows \(FedoraMessage.maximumShortString)"
        case .emptyTopic: "the message has no topic"
        }
    }
}
