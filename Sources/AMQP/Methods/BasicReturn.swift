/// basic.return: a mandatory message that no queue took; its content follows, and its confirm (section 1.8.3.8).
struct BasicReturn: AMQPMethod {
    static let id = MethodID(60, 50)

    var code: UInt16
    var text: String
    var exchange: String
    var routingKey: String

    init(code: UInt16, text: String, exchange: String, routingKey: String) {
        self.code = code
        self.text = text
        self.exchange = exchange
        self.routingKey = routingKey
    }

    init(from reader: inout WireReader) throws(CodecError) {
        code = try reader.integer()
        text = try reader.shortString()
        exchange = try reader.shortString()
        routingKey = try reader.shortString()
    }

    func encode(into output: inout OutputBuffer) throws(MessageEncodingError) {
        output.append(integer: code)
        try output.append(shortString: text)
        try output.append(shortString: exchange)
        try output.append(shortString: routingKey)
    }
}
