/// connection.close: either side ends the connection and says why (section 1.4.2.9).
struct ConnectionClose: AMQPMethod {
    static let id = MethodID(10, 50)

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

/// connection.close-ok (section 1.4.2.10).
struct ConnectionCloseOK: EmptyMethod {
    static let id = MethodID(10, 51)
}
