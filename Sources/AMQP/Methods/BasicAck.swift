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
