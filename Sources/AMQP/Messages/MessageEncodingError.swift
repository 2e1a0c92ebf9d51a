/// The reason why a message or a method cannot be put into frames. Sending it again would not help.
public enum MessageEncodingError: Error, Hashable, CustomStringConvertible {
    /// A short string (exchange, routing key, a property, a header's name) of more than 255 bytes.
    case shortStringTooLong(bytes: Int)
    /// Properties and headers that do not fit one frame: a content header cannot be split (AMQP 0-9-1 section 2.3.5.2).
    case headerTooLarge(bytes: Int, limit: Int)

    /// The fault, without the message's content.
    public var description: String {
        switch self {
        case .shortStringTooLong(let bytes):
            "a short string of \(bytes) bytes (exchange, routing key, property or header name) is over 255 bytes"
        case .headerTooLarge(let bytes, let limit):
            "properties and headers take \(bytes) bytes, more than the \(limit) of a frame"
        }
    }
}
