internal import CSimdJSON

/// Checks payloads and finds fields in them, by simdjson.
///
/// One a loop, used for one document after the other: its buffers are kept between them. Not `Sendable`: whoever
/// owns it (a loop, a test) is the only one to use it, and a document cannot outlive the closure that it is given to.
public final class JSONParser {
    private let parser: OpaquePointer
    private var isInUse = false

    /// A parser.
    ///
    /// - Parameter retained: Bytes of the largest document whose buffers (up to 16 times as large) are kept for the
    ///   next; what a larger one needed is given back after it.
    /// - Throws: ``JSONError/outOfMemory``.
    public init(retained: Int = 128 << 10) throws(JSONError) {
        guard let parser = csimdjson_create(max(0, retained)) else { throw .outOfMemory }
        self.parser = parser
    }

    deinit {
        csimdjson_destroy(parser)
    }

    /// Bytes of document for which there are buffers now.
    public var capacity: Int { csimdjson_capacity(parser) }

    /// Validates the whole of `bytes` and hands the document to `body`, which can look fields up in it.
    ///
    /// The document is valid inside `body` alone; `body` must not parse with the same parser.
    ///
    /// - Throws: ``WebhookError/json(_:)`` if it is not an object in JSON within the limits, or what `body` throws.
    public func withDocument<Value>(
        _ bytes: ArraySlice<UInt8>,
        limits: JSONLimits = JSONLimits(),
        _ body: (borrowing JSONDocument) throws(WebhookError) -> Value
    ) throws(WebhookError) -> Value {
        precondition(!isInUse, "a document of this parser is in use")
        isInUse = true
        defer {
            csimdjson_reset(parser)
            isInUse = false
        }
        let status = bytes.withUnsafeBufferPointer { input in
            csimdjson_parse(
                parser, input.baseAddress, input.count, max(0, limits.maxBytes), max(1, limits.maxDepth))
        }
        if let error = Self.error(of: status) { throw .json(error) }
        return try body(JSONDocument(parser: parser, bytes: bytes))
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
