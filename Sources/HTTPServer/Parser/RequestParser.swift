/// Finds and checks the heads of requests (RFC 9112 sections 2 to 5), byte by byte and without I/O.
///
/// It owns no bytes. It is given all bytes that have come since the last request's end, again with each piece that
/// arrives, and goes on where it stopped: no byte is looked at twice, and however the bytes are cut, the outcome is
/// the same, because each decision is made at one byte. Strict: what two implementations could read differently is a fault.
public struct RequestParser: Sendable {
    /// The meaning of the bytes so far.
    public enum Step: Sendable, Equatable {
        /// More bytes are needed.
        case incomplete
        /// The head is complete; it takes this many bytes. Call `head(in:)`, then `reset()`.
        case complete(headBytes: Int)
        /// The request is refused. The parser stays at this.
        case fault(RequestFault)
    }

    private enum State: UInt8 {
        case beforeRequest, emptyLineEnd, method, target, version, requestLineEnd
        case fieldStart, name, beforeValue, value, valueEnd, headEnd, complete
    }

    private static let maxMethodBytes = 32
    private static let maxEmptyLines = 2

    private let maxHeadBytes: Int
    private let maxTargetBytes: Int
    private let maxHeaderFields: Int

    private var state = State.beforeRequest
    private var fault: RequestFault?
    /// The next byte to look at.
    private var position = 0
    /// The start of the element being read.
    private var mark = 0
    private var emptyLines = 0
    private var majorVersion: UInt8 = 0
    private var name = ByteRange.empty
    private var line = RequestLine()
    private var framing = FramingFields()
    /// Kept over requests: once the last head is gone, its memory is used again.
    private var fields: [FieldRange] = []

    /// A parser that stands before a connection's first request.
    public init(limits: HTTPServerLimits) {
        maxHeadBytes = min(limits.maxHeadBytes, Int(UInt16.max))
        maxTargetBytes = limits.maxTargetBytes
        maxHeaderFields = limits.maxHeaderFields
    }

    /// A Boolean value that indicates whether any byte of a request has come: empty lines before it are none.
    public var hasBegun: Bool { state != .beforeRequest && state != .emptyLineEnd }

    /// Looks at what is new in `bytes`, which are all bytes since the last request's end.
    public mutating func parse(_ bytes: Span<UInt8>) -> Step {
        if let fault { return .fault(fault) }
        do throws(RequestFault) {
            try advance(bytes)
        } catch {
            fault = error
            return .fault(error)
        }
        return state == .complete ? .complete(headBytes: position) : .incomplete
    }

    /// The head that `parse` found complete, at the beginning of the same bytes.
    public func head(in bytes: ArraySlice<UInt8>) -> RequestHead {
        precondition(state == .complete, "no head is complete")
        return RequestHead(bytes: bytes.prefix(position), line: line, fields: fields, framing: framing)
    }

    /// Stands before the next request. Let go of the last head first, so that its memory can be used again.
    public mutating func reset() {
        state = .beforeRequest
        fault = nil
        position = 0
        mark = 0
        emptyLines = 0
        line = RequestLine()
        framing = FramingFields()
        fields.removeAll(keepingCapacity: true)
    }

    private mutating func advance(_ bytes: Span<UInt8>) throws(RequestFault) {
        let end = min(bytes.count, maxHeadBytes)
        while position < end, state != .complete {
            switch state {
            case .method, .target, .name, .value: try scan(bytes, end)
            case .beforeValue: skipBlanks(bytes, end)
            default: try step(bytes)
            }
        }
        if position >= maxHeadBytes, state != .complete { throw .headTooLarge }
    }

    /// The states that take a single byte.
    private mutating func step(_ bytes: Span<UInt8>) throws(RequestFault) {
        let byte = bytes[position]
        switch state {
        case .beforeRequest: try beginRequest(byte)
        case .fieldStart: try beginField(byte)
        case .version: try takeVersion(byte)
        default: try endLine(byte, bytes)
        }
    }

    private mutating func beginRequest(_ byte: UInt8) throws(RequestFault) {
        switch byte {
        case ASCII.cr:
            // RFC 9112 section 2.2: an empty line before the request line is to be ignored.
            guard emptyLines < Self.maxEmptyLines else { throw .tooManyEmptyLines }
            emptyLines += 1
            position += 1
            state = .emptyLineEnd
        case ASCII.lf:
            throw .bareLineEnd
        default:
            mark = position
            state = .method
        }
    }

    private mutating func beginField(_ byte: UInt8) throws(RequestFault) {
        switch byte {
        case ASCII.cr:
            position += 1
            state = .headEnd
        case ASCII.lf:
            throw .bareLineEnd
        case ASCII.space, ASCII.tab:
            throw .lineFolding
        default:
            guard fields.count < maxHeaderFields else { throw .tooManyFields }
            mark = position
            state = .name
        }
    }

    /// `HTTP/1.1`, then CR.
    private mutating func takeVersion(_ byte: UInt8) throws(RequestFault) {
        let offset = position - mark
        let expected: StaticString = "HTTP/0.0\r"
        switch offset {
        case 5:
            guard ASCII.isDigit(byte) else { throw .badVersion }
            majorVersion = byte
        case 7:
            guard ASCII.isDigit(byte) else { throw .badVersion }
            guard majorVersion == 0x31 else { throw .unsupportedVersion }
            line.version = byte == 0x30 ? .http1_0 : .http1_1
        default:
            guard byte == expected.withUTF8Buffer({ $0[offset] }) else {
                throw byte == ASCII.lf && offset == 8 ? .bareLineEnd : .badVersion
            }
            if offset == 8 { state = .requestLineEnd }
        }
        position += 1
    }

    /// The LF after a CR, and what the line that it ends means.
    private mutating func endLine(_ byte: UInt8, _ bytes: Span<UInt8>) throws(RequestFault) {
        guard byte == ASCII.lf else { throw .bareLineEnd }
        position += 1
        switch state {
        case .emptyLineEnd:
            state = .beforeRequest
        case .requestLineEnd:
            try line.analyseTarget(bytes)
            state = .fieldStart
        case .valueEnd:
            try finishField(bytes)
            state = .fieldStart
        default:
            guard framing.hasHost || line.version == .http1_0 else { throw .missingHost }
            state = .complete
        }
    }

    private mutating func skipBlanks(_ bytes: Span<UInt8>, _ end: Int) {
        while position < end, ASCII.isBlank(bytes[position]) { position += 1 }
        guard position < end else { return }
        mark = position
        state = .value
    }

    /// The states that run over many bytes of one class.
    private mutating func scan(_ bytes: Span<UInt8>, _ end: Int) throws(RequestFault) {
        var index = position
        switch state {
        case .method:
            while index < end, ASCII.isToken(bytes[index]), index - mark <= Self.maxMethodBytes { index += 1 }
        case .target:
            while index < end, ASCII.isTarget(bytes[index]), index - mark <= maxTargetBytes { index += 1 }
        case .name:
            while index < end, ASCII.isToken(bytes[index]) { index += 1 }
        default:
            while index < end, ASCII.isFieldValue(bytes[index]) { index += 1 }
        }
        position = index
        if state == .target, index - mark > maxTargetBytes { throw .targetTooLong }
        if state == .method, index - mark > Self.maxMethodBytes { throw .badMethod }
        if index < end { try endScan(bytes[index]) }
    }

    /// The byte that ended a scan says whether it ended well.
    private mutating func endScan(_ byte: UInt8) throws(RequestFault) {
        let element = ByteRange(mark, position)
        switch state {
        case .method:
            guard byte == ASCII.space, !element.isEmpty else { throw .badMethod }
            line.methodRange = element
            state = .target
        case .target:
            guard byte == ASCII.space, !element.isEmpty else {
                throw byte == ASCII.cr || byte == ASCII.lf || byte == ASCII.space ? .badRequestLine : .badTarget
            }
            line.target = element
            state = .version
        case .name:
            guard byte == ASCII.colon, !element.isEmpty else {
                throw ASCII.isBlank(byte) ? .blankBeforeColon : .badFieldName
            }
            name = element
            state = .beforeValue
        default:
            guard byte == ASCII.cr else { throw byte == ASCII.lf ? .bareLineEnd : .badFieldValue }
            state = .valueEnd
        }
        position += 1
        if state != .valueEnd { mark = position }
    }

    private mutating func finishField(_ bytes: Span<UInt8>) throws(RequestFault) {
        var end = position - 2
        while end > mark, ASCII.isBlank(bytes[end - 1]) { end -= 1 }
        let value = ByteRange(mark, end)
        try framing.take(
            name: bytes.extracting(name.offsets), value: bytes.extracting(value.offsets), range: value,
            version: line.version)
        fields.append(FieldRange(name: name, value: value))
    }
}
