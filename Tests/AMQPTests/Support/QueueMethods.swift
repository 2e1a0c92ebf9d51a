@testable import AMQP

// The few methods of a consumer that the tests need to see what arrived. Answers are decoded only as far as they are
// looked at.

/// queue.declare: an exclusive queue named by the broker; with a name, a question about that queue (passive).
struct QueueDeclare: AMQPMethod {
    static let id = MethodID(50, 10)
    var name = ""
    var arguments: FieldTable = [:]

    init(name: String = "", arguments: FieldTable = [:]) {
        self.name = name
        self.arguments = arguments
    }

    init(from reader: inout WireReader) throws(CodecError) {
        throw .truncated
    }

    func encode(into output: inout OutputBuffer) throws(MessageEncodingError) {
        output.append(integer: UInt16(0))
        try output.append(shortString: name)
        output.append(name.isEmpty ? 0b100 : 0b001)
        try output.append(table: arguments)
    }
}

/// queue.declare-ok
struct QueueDeclareOK: AMQPMethod {
    static let id = MethodID(50, 11)
    var name: String
    var messages: UInt32

    init(from reader: inout WireReader) throws(CodecError) {
        name = try reader.shortString()
        messages = try reader.integer()
        _ = try reader.integer(UInt32.self)
    }

    func encode(into output: inout OutputBuffer) throws(MessageEncodingError) {}
}

/// queue.bind to an exchange.
struct QueueBind: AMQPMethod {
    static let id = MethodID(50, 20)
    var queue: String
    var exchange: String
    var routingKey: String

    init(queue: String, exchange: String, routingKey: String) {
        self.queue = queue
        self.exchange = exchange
        self.routingKey = routingKey
    }

    init(from reader: inout WireReader) throws(CodecError) {
        throw .truncated
    }

    func encode(into output: inout OutputBuffer) throws(MessageEncodingError) {
        output.append(integer: UInt16(0))
        try output.append(shortString: queue)
        try output.append(shortString: exchange)
        try output.append(shortString: routingKey)
        output.append(0)
        try output.append(table: [:])
    }
}

/// queue.bind-ok
struct QueueBindOK: EmptyMethod {
    static let id = MethodID(50, 21)
}

/// basic.get without acknowledgement.
struct BasicGet: AMQPMethod {
    static let id = MethodID(60, 70)
    var queue: String

    init(queue: String) {
        self.queue = queue
    }

    init(from reader: inout WireReader) throws(CodecError) {
        throw .truncated
    }

    func encode(into output: inout OutputBuffer) throws(MessageEncodingError) {
        output.append(integer: UInt16(0))
        try output.append(shortString: queue)
        output.append(1)
    }
}

/// basic.get-ok; the content follows.
struct BasicGetOK: AMQPMethod {
    static let id = MethodID(60, 71)
    var exchange: String
    var routingKey: String

    init(from reader: inout WireReader) throws(CodecError) {
        _ = try reader.integer(UInt64.self)
        _ = try reader.bool()
        exchange = try reader.shortString()
        routingKey = try reader.shortString()
        _ = try reader.integer(UInt32.self)
    }

    func encode(into output: inout OutputBuffer) throws(MessageEncodingError) {}
}
