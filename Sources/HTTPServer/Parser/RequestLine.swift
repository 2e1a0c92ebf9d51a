import Encodings

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

/// A request's method (RFC 9110 section 9). The well-known ones are told apart, all others are `other`: no handler
/// can be registered for them, so the router answers them with 405 (or 404).
public enum HTTPMethod: UInt8, Sendable, Hashable, CaseIterable {
    /// Reads a resource.
    case get
    /// GET without the body of the answer.
    case head
    /// Gives the resource something to process: how webhooks come.
    case post
    /// Replaces the resource.
    case put
    /// Changes a part of the resource (RFC 5789).
    case patch
    /// Removes the resource.
    case delete
    /// Asks what is allowed.
    case options
    /// Asks for a tunnel, which this server never gives.
    case connect
    /// Asks for a loop-back, which this server never gives.
    case trace
    /// Any other token; its bytes are in `RequestHead.methodBytes`.
    case other

    /// The method that these bytes name. Methods are case-sensitive: `get` is `other`.
    init(_ bytes: Span<UInt8>) {
        for method in Self.allCases where method != .other {
            let name = method.name
            guard name.utf8CodeUnitCount == bytes.count else { continue }
            if name.withUTF8Buffer({ ASCII.equal($0, bytes) }) {
                self = method
                return
            }
        }
        self = .other
    }

    /// The method's name on the wire; empty for `other`.
    public var name: StaticString {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .connect: "CONNECT"
        case .trace: "TRACE"
        case .other: ""
        }
    }
}

/// The protocol version a request is treated as. A higher minor version is treated as 1.1 (RFC 9110 section 6.2).
public enum HTTPVersion: UInt8, Sendable, Hashable {
    /// HTTP/1.0: no chunked bodies, no `Expect`, and the connection closes unless keep-alive was asked for.
    case http1_0
    /// HTTP/1.1.
    case http1_1
}

/// `uri-host [ ":" port ]` (RFC 9110 section 7.2, RFC 3986 section 3.2): what Host and a target's authority must be.
enum HostSyntax {
    /// Returns a Boolean value that indicates whether these bytes are a host, with a port if `portRequired`. An empty
    /// host is none: an http URI has one.
    static func isValid(_ bytes: Span<UInt8>, portRequired: Bool = false) -> Bool {
        guard bytes.count > 0 else { return false }
        let hostEnd = bytes[0] == 0x5B ? endOfLiteral(bytes) : endOfName(bytes)
        guard let hostEnd, hostEnd > 0 else { return false }
        guard hostEnd < bytes.count else { return !portRequired }
        return bytes[hostEnd] == ASCII.colon && isPort(bytes, from: hostEnd + 1, required: portRequired)
    }

    /// The end of a registered name or IPv4 address, or nil if a percent sign is not followed by two digits.
    private static func endOfName(_ bytes: Span<UInt8>) -> Int? {
        var index = 0
        while index < bytes.count, ASCII.isHost(bytes[index]) {
            if bytes[index] == ASCII.percent {
                guard index + 2 < bytes.count, Hex.value(of: bytes[index + 1]) != nil,
                    Hex.value(of: bytes[index + 2]) != nil
                else { return nil }
            }
            index += 1
        }
        return index
    }

    /// The end of `[` IPv6 address `]`, or nil. Only its alphabet is checked: nothing here connects to it.
    private static func endOfLiteral(_ bytes: Span<UInt8>) -> Int? {
        var index = 1
        while index < bytes.count,
            Hex.value(of: bytes[index]) != nil || bytes[index] == ASCII.colon
                || bytes[index] == 0x2E
        {
            index += 1
        }
        guard index > 2, index < bytes.count, bytes[index] == 0x5D else { return nil }
        return index + 1
    }

    /// A port may be empty (RFC 3986 section 3.2.3) unless it is required.
    private static func isPort(_ bytes: Span<UInt8>, from start: Int, required: Bool) -> Bool {
        var port = 0
        for index in start..<bytes.count {
            guard ASCII.isDigit(bytes[index]), port <= 65_535 else { return false }
            port = port * 10 + Int(bytes[index] &- 0x30)
        }
        return port <= 65_535 && (!required || start < bytes.count)
    }
}
