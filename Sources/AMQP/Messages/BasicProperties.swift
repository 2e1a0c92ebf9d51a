/// A message's properties (AMQP 0-9-1 section 1.8.1). What is nil does not go over the wire.
///
/// All text here is a short string: at most 255 bytes of UTF-8.
public struct BasicProperties: Sendable, Hashable {
    /// MIME type, such as `application/json`.
    public var contentType: String?
    /// MIME content encoding; fedora-messaging takes it for the name of a character set.
    public var contentEncoding: String?
    /// Headers, in wire order.
    public var headers: FieldTable?
    /// 1: transient, 2: persistent.
    public var deliveryMode: UInt8?
    /// 0 to 9, or as far as the queue goes.
    public var priority: UInt8?
    /// For replies.
    public var correlationID: String?
    /// For replies.
    public var replyTo: String?
    /// Milliseconds to live, in decimal.
    public var expiration: String?
    /// The message's id.
    public var messageID: String?
    /// Seconds since 1970.
    public var timestamp: UInt64?
    /// The application's name for the kind of message.
    public var type: String?
    /// RabbitMQ refuses (406) any but the connection's own user.
    public var userID: String?
    /// The application's id.
    public var appID: String?
    /// Deprecated; read for completeness.
    public var clusterID: String?

    /// The properties that a publisher commonly sets; the others can be set afterwards.
    public init(
        contentType: String? = nil, contentEncoding: String? = nil, headers: FieldTable? = nil,
        deliveryMode: UInt8? = nil, priority: UInt8? = nil, messageID: String? = nil
    ) {
        self.contentType = contentType
        self.contentEncoding = contentEncoding
        self.headers = headers
        self.deliveryMode = deliveryMode
        self.priority = priority
        self.messageID = messageID
    }
}
