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

extension BasicProperties {
    /// The bit of each property in the flags, from the highest down; bit 0 would say that more flags follow, which the
    /// basic class never needs (section 4.2.6.1).
    private enum Flag {
        static let contentType: UInt16 = 1 << 15
        static let contentEncoding: UInt16 = 1 << 14
        static let headers: UInt16 = 1 << 13
        static let deliveryMode: UInt16 = 1 << 12
        static let priority: UInt16 = 1 << 11
        static let correlationID: UInt16 = 1 << 10
        static let replyTo: UInt16 = 1 << 9
        static let expiration: UInt16 = 1 << 8
        static let messageID: UInt16 = 1 << 7
        static let timestamp: UInt16 = 1 << 6
        static let type: UInt16 = 1 << 5
        static let userID: UInt16 = 1 << 4
        static let appID: UInt16 = 1 << 3
        static let clusterID: UInt16 = 1 << 2
        static let unknown: UInt16 = 0b11
    }

    /// Flags and values, as they follow the body size in a content header.
    func encode(into output: inout OutputBuffer) throws(MessageEncodingError) {
        output.append(integer: flags)
        if let contentType { try output.append(shortString: contentType) }
        if let contentEncoding { try output.append(shortString: contentEncoding) }
        if let headers { try output.append(table: headers) }
        if let deliveryMode { output.append(deliveryMode) }
        if let priority { output.append(priority) }
        if let correlationID { try output.append(shortString: correlationID) }
        if let replyTo { try output.append(shortString: replyTo) }
        if let expiration { try output.append(shortString: expiration) }
        if let messageID { try output.append(shortString: messageID) }
        if let timestamp { output.append(integer: timestamp) }
        if let type { try output.append(shortString: type) }
        if let userID { try output.append(shortString: userID) }
        if let appID { try output.append(shortString: appID) }
        if let clusterID { try output.append(shortString: clusterID) }
    }

    private var flags: UInt16 {
        var flags: UInt16 = 0
        if contentType != nil { flags |= Flag.contentType }
        if contentEncoding != nil { flags |= Flag.contentEncoding }
        if headers != nil { flags |= Flag.headers }
        if deliveryMode != nil { flags |= Flag.deliveryMode }
        if priority != nil { flags |= Flag.priority }
        if correlationID != nil { flags |= Flag.correlationID }
        if replyTo != nil { flags |= Flag.replyTo }
        if expiration != nil { flags |= Flag.expiration }
        if messageID != nil { flags |= Flag.messageID }
        if timestamp != nil { flags |= Flag.timestamp }
        if type != nil { flags |= Flag.type }
        if userID != nil { flags |= Flag.userID }
        if appID != nil { flags |= Flag.appID }
        if clusterID != nil { flags |= Flag.clusterID }
        return flags
    }

    /// Reads flags and values.
    init(from reader: inout WireReader) throws(CodecError) {
        self.init()
        let flags = try reader.integer(UInt16.self)
        guard flags & Flag.unknown == 0 else { throw .badContentHeader }
        if flags & Flag.contentType != 0 { contentType = try reader.shortString() }
        if flags & Flag.contentEncoding != 0 { contentEncoding = try reader.shortString() }
        if flags & Flag.headers != 0 { headers = try reader.table() }
        if flags & Flag.deliveryMode != 0 { deliveryMode = try reader.integer() }
        if flags & Flag.priority != 0 { priority = try reader.integer() }
        if flags & Flag.correlationID != 0 { correlationID = try reader.shortString() }
        if flags & Flag.replyTo != 0 { replyTo = try reader.shortString() }
        if flags & Flag.expiration != 0 { expiration = try reader.shortString() }
        if flags & Flag.messageID != 0 { messageID = try reader.shortString() }
        if flags & Flag.timestamp != 0 { timestamp = try reader.integer() }
        if flags & Flag.type != 0 { type = try reader.shortString() }
        if flags & Flag.userID != 0 { userID = try reader.shortString() }
        if flags & Flag.appID != 0 { appID = try reader.shortString() }
        if flags & Flag.clusterID != 0 { clusterID = try reader.shortString() }
    }
}
