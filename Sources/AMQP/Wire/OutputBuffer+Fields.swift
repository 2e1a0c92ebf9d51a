extension OutputBuffer {
    /// Section 4.2.5.3: a length octet and at most 255 bytes.
    mutating func append(shortString text: String) throws(MessageEncodingError) {
        let count = text.utf8.count
        guard count <= 255 else { throw .shortStringTooLong(bytes: count) }
        append(UInt8(count))
        append(text)
    }

    /// Section 4.2.5.3: a 32-bit length and the bytes.
    mutating func append(longString text: String) {
        append(integer: UInt32(clamping: text.utf8.count))
        append(text)
    }

    /// Section 4.2.5.3: a 32-bit length and the bytes.
    mutating func append(longString content: [UInt8]) {
        append(integer: UInt32(clamping: content.count))
        append(content)
    }

    /// Section 4.2.5.5.
    mutating func append(table: FieldTable) throws(MessageEncodingError) {
        let mark = bytes.count
        append(integer: UInt32(0))
        for entry in table.entries {
            try append(shortString: entry.name)
            try append(value: entry.value)
        }
        overwrite(at: mark, with: UInt32(clamping: bytes.count - mark - 4))
    }

    /// The octet that tells the type, and the value.
    mutating func append(value: FieldValue) throws(MessageEncodingError) {
        switch value {
        case .longString(let text):
            append(UInt8(ascii: "S"))
            append(longString: text)
        case .bytes(let content):
            append(UInt8(ascii: "x"))
            append(longString: content)
        case .table(let table):
            append(UInt8(ascii: "F"))
            try append(table: table)
        case .array(let values):
            append(UInt8(ascii: "A"))
            let mark = bytes.count
            append(integer: UInt32(0))
            for value in values { try append(value: value) }
            overwrite(at: mark, with: UInt32(clamping: bytes.count - mark - 4))
        case .bool(let value):
            append(UInt8(ascii: "t"))
            append(value ? 1 : 0)
        case .void:
            append(UInt8(ascii: "V"))
        default:
            append(number: value)
        }
    }

    private mutating func append(number value: FieldValue) {
        switch value {
        case .int8(let value): append("b", value)
        case .uint8(let value): append("B", value)
        case .int16(let value): append("s", value)
        case .uint16(let value): append("u", value)
        case .int32(let value): append("I", value)
        case .uint32(let value): append("i", value)
        case .int64(let value): append("l", value)
        case .timestamp(let value): append("T", value)
        case .float(let value): append("f", value.bitPattern)
        case .double(let value): append("d", value.bitPattern)
        case .decimal(let scale, let value):
            append("D", scale)
            append(integer: value)
        case .bool, .longString, .bytes, .array, .table, .void:
            preconditionFailure("append(value:) writes these itself")
        }
    }

    private mutating func append<T: FixedWidthInteger>(_ type: Unicode.Scalar, _ value: T) {
        append(UInt8(ascii: type))
        append(integer: value)
    }
}
