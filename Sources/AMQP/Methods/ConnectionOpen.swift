/// connection.open: the virtual host to work in (section 1.4.2.7).
struct ConnectionOpen: AMQPMethod {
    static let id = MethodID(10, 40)

    var virtualHost: String

    init(virtualHost: String) {
        self.virtualHost = virtualHost
    }

    init(from reader: inout WireReader) throws(CodecError) {
        virtualHost = try reader.shortString()
        _ = try reader.shortString()
        _ = try reader.bool()
    }

    func encode(into output: inout OutputBuffer) throws(MessageEncodingError) {
        try output.append(shortString: virtualHost)
        output.append(0)
        output.append(0)
    }
}

/// connection.open-ok: the virtual host is ours to use (section 1.4.2.8).
struct ConnectionOpenOK: SimpleMethod {
    static let id = MethodID(10, 41)

    init() {}

    init(from reader: inout WireReader) throws(CodecError) {
        _ = try reader.shortString()
    }

    func encodeFields(into output: inout OutputBuffer) {
        output.append(0)
    }
}
