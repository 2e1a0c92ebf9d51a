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
