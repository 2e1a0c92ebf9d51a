/// The value of a message's AMQP header, in the types that the Python library sends.
public enum MessageHeaderValue: Sendable, Hashable {
    /// A long string in UTF-8 (type `S`).
    case longString(String)
    /// A signed 32-bit integer (type `I`).
    case int32(Int32)
    /// A boolean (type `t`).
    case bool(Bool)
}
