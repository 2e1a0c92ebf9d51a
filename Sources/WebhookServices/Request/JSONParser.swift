internal import CSimdJSON

/// Checks payloads and finds fields in them, by simdjson.
///
/// One a loop, used for one document after the other: its buffers are kept between them. Not `Sendable`: whoever
/// owns it (a loop, a test) is the only one to use it.
public final class JSONParser {
    let pointer: OpaquePointer
    /// Counts up when a document begins and when it ends: what a document remembers of it is true while it lives.
    private(set) var generation: UInt64 = 0
    private var isInUse = false

    /// A parser.
    ///
    /// - Parameter retained: Bytes of the largest document whose buffers (up to 16 times as large) are kept for the
    ///   next; what a larger one needed is given back after it.
    /// - Throws: ``JSONError/outOfMemory``.
    public init(retained: Int = 128 << 10) throws(JSONError) {
        guard let pointer = csimdjson_create(max(0, retained)) else { throw .outOfMemory }
        self.pointer = pointer
    }

    deinit {
        csimdjson_destroy(pointer)
    }

    /// Bytes of document for which there are buffers now.
    public var capacity: Int { csimdjson_capacity(pointer) }

    /// Validates the whole of `bytes` and hands the document to `body`, which can look fields up in it.
    ///
    /// The document is valid inside `body` alone; `body` must not parse with the same parser.
    ///
    /// - Throws: ``WebhookError/json(_:)`` if it is not an object in JSON within the limits, or what `body` throws.
    public func withDocument<Value>(
        _ bytes: ArraySlice<UInt8>,
        limits: JSONLimits = JSONLimits(),
        _ body: (JSONDocument) throws(WebhookError) -> Value
    ) throws(WebhookError) -> Value {
        precondition(!isInUse, "a document of this parser is in use")
        isInUse = true
        generation += 1
        defer {
            csimdjson_reset(pointer)
            generation += 1
            isInUse = false
        }
        let status = bytes.withUnsafeBufferPointer { input in
            csimdjson_parse(
                pointer, input.baseAddress, input.count, max(0, limits.maxBytes), max(1, limits.maxDepth))
        }
        if let error = Self.error(of: status) { throw .json(error) }
        return try body(JSONDocument(parser: self, generation: generation, bytes: bytes))
    }

    private static func error(of status: csimdjson_status) -> JSONError? {
        switch status {
        case CSIMDJSON_OK: nil
        case CSIMDJSON_TOO_LARGE: .tooLarge
        case CSIMDJSON_NOT_UTF8: .notUTF8
        case CSIMDJSON_TOO_DEEP: .tooDeep
        case CSIMDJSON_NOT_AN_OBJECT: .notAnObject
        case CSIMDJSON_NUMBER_OUT_OF_RANGE: .numberOutOfRange
        case CSIMDJSON_NO_MEMORY: .outOfMemory
        default: .syntax
        }
    }
}

/// The maximum size and depth of a payload. Bounds on what a sender can make us and the messages' consumers do.
public struct JSONLimits: Sendable, Hashable {
    /// Arrays and objects in each other, the outermost object being one deep.
    public var maxDepth: Int
    /// Bytes of a document; by default as many as GitHub sends.
    public var maxBytes: Int

    /// Limits.
    public init(maxDepth: Int = 64, maxBytes: Int = 25 << 20) {
        self.maxDepth = maxDepth
        self.maxBytes = maxBytes
    }
}

/// The reason why a payload is not taken as JSON. Says nothing of what is in it.
public enum JSONError: Error, Hashable, CustomStringConvertible {
    /// More bytes than the limit.
    case tooLarge
    /// The bytes are not UTF-8 (RFC 8259 section 8.1).
    case notUTF8
    /// Arrays and objects stand deeper in each other than the limit.
    case tooDeep
    /// Valid, but an array or a scalar at the top: a message's schema wants an object.
    case notAnObject
    /// An integer below -2^63 or above 2^64-1, or a number beyond a double: consumers fail on those.
    case numberOutOfRange
    /// Not a JSON text (RFC 8259). One with escapes of half a surrogate pair is one.
    case syntax
    /// No memory for the parser.
    case outOfMemory

    /// The fault, for the sender.
    public var description: String {
        switch self {
        case .tooLarge: "the payload is too large"
        case .notUTF8: "the payload is not UTF-8"
        case .tooDeep: "arrays and objects are nested too deeply"
        case .notAnObject: "the payload is not a JSON object"
        case .numberOutOfRange: "a number doesn't fit into 64 bits"
        case .syntax: "the payload is not valid JSON"
        case .outOfMemory: "not enough memory to parse the payload"
        }
    }
}

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
