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
