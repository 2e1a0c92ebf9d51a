import Testing

@testable import AMQP

@Suite("Fields and tables")
struct FieldTests {
    static let everything: FieldTable = [
        "bool": .bool(true), "int8": .int8(-8), "uint8": .uint8(200), "int16": .int16(-16), "uint16": .uint16(60_000),
        "int32": .int32(-32), "uint32": .uint32(4_000_000_000), "int64": .int64(-64), "float": .float(1.5),
        "double": .double(-2.25), "decimal": .decimal(scale: 2, value: 314), "timestamp": .timestamp(1_700_000_000),
        "text": .longString("Zażółć ☃ 😀"), "bytes": .bytes([0, 255, 1]), "void": .void,
        "array": .array([.int32(1), .longString("two"), .array([])]), "table": .table(["inner": .bool(false)]),
    ]

    static func encoded(_ table: FieldTable) throws -> [UInt8] {
        var output = OutputBuffer()
        try output.append(table: table)
        return output.bytes
    }

    @Test
    func `every type survives a round trip, in order`() throws {
        var reader = WireReader(try Self.encoded(Self.everything)[...])
        let table = try reader.table()
        try reader.finish()
        #expect(table == Self.everything)
    }

    @Test
    func `the bytes are those of the specification`() throws {
        let bytes = try Self.encoded(["a": .int32(20), "b": .bool(true), "c": .longString("x")])
        #expect(
            bytes
                == [
                    0, 0, 0, 18, 1, 97, 73, 0, 0, 0, 20, 1, 98, 116, 1, 1, 99, 83, 0, 0, 0, 1, 120,
                ].replacingLength())
    }

    @Test(arguments: [UInt8(ascii: "U"), UInt8(ascii: "L")])
    func `types that only the specification has are read`(type: UInt8) throws {
        let value: [UInt8] =
            type == UInt8(ascii: "U") ? [0xFF, 0xFE] : [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE]
        var reader = WireReader(([type] + value)[...])
        let expected: FieldValue = type == UInt8(ascii: "U") ? .int16(-2) : .int64(-2)
        #expect(try reader.fieldValue() == expected)
    }

    @Test
    func `a long string that is not UTF-8 stays bytes`() throws {
        var reader = WireReader([UInt8(ascii: "S"), 0, 0, 0, 2, 0xC3, 0x28][...])
        #expect(try reader.fieldValue() == .bytes([0xC3, 0x28]))
    }

    @Test
    func `an unknown type is refused`() {
        var reader = WireReader([UInt8(ascii: "z"), 0][...])
        #expect(throws: CodecError.unknownFieldType(UInt8(ascii: "z"))) { try reader.fieldValue() }
    }

    @Test
    func `every cut of a table is refused, none crashes`() throws {
        let bytes = try Self.encoded(Self.everything)
        for count in 0..<bytes.count {
            var reader = WireReader(bytes[..<count])
            #expect(throws: CodecError.truncated) { try reader.table() }
        }
    }

    @Test
    func `a length inside that goes beyond the table is refused`() throws {
        // A table of six bytes whose one entry claims a string of 200.
        var reader = WireReader([0, 0, 0, 7, 1, 97, 83, 0, 0, 0, 200, 1, 2, 3][...])
        #expect(throws: CodecError.truncated) { try reader.table() }
    }

    @Test
    func `nesting has a limit`() throws {
        var table: FieldTable = ["x": .void]
        for _ in 0..<40 { table = ["t": .table(table)] }
        let bytes = try Self.encoded(table)
        var reader = WireReader(bytes[...])
        #expect(throws: CodecError.nestedTooDeep) { try reader.table() }
        var array = FieldValue.array([])
        for _ in 0..<40 { array = .array([array]) }
        let nested = try Self.encoded(["a": array])
        var second = WireReader(nested[...])
        #expect(throws: CodecError.nestedTooDeep) { try second.table() }
    }

    @Test
    func `a short string ends at 255 bytes`() throws {
        var output = OutputBuffer()
        try output.append(shortString: String(repeating: "x", count: 255))
        #expect(output.bytes.count == 256)
        #expect(throws: MessageEncodingError.shortStringTooLong(bytes: 256)) {
            try output.append(shortString: String(repeating: "é", count: 128))
        }
    }

    @Test
    func `setting, replacing and taking out an entry keeps the order of the others`() {
        var table: FieldTable = ["a": .int32(1), "b": .int32(2), "c": .int32(3)]
        table["b"] = .int32(20)
        table["d"] = .int32(4)
        table["a"] = nil
        #expect(table == ["b": .int32(20), "c": .int32(3), "d": .int32(4)])
        #expect(table["nope"] == nil)
    }

    @Test
    func `random bytes never crash the reader`() throws {
        var random = SeededGenerator(seed: 7)
        let valid = try Self.encoded(Self.everything)
        var refused = 0
        for _ in 0..<5_000 {
            var bytes = valid
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
            }
            if Bool.random(using: &random) { bytes = random.bytes(Int.random(in: 0..<64, using: &random)) }
            var reader = WireReader(bytes[...])
            do { _ = try reader.table() } catch { refused += 1 }
        }
        #expect(refused > 1000)
    }
}

extension [UInt8] {
    /// Writes the length of what follows over the first four bytes.
    fileprivate func replacingLength() -> [UInt8] {
        [0, 0, 0, UInt8(count - 4)] + dropFirst(4)
    }
}
