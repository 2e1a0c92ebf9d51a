/// channel.open (section 1.5.2.1).
struct ChannelOpen: SimpleMethod {
    static let id = MethodID(20, 10)

    init() {}

    init(from reader: inout WireReader) throws(CodecError) {
        _ = try reader.shortString()
    }

    func encodeFields(into output: inout OutputBuffer) {
        output.append(0)
    }
}

/// channel.open-ok (section 1.5.2.2).
struct ChannelOpenOK: SimpleMethod {
    static let id = MethodID(20, 11)

    init() {}

    init(from reader: inout WireReader) throws(CodecError) {
        _ = try reader.longString()
    }

    func encodeFields(into output: inout OutputBuffer) {
        output.append(integer: UInt32(0))
    }
}

/// channel.flow: the broker asks for a pause in publishing, or ends it (section 1.5.2.3).
struct ChannelFlow: SimpleMethod {
    static let id = MethodID(20, 20)

    var active: Bool

    init(active: Bool) {
        self.active = active
    }

    init(from reader: inout WireReader) throws(CodecError) {
        active = try reader.bool()
    }

    func encodeFields(into output: inout OutputBuffer) {
        output.append(active ? 1 : 0)
    }
}

/// channel.flow-ok: the pause, or its end, is heeded from here on (section 1.5.2.4).
struct ChannelFlowOK: SimpleMethod {
    static let id = MethodID(20, 21)

    var active: Bool

    init(active: Bool) {
        self.active = active
    }

    init(from reader: inout WireReader) throws(CodecError) {
        active = try reader.bool()
    }

    func encodeFields(into output: inout OutputBuffer) {
        output.append(active ? 1 : 0)
    }
}

/// channel.close: either side ends the channel; from the broker, because something sent on it failed (section 1.5.2.5).
struct ChannelClose: AMQPMethod {
    static let id = MethodID(20, 40)

    var reason: CloseReason

    init(_ reason: CloseReason) {
        self.reason = reason
    }

    init(from reader: inout WireReader) throws(CodecError) {
        reason = try CloseReason(from: &reader)
    }

    func encode(into output: inout OutputBuffer) throws(MessageEncodingError) {
        try reason.encode(into: &output)
    }
}

/// channel.close-ok (section 1.5.2.6).
struct ChannelCloseOK: EmptyMethod {
    static let id = MethodID(20, 41)
}

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

/// confirm.select: from here on the broker confirms every publish of the channel (RabbitMQ's extension).
struct ConfirmSelect: SimpleMethod {
    static let id = MethodID(85, 10)

    init() {}

    init(from reader: inout WireReader) throws(CodecError) {
        _ = try reader.bool()
    }

    func encodeFields(into output: inout OutputBuffer) {
        output.append(0)
    }
}

/// confirm.select-ok
struct ConfirmSelectOK: EmptyMethod {
    static let id = MethodID(85, 11)
}

/// tx.select: from here on publishes of the channel wait for a commit or a rollback (section 1.9).
struct TxSelect: EmptyMethod {
    static let id = MethodID(90, 10)
}

/// tx.select-ok
struct TxSelectOK: EmptyMethod {
    static let id = MethodID(90, 11)
}

/// tx.rollback: what was published since is thrown away.
struct TxRollback: EmptyMethod {
    static let id = MethodID(90, 30)
}

/// tx.rollback-ok
struct TxRollbackOK: EmptyMethod {
    static let id = MethodID(90, 31)
}
