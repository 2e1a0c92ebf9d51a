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

/// basic.ack: the broker has the message, or all up to it (section 1.8.3.13, with publisher confirms).
struct BasicAck: SimpleMethod {
    static let id = MethodID(60, 80)

    var deliveryTag: UInt64
    var multiple: Bool

    init(deliveryTag: UInt64, multiple: Bool) {
        self.deliveryTag = deliveryTag
        self.multiple = multiple
    }

    init(from reader: inout WireReader) throws(CodecError) {
        deliveryTag = try reader.integer()
        multiple = try reader.integer(UInt8.self) & 1 != 0
    }

    func encodeFields(into output: inout OutputBuffer) {
        output.append(integer: deliveryTag)
        output.append(multiple ? 1 : 0)
    }
}

/// basic.nack: the broker could not take the message, or all up to it (RabbitMQ's extension).
struct BasicNack: SimpleMethod {
    static let id = MethodID(60, 120)

    var deliveryTag: UInt64
    var multiple: Bool

    init(deliveryTag: UInt64, multiple: Bool) {
        self.deliveryTag = deliveryTag
        self.multiple = multiple
    }

    init(from reader: inout WireReader) throws(CodecError) {
        deliveryTag = try reader.integer()
        // The second bit is `requeue`, which means nothing to a publisher.
        multiple = try reader.integer(UInt8.self) & 1 != 0
    }

    func encodeFields(into output: inout OutputBuffer) {
        output.append(integer: deliveryTag)
        output.append(multiple ? 1 : 0)
    }
}
