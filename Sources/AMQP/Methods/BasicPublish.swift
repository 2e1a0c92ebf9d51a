/// basic.publish, neither mandatory nor immediate: a message without a queue is none of the publisher's business
/// (section 1.8.3.7).
struct BasicPublish: AMQPMethod {
    static let id = MethodID(60, 40)

    var exchange: String
    var routingKey: String

    init(exchange: String, routingKey: String) {
        self.exchange = exchange
        self.routingKey = routingKey
    }

    init(from reader: inout WireReader) throws(CodecError) {
        _ = try reader.integer(UInt16.self)
        exchange = try reader.shortString()
        routingKey = try reader.shortString()
        _ = try reader.integer(UInt8.self)
    }

    func encode(into output: inout OutputBuffer) throws(MessageEncodingError) {
        output.append(integer: UInt16(0))
        try output.append(shortString: exchange)
        try output.append(shortString: routingKey)
        output.append(0)
    }
}
