internal import CSimdJSON

/// A payload that was found to be a JSON object, for the time of ``JSONParser/withDocument(_:limits:_:)``.
///
/// Its look-ups read the parser's buffers. Kept beyond that time, it knows by the parser's generation that those hold
/// something else, and traps: that is a mistake of the program, and never the sender's doing.
///
/// Paths are object keys joined by dots: `sender.login`. Where an object has a key twice, the last one counts, as it
/// does for the messages' consumers (Python's json); so what we read is what they read.
public struct JSONDocument {
    // Not ~Copyable: the optimizer of Swift 6.3.1 crashes on a generic closure that borrows such a value.
    private let parser: JSONParser
    private let generation: UInt64
    /// The document as it came.
    public let bytes: ArraySlice<UInt8>

    init(parser: JSONParser, generation: UInt64, bytes: ArraySlice<UInt8>) {
        self.parser = parser
        self.generation = generation
        self.bytes = bytes
    }

    /// Whether something stands at the path, `null` included.
    public func contains(_ path: StaticString) -> Bool {
        find(path) != nil
    }

    /// The string at the path; `nil` if there is none or it is something else.
    public func string(_ path: StaticString) -> String? {
        guard let found = find(path), found.kind == CSIMDJSON_STRING else { return nil }
        return Self.text(of: found)
    }

    /// The integer at the path; `nil` if there is none, it is something else or above `Int64.max`.
    public func integer(_ path: StaticString) -> Int64? {
        guard let found = find(path), found.kind == CSIMDJSON_INTEGER else { return nil }
        return found.integer
    }

    /// The truth value at the path; `nil` if there is none or it is something else.
    public func bool(_ path: StaticString) -> Bool? {
        guard let found = find(path), found.kind == CSIMDJSON_BOOL else { return nil }
        return found.boolean
    }

    /// What stands at the path; `nil` if nothing does.
    public func value(_ path: StaticString) -> JSONValue? {
        guard let found = find(path) else { return nil }
        switch found.kind {
        case CSIMDJSON_BOOL: return .bool(found.boolean)
        case CSIMDJSON_INTEGER: return .integer(found.integer)
        case CSIMDJSON_UNSIGNED: return .unsigned(found.unsigned_integer)
        case CSIMDJSON_DOUBLE: return .double(found.number)
        case CSIMDJSON_STRING: return .string(Self.text(of: found))
        case CSIMDJSON_ARRAY: return .array
        case CSIMDJSON_OBJECT: return .object
        default: return .null
        }
    }

    private func find(_ path: StaticString) -> csimdjson_value? {
        precondition(parser.generation == generation, "a JSON document is used after its time")
        var value = csimdjson_value()
        let found = path.withUTF8Buffer { key in
            key.withMemoryRebound(to: CChar.self) { key in
                csimdjson_find(parser.pointer, key.baseAddress, key.count, &value)
            }
        }
        return found ? value : nil
    }

    /// Copies the text out of the parser's buffer, which is valid until the document's end.
    private static func text(of value: csimdjson_value) -> String {
        String(decoding: UnsafeRawBufferPointer(start: value.string, count: value.string_length), as: UTF8.self)
    }
}
