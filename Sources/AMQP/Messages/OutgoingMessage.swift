/// A message to publish.
public struct OutgoingMessage: Sendable, Hashable {
    /// At most 255 bytes.
    public var exchange: String
    /// At most 255 bytes.
    public var routingKey: String
    /// Properties and headers; together they must fit one frame.
    public var properties: BasicProperties
    /// Any size; split over as many frames as it takes.
    public var body: [UInt8]

    /// A message to publish.
    public init(exchange: String, routingKey: String, properties: BasicProperties, body: [UInt8]) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.properties = properties
        self.body = body
    }
}

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

/// The outcome of a message given to ``AMQPPublisher/publish(_:until:)``.
///
/// Only ``confirmed`` means that the broker has it. After ``nacked``, ``refused(code:text:)``, ``topicRefused(text:)``,
/// ``tooLarge(limit:)``, ``invalid(_:)`` and ``windowFull`` it has not. After the others it may or may not: send it again
/// with the same message id. Also a message that is confirmed may be there twice, with the same id: the broker had it
/// already when it closed the channel because of another, and its confirm was lost with the channel.
public enum PublishOutcome: Sendable, Hashable {
    /// The broker has taken responsibility for the message.
    case confirmed
    /// The broker could not take it (a full queue that rejects, or an internal error). Trying later may help.
    case nacked
    /// The broker closed the channel because of a publish, and it was this one: the broker's words say so, or it was alone
    /// in flight. Where the exchange is gone (404) or not ours (403), that holds for every message.
    case refused(code: UInt16, text: String)
    /// The broker does not let us publish that topic; it was asked lately, and is not asked again for a while.
    case topicRefused(text: String)
    /// The broker takes no bodies of more bytes; likewise.
    case tooLarge(limit: Int)
    /// The broker closed the channel again and again, and for no publish.
    case channelClosed(code: UInt16, text: String)
    /// Not connected, blocked by the broker, suspect after a time-out, or the connection was lost while waiting.
    case unavailable(String)
    /// The window or the output buffer is full; nothing was sent.
    case windowFull
    /// No confirm in time.
    case timedOut
    /// The message cannot be put on the wire, now or ever; nothing was sent.
    case invalid(MessageEncodingError)
}
