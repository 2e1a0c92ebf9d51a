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

extension WireReader {
    /// A field table (section 4.2.5.5), its entries in the order in which they came.
    mutating func table(depth: Int = 0) throws(CodecError) -> FieldTable {
        guard depth < Self.maximumDepth else { throw .nestedTooDeep }
        var inner = WireReader(try longString())
        var table = FieldTable()
        while inner.remaining > 0 {
            let name = try inner.shortString()
            table.append(name, try inner.fieldValue(depth: depth + 1))
        }
        return table
    }

    /// A value with the octet before it that tells its type. RabbitMQ's table of types is followed, which the
    /// specification's contradicts in places; `U` and `L`, which only the specification has, are read too.
    mutating func fieldValue(depth: Int = 0) throws(CodecError) -> FieldValue {
        let type = try integer(UInt8.self)
        switch type {
        case UInt8(ascii: "t"): return .bool(try bool())
        case UInt8(ascii: "b"): return .int8(try integer())
        case UInt8(ascii: "B"): return .uint8(try integer())
        case UInt8(ascii: "s"), UInt8(ascii: "U"): return .int16(try integer())
        case UInt8(ascii: "u"): return .uint16(try integer())
        case UInt8(ascii: "I"): return .int32(try integer())
        case UInt8(ascii: "i"): return .uint32(try integer())
        case UInt8(ascii: "l"), UInt8(ascii: "L"): return .int64(try integer())
        case UInt8(ascii: "f"): return .float(Float(bitPattern: try integer()))
        case UInt8(ascii: "d"): return .double(Double(bitPattern: try integer()))
        case UInt8(ascii: "D"): return .decimal(scale: try integer(), value: try integer())
        case UInt8(ascii: "T"): return .timestamp(try integer())
        case UInt8(ascii: "S"): return Self.text(try longString())
        case UInt8(ascii: "x"): return .bytes(Array(try longString()))
        case UInt8(ascii: "A"): return .array(try fieldArray(depth: depth))
        case UInt8(ascii: "F"): return .table(try table(depth: depth))
        case UInt8(ascii: "V"): return .void
        default: throw .unknownFieldType(type)
        }
    }

    private mutating func fieldArray(depth: Int) throws(CodecError) -> [FieldValue] {
        guard depth < Self.maximumDepth else { throw .nestedTooDeep }
        var inner = WireReader(try longString())
        var values: [FieldValue] = []
        while inner.remaining > 0 { values.append(try inner.fieldValue(depth: depth + 1)) }
        return values
    }

    /// Long strings are usually, but not by the specification, UTF-8; those that are not stay bytes.
    private static func text(_ bytes: ArraySlice<UInt8>) -> FieldValue {
        String(validating: bytes, as: UTF8.self).map { .longString($0) } ?? .bytes(Array(bytes))
    }
}
