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
