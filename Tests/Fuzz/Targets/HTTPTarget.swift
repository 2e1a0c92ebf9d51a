import EventLoop

@testable import HTTPServer

extension FuzzTarget {
    /// Requests as they come over a connection: however they are cut, they are the same, and written out again in the
    /// plainest form they are, too.
    static let http = FuzzTarget(
        "http",
        words: [
            "GET ", "POST ", "OPTIONS * ", " HTTP/1.1\r\n", " HTTP/1.0\r\n", "\r\n\r\n", "Host: a\r\n",
            "Content-Length: ",
            "Transfer-Encoding: chunked\r\n", "Expect: 100-continue\r\n", "Connection: close\r\n", "keep-alive",
            "X-Forwarded-For: ", "Forwarded: for=", "Accept: ", "http://a:80/", "18446744073709551616",
            "5\r\nhello\r\n", "0\r\n\r\n", ";a=\"b\"", "[::1]",
        ]
    ) { input, isPlanted in
        let limits = input.pick([HTTPReading.smallLimits, HTTPServerLimits()])
        // The cuts come first, and are of the whole.
        var ahead = input
        _ = ahead.cuts(of: 0)
        let cuts = input.cuts(of: ahead.remainder().count)
        let wire = input.remainder()
        let whole = HTTPReading(pieces(of: wire, cutAt: []), limits: limits)
        var cut = HTTPReading(pieces(of: wire, cutAt: cuts), limits: limits)
        if isPlanted, !cuts.isEmpty, let last = cut.requests.last, last.isChunked, last.fields.count > 2,
            !last.body.isEmpty
        {
            cut.requests[cut.requests.count - 1].body.removeLast()
        }
        try require(cut == whole, "cut at \(cuts): \(cut), whole: \(whole)")
        for request in whole.requests { try request.check(limits) }
        let plain = whole.requests.flatMap(\.plainForm)
        try require(
            HTTPReading([plain[...]], limits: HTTPServerLimits()).requests.map(\.plainForm)
                == whole.requests.map(\.plainForm),
            "written out it is something else: \(shown(plain))")
    }
}

/// What bytes come to, read as a connection reads them.
private struct HTTPReading: Equatable {
    /// Bytes of a chunked body.
    static let largestBody = 1000

    static let smallLimits: HTTPServerLimits = {
        var limits = HTTPServerLimits()
        limits.maxHeadBytes = 400
        limits.maxTargetBytes = 60
        limits.maxHeaderFields = 8
        limits.maxChunkExtensionBytes = 20
        limits.maxTrailerBytes = 20
        return limits
    }()

    struct Request: Equatable {
        var method: [UInt8]
        var target: [UInt8]
        var version: HTTPVersion
        var fields: [[[UInt8]]]
        var isChunked: Bool
        var expectsContinue: Bool
        var contentLength: Int?
        var body: [UInt8] = []
    }

    enum Ending: Equatable {
        case open(inBody: Bool, hasBegun: Bool)
        case closed
        case fault(RequestFault)
    }

    var requests: [Request] = []
    /// What of a body that goes on has come.
    var begun: [UInt8] = []
    var ending = Ending.open(inBody: false, hasBegun: false)

    init(_ pieces: [ArraySlice<UInt8>], limits: HTTPServerLimits) {
        var parser = RequestParser(limits: limits)
        var buffer = ReadBuffer()
        var head: RequestHead?
        var incoming: IncomingBody?
        do throws(RequestFault) {
            for piece in pieces {
                if !piece.isEmpty { buffer.append(piece) }
                while true {
                    if head == nil {
                        guard let found = try Self.head(&parser, &buffer) else { break }
                        head = found
                        incoming = IncomingBody(found, limits: limits)
                        if found.isChunked { incoming?.limitChunks(limits, to: HTTPReading.largestBody) }
                    }
                    guard let complete = head, try Self.body(&incoming, &buffer, &begun) else { break }
                    requests.append(Self.request(complete, begun))
                    begun = []
                    head = nil
                    guard complete.keepAlive else {
                        ending = .closed
                        return
                    }
                }
            }
            ending = .open(inBody: head != nil, hasBegun: parser.hasBegun)
        } catch {
            ending = .fault(error)
            // How much of a body comes out before it is refused depends on how it came.
            begun = []
        }
    }

    private static func head(_ parser: inout RequestParser, _ buffer: inout ReadBuffer) throws(RequestFault)
        -> RequestHead?
    {
        guard !buffer.isEmpty else { return nil }
        switch parser.parse(buffer.readable.span) {
        case .incomplete: return nil
        case .fault(let fault): throw fault
        case .complete(let count):
            let head = parser.head(in: ArraySlice(Array(buffer.readable)))
            buffer.consume(count)
            parser.reset()
            return head
        }
    }

    /// Whether the body is complete.
    private static func body(
        _ incoming: inout IncomingBody?, _ buffer: inout ReadBuffer, _ body: inout [UInt8]
    ) throws(RequestFault) -> Bool {
        guard var framing = incoming else { return false }
        defer { incoming = framing }
        if let rest = framing.knownRest {
            body.append(contentsOf: buffer.readable.prefix(rest))
            try framing.discard(from: &buffer)
        } else {
            while try framing.takeChunk(from: &buffer, into: &body) {}
        }
        return framing.isComplete
    }

    private static func request(_ head: RequestHead, _ body: [UInt8]) -> Request {
        Request(
            method: Array(head.methodBytes), target: Array(head.target), version: head.version,
            fields: (0..<head.fieldCount).map { [Array(head.field(at: $0).name), Array(head.field(at: $0).value)] },
            isChunked: head.isChunked, expectsContinue: head.expectsContinue, contentLength: head.contentLength,
            body: body)
    }
}

extension HTTPReading.Request {
    private func values(_ name: String) -> [ArraySlice<UInt8>] {
        fields.filter { String(decoding: $0[0], as: UTF8.self).lowercased() == name }.map { $0[1][...] }
    }

    func check(_ limits: HTTPServerLimits) throws(Finding) {
        try require(!method.isEmpty && !target.isEmpty && target.count <= limits.maxTargetBytes, "the request line")
        try require(fields.count <= limits.maxHeaderFields, "too many fields")
        try require(!isChunked || body.count <= HTTPReading.largestBody, "a body that is too large")
        try require(fields.joined().joined().allSatisfy { $0 >= 0x20 || $0 == 0x09 }, "a control character in a field")
        try require(version == .http1_0 || values("host").count == 1, "not one host")
        try require(values("content-length").count + values("transfer-encoding").count <= 1, "two framings")
        try require(isChunked || body.count == contentLength ?? 0, "a body of another length")
        for values in [
            ForwardingChain.xForwardedFor(values("x-forwarded-for")), ForwardingChain.forwarded(values("forwarded")),
        ] {
            try require(values.count <= ForwardingChain.maximumNodes, "too many proxies")
        }
        _ = ErrorFormat(accept: values("accept"))
    }

    /// The request with one blank or none where there may be several, and its body in one chunk.
    var plainForm: [UInt8] {
        var wire = method + [0x20] + target + Array(version == .http1_0 ? " HTTP/1.0\r\n".utf8 : " HTTP/1.1\r\n".utf8)
        for field in fields { wire += field[0] + Array(": ".utf8) + field[1] + Array("\r\n".utf8) }
        wire += Array("\r\n".utf8)
        guard isChunked else { return wire + body }
        if !body.isEmpty { wire += Array("\(String(body.count, radix: 16))\r\n".utf8) + body + Array("\r\n".utf8) }
        return wire + Array("0\r\n\r\n".utf8)
    }
}
