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
