/// A content header: the size of the body that follows, and the message's properties (section 2.3.5.2).
struct ContentHeader: Sendable, Equatable {
    /// The class whose content this is: basic.
    static let classID: UInt16 = 60

    var bodySize: UInt64
    var properties: BasicProperties

    init(bodySize: UInt64, properties: BasicProperties) {
        self.bodySize = bodySize
        self.properties = properties
    }

    /// Reads the whole payload of a header frame.
    init(payload: ArraySlice<UInt8>) throws(CodecError) {
        var reader = WireReader(payload)
        bodySize = try Self.bodySize(from: &reader)
        properties = try BasicProperties(from: &reader)
        try reader.finish()
    }

    /// The body's size alone, for content that is dropped.
    static func bodySize(from reader: inout WireReader) throws(CodecError) -> UInt64 {
        guard try reader.integer(UInt16.self) == classID, try reader.integer(UInt16.self) == 0 else {
            throw .badContentHeader
        }
        return try reader.integer()
    }

    func encode(into output: inout OutputBuffer) throws(MessageEncodingError) {
        output.append(integer: Self.classID)
        output.append(integer: UInt16(0))
        output.append(integer: bodySize)
        try properties.encode(into: &output)
    }
}
