/// connection.blocked: the broker reads no more publishes until it says so (RabbitMQ's extension).
struct ConnectionBlocked: AMQPMethod {
    static let id = MethodID(10, 60)

    var reason: String

    init(reason: String) {
        self.reason = reason
    }

    init(from reader: inout WireReader) throws(CodecError) {
        reason = try reader.shortString()
    }

    func encode(into output: inout OutputBuffer) throws(MessageEncodingError) {
        try output.append(shortString: reason)
    }
}

/// connection.unblocked: the broker reads again.
struct ConnectionUnblocked: EmptyMethod {
    static let id = MethodID(10, 61)
}
