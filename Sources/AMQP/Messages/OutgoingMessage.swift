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
