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
