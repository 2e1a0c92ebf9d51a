/// The fields that decide where a request ends and what becomes of its connection, taken one by one as they come.
struct FramingFields: Sendable, Hashable {
    private(set) var contentLength: Int?
    private(set) var isChunked = false
    private(set) var host = ByteRange.empty
    private(set) var hasHost = false
    private(set) var asksForClose = false
    private(set) var asksForKeepAlive = false
    private(set) var expectsContinue = false

    /// Looks at a field if it is one of them. `value` is without the blanks around it, `range` says where it stands.
    mutating func take(
        name: Span<UInt8>, value: Span<UInt8>, range: ByteRange, version: HTTPVersion
    ) throws(RequestFault) {
        switch name.count {
        case 4:
            if ASCII.equalIgnoringCase(name, "host") { try takeHost(value, range) }
        case 6:
            if ASCII.equalIgnoringCase(name, "expect") { try takeExpect(value, version) }
        case 10:
            if ASCII.equalIgnoringCase(name, "connection") { takeConnection(value) }
        case 14:
            if ASCII.equalIgnoringCase(name, "content-length") { try takeContentLength(value) }
        case 17:
            if ASCII.equalIgnoringCase(name, "transfer-encoding") { try takeTransferEncoding(value, version) }
        default:
            break
        }
    }

    private mutating func takeHost(_ value: Span<UInt8>, _ range: ByteRange) throws(RequestFault) {
        guard !hasHost else { throw .repeatedHost }
        guard HostSyntax.isValid(value) else { throw .badHost }
        hasHost = true
        host = range
    }

    /// RFC 9110 section 8.6. Leading zeros are allowed by its grammar.
    private mutating func takeContentLength(_ value: Span<UInt8>) throws(RequestFault) {
        guard !isChunked else { throw .lengthAndTransferCoding }
        guard contentLength == nil else { throw .repeatedContentLength }
        guard value.count > 0 else { throw .badContentLength }
        var length = 0
        for index in value.indices {
            let byte = value[index]
            guard ASCII.isDigit(byte) else {
                throw byte == ASCII.comma && index > 0 ? .repeatedContentLength : .badContentLength
            }
            // More than a petabyte is over every limit; so the sum cannot overflow either.
            guard length < 1 << 50 else { throw .bodyTooLarge }
            length = length * 10 + Int(byte &- 0x30)
        }
        contentLength = length
    }

    /// RFC 9112 section 6.1. Only `chunked`, once: nothing that this server is sent comes compressed on top.
    private mutating func takeTransferEncoding(_ value: Span<UInt8>, _ version: HTTPVersion) throws(RequestFault) {
        guard contentLength == nil else { throw .lengthAndTransferCoding }
        guard version == .http1_1 else { throw .transferCodingInHTTP10 }
        // Whatever comes after `chunked` makes it not the last coding.
        guard !isChunked else { throw .badTransferCoding }
        if ASCII.equalIgnoringCase(value, "chunked") {
            isChunked = true
            return
        }
        try refuse(codings: value)
    }

    /// A list other than `chunked` alone: 501 if its codings are merely unknown, 400 if it is malformed or `chunked`
    /// is not at its end.
    private func refuse(codings value: Span<UInt8>) throws(RequestFault) -> Never {
        var list = TokenList()
        var chunkedSeen = false
        while let range = list.next(value) {
            guard !chunkedSeen, !range.isEmpty else { throw .badTransferCoding }
            let coding = value.extracting(range)
            chunkedSeen = ASCII.equalIgnoringCase(coding, "chunked")
            for index in coding.indices where !ASCII.isToken(coding[index]) { throw .badTransferCoding }
        }
        throw .unknownTransferCoding
    }

    private mutating func takeConnection(_ value: Span<UInt8>) {
        var list = TokenList()
        while let range = list.next(value) {
            let option = value.extracting(range)
            if ASCII.equalIgnoringCase(option, "close") {
                asksForClose = true
            } else if ASCII.equalIgnoringCase(option, "keep-alive") {
                asksForKeepAlive = true
            }
        }
    }

    /// RFC 9110 section 10.1.1: HTTP/1.0 has no expectations, and a list without elements has none either.
    private mutating func takeExpect(_ value: Span<UInt8>, _ version: HTTPVersion) throws(RequestFault) {
        guard version == .http1_1 else { return }
        var list = TokenList()
        while let range = list.next(value) {
            guard !range.isEmpty else { continue }
            guard ASCII.equalIgnoringCase(value.extracting(range), "100-continue") else { throw .unknownExpectation }
            expectsContinue = true
        }
    }
}

/// Walks the elements of a comma-separated list, blanks around them cut off (RFC 9110 section 5.6.1).
struct TokenList {
    private var position = 0
    private var isDone = false

    /// The next element's range in `value`, empty elements included, or nil after the last.
    mutating func next(_ value: Span<UInt8>) -> Range<Int>? {
        guard !isDone else { return nil }
        var start = position
        while start < value.count, ASCII.isBlank(value[start]) { start += 1 }
        var comma = start
        while comma < value.count, value[comma] != ASCII.comma { comma += 1 }
        var end = comma
        while end > start, ASCII.isBlank(value[end - 1]) { end -= 1 }
        position = comma + 1
        isDone = comma >= value.count
        return start..<end
    }
}
