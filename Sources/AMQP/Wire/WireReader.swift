/// Reads the fields of one frame's payload, in order (AMQP 0-9-1 section 4.2). Every length is checked; nothing is read
/// beyond the payload.
struct WireReader: Sendable {
    /// The maximum depth of nested tables and arrays.
    static let maximumDepth = 16

    private var bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
    }

    /// Bytes not read yet.
    var remaining: Int { bytes.count }

    /// Throws unless all was read.
    func finish() throws(CodecError) {
        guard bytes.isEmpty else { throw .trailingBytes(bytes.count) }
    }

    /// The next `count` bytes.
    mutating func take(_ count: Int) throws(CodecError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.count else { throw .truncated }
        let split = bytes.startIndex + count
        let head = bytes[bytes.startIndex..<split]
        bytes = bytes[split...]
        return head
    }

    /// A big-endian integer of the type asked for.
    mutating func integer<T: FixedWidthInteger>(_ type: T.Type = T.self) throws(CodecError) -> T {
        let size = MemoryLayout<T>.size
        guard bytes.count >= size else { throw .truncated }
        var value: UInt64 = 0
        let start = bytes.startIndex
        for index in start..<start + size { value = value << 8 | UInt64(bytes[index]) }
        bytes = bytes[(start + size)...]
        return T(truncatingIfNeeded: value)
    }

    /// An octet that is zero or not.
    mutating func bool() throws(CodecError) -> Bool {
        try integer(UInt8.self) != 0
    }

    /// At most 255 bytes of text. RabbitMQ cuts its reply texts at 255 bytes wherever that falls, so what is not UTF-8
    /// is repaired, not refused.
    mutating func shortString() throws(CodecError) -> String {
        let count = try integer(UInt8.self)
        return String(decoding: try take(Int(count)), as: UTF8.self)
    }

    /// The bytes of a long string.
    mutating func longString() throws(CodecError) -> ArraySlice<UInt8> {
        let count = try integer(UInt32.self)
        return try take(Int(count))
    }
}
