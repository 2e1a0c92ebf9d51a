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
    /// Arrays and objects in each other, the outermost object being one deep; 64, `ingest.max_depth`.
    public var maxDepth: Int
    /// Bytes of a document; 25 MiB, GitHub's own limit.
    public var maxBytes: Int

    /// Limits; the defaults are those of the configuration.
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
