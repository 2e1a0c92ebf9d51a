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
