/// basic.publish, never immediate (section 1.8.3.7).
struct BasicPublish: AMQPMethod {
    static let id = MethodID(60, 40)

    var exchange: String
    var routingKey: String
    /// A Boolean value that indicates whether the broker is to return it if no queue takes it; it confirms it all the
    /// same.
    var mandatory = false

    init(exchange: String, routingKey: String, mandatory: Bool = false) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.mandatory = mandatory
    }

    init(from reader: inout WireReader) throws(CodecError) {
        _ = try reader.integer(UInt16.self)
        exchange = try reader.shortString()
        routingKey = try reader.shortString()
        mandatory = try reader.integer(UInt8.self) & 1 != 0
    }

    func encode(into output: inout OutputBuffer) throws(MessageEncodingError) {
        output.append(integer: UInt16(0))
        try output.append(shortString: exchange)
        try output.append(shortString: routingKey)
        output.append(mandatory ? 1 : 0)
    }
}
