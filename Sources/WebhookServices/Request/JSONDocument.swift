internal import CSimdJSON

/// A payload that was found to be a JSON object, for the time of ``JSONParser/withDocument(_:limits:_:)``.
///
/// Its look-ups read the parser's buffers. Kept beyond that time, it knows by the parser's generation that those hold
/// something else, and traps: that is a mistake of the program, and never the sender's doing.
///
/// Paths are object keys joined by dots: `sender.login`. Where an object has a key twice, the last one counts, as it
/// does for the messages' consumers (Python's json); so what we read is what they read.
public struct JSONDocument {
    /// A value at a path of a document.
    public enum Value: Hashable, Sendable {
        /// `null`.
        case null
        /// `true` or `false`.
        case bool(Bool)
        /// An integer that fits.
        case integer(Int64)
        /// An integer from 2^63 to 2^64-1.
        case unsigned(UInt64)
        /// A number with a fraction or an exponent.
        case double(Double)
        /// A string, its escapes resolved.
        case string(String)
        /// An array; its elements have no path.
        case array
        /// An object; its members have paths of their own.
        case object
    }

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

    /// Returns a Boolean value that indicates whether something stands at the path, `null` included.
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

    /// Returns the value at the path; `nil` if there is none.
    public func value(_ path: StaticString) -> Value? {
        find(path).map(Self.value(of:))
    }

    /// Returns the value at a path that is not known before the program runs; otherwise as ``value(_:)``.
    public func value(at path: String) -> Value? {
        var path = path
        return path.withUTF8 { find($0) }.map(Self.value(of:))
    }

    /// Returns the value under a key of the document itself, whatever characters the key has.
    public func member(_ key: String) -> Value? {
        checkTime()
        var key = key
        var value = csimdjson_value()
        let found = key.withUTF8 { key in
            key.withMemoryRebound(to: CChar.self) { key in
                csimdjson_find_key(parser.pointer, key.baseAddress, key.count, &value)
            }
        }
        return found ? Self.value(of: value) : nil
    }

    /// Returns a Boolean value that indicates whether an object stands at the path.
    public func isObject(_ path: StaticString) -> Bool {
        find(path)?.kind == CSIMDJSON_OBJECT
    }

    /// A value at a path, and whether there may be others.
    struct Place {
        /// The last value; `nil` if there is none.
        var value: Value?
        /// A Boolean value that indicates whether a key on the way is in its object several times, or something on the way
        /// is no object, but not null: another value may then stand in the payload, which is published as well.
        var isAmbiguous: Bool
    }

    /// Returns the value at the path, and whether it is the only one.
    func place(_ path: StaticString) -> Place {
        let (found, isAmbiguous) = path.withUTF8Buffer { look(at: $0) }
        return Place(value: found.map(Self.value(of:)), isAmbiguous: isAmbiguous)
    }

    /// Returns a Boolean value that indicates whether a key on the way to what stands at the path is in its object
    /// several times, or something on the way is no object, but not null.
    func isAmbiguous(at path: String) -> Bool {
        var path = path
        return path.withUTF8 { look(at: $0).isAmbiguous }
    }

    /// The number of members of the document; one that is there twice counts twice.
    var memberCount: Int {
        checkTime()
        return csimdjson_member_count(parser.pointer)
    }

    private func checkTime() {
        precondition(parser.generation == generation, "a JSON document is used after its time")
    }

    private func find(_ path: StaticString) -> csimdjson_value? {
        path.withUTF8Buffer { find($0) }
    }

    private func find(_ path: UnsafeBufferPointer<UInt8>) -> csimdjson_value? { look(at: path).found }

    private func look(at path: UnsafeBufferPointer<UInt8>) -> (found: csimdjson_value?, isAmbiguous: Bool) {
        checkTime()
        var value = csimdjson_value()
        let found = path.withMemoryRebound(to: CChar.self) { path in
            csimdjson_find(parser.pointer, path.baseAddress, path.count, &value)
        }
        return (found ? value : nil, value.ambiguous)
    }

    private static func value(of found: csimdjson_value) -> Value {
        switch found.kind {
        case CSIMDJSON_BOOL: .bool(found.boolean)
        case CSIMDJSON_INTEGER: .integer(found.integer)
        case CSIMDJSON_UNSIGNED: .unsigned(found.unsigned_integer)
        case CSIMDJSON_DOUBLE: .double(found.number)
        case CSIMDJSON_STRING: .string(text(of: found))
        case CSIMDJSON_ARRAY: .array
        case CSIMDJSON_OBJECT: .object
        default: .null
        }
    }

    /// Copies the text out of the parser's buffer, which is valid until the document's end.
    private static func text(of value: csimdjson_value) -> String {
        String(decoding: UnsafeRawBufferPointer(start: value.string, count: value.string_length), as: UTF8.self)
    }
}
