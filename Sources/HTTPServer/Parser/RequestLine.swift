/// The parts of a request line, as ranges into the head (RFC 9112 section 3).
struct RequestLine: Sendable, Hashable {
    var methodRange = ByteRange.empty
    var target = ByteRange.empty
    var method = HTTPMethod.other
    var version = HTTPVersion.http1_1
    var form = TargetForm.origin
    /// The path within the target. Empty for `*`, for CONNECT, and for an absolute form without one (which means `/`).
    var path = ByteRange.empty
    /// The query within the target, without its question mark.
    var query = ByteRange.empty
    /// The authority of an absolute or authority form; it outranks Host (RFC 9112 section 3.2.2).
    var authority = ByteRange.empty

    /// Tells the four forms of targets apart and finds their parts (RFC 9112 section 3.2).
    mutating func analyseTarget(_ head: Span<UInt8>) throws(RequestFault) {
        method = HTTPMethod(head.extracting(methodRange.offsets))
        let bytes = head.extracting(target.offsets)
        if method == .connect {
            guard HostSyntax.isValid(bytes, portRequired: true) else { throw .badTarget }
            form = .authority
            authority = target
        } else if bytes[0] == ASCII.slash {
            form = .origin
            splitPath(head, from: Int(target.start))
        } else if bytes.count == 1, bytes[0] == 0x2A {
            guard method == .options else { throw .badTarget }
            form = .asterisk
        } else {
            try analyseAbsolute(head, bytes)
        }
    }

    private mutating func analyseAbsolute(_ head: Span<UInt8>, _ bytes: Span<UInt8>) throws(RequestFault) {
        var schemeLength = 0
        if bytes.count > 7, ASCII.equalIgnoringCase(bytes.extracting(0..<7), "http://") {
            schemeLength = 7
        } else if bytes.count > 8, ASCII.equalIgnoringCase(bytes.extracting(0..<8), "https://") {
            schemeLength = 8
        } else {
            throw .badTarget
        }
        var end = schemeLength
        while end < bytes.count, bytes[end] != ASCII.slash, bytes[end] != ASCII.questionMark { end += 1 }
        // User information (`user@host`) fails here too: in http URIs it is an error (RFC 9110 section 4.2.4).
        guard HostSyntax.isValid(bytes.extracting(schemeLength..<end)) else { throw .badTarget }
        form = .absolute
        authority = ByteRange(Int(target.start) + schemeLength, Int(target.start) + end)
        splitPath(head, from: Int(target.start) + end)
    }

    private mutating func splitPath(_ head: Span<UInt8>, from start: Int) {
        let end = Int(target.end)
        var index = start
        while index < end, head[index] != ASCII.questionMark { index += 1 }
        path = ByteRange(start, index)
        query = ByteRange(min(index + 1, end), end)
    }
}

/// The four forms of a request's target (RFC 9112 section 3.2).
public enum TargetForm: UInt8, Sendable, Hashable {
    /// `/path?query`
    case origin
    /// `http://host/path?query`, as proxies get it; every server must understand it.
    case absolute
    /// `host:port`, of CONNECT alone.
    case authority
    /// `*`, of OPTIONS alone.
    case asterisk
}
