/// exchange.declare, passive: asks whether an exchange is there, and changes nothing (section 1.6.2.1). RabbitMQ asks no
/// right for it.
struct ExchangeDeclare: AMQPMethod {
    static let id = MethodID(40, 10)

    var exchange: String

    init(passively exchange: String) {
        self.exchange = exchange
    }

    init(from reader: inout WireReader) throws(CodecError) {
        _ = try reader.integer(UInt16.self)
        exchange = try reader.shortString()
        _ = try reader.shortString()
        _ = try reader.integer(UInt8.self)
        _ = try reader.table()
    }

    func encode(into output: inout OutputBuffer) throws(MessageEncodingError) {
        output.append(integer: UInt16(0))
        try output.append(shortString: exchange)
        // The type is not looked at in a passive declaration.
        try output.append(shortString: "topic")
        output.append(1)
        try output.append(table: [:])
    }
}

/// exchange.declare-ok (section 1.6.2.2).
struct ExchangeDeclareOK: EmptyMethod {
    static let id = MethodID(40, 11)
}
