import Testing

@testable import HTTPServer

/// The parser on fixtures of its own: each way in which two readers could disagree about a request.
@Suite struct RequestParserTests {
    struct Refusal: CustomTestStringConvertible {
        var fault: RequestFault
        var wire: String

        init(_ fault: RequestFault, _ wire: String) {
            self.fault = fault
            self.wire = wire
        }

        var testDescription: String { "\(fault.rawValue): \(wire.prefix(80).debugDescription)" }
    }

    private static func post(_ fields: String, body: String = "") -> String {
        "POST /hook HTTP/1.1\r\nHost: example.org\r\n\(fields)\r\n\(body)"
    }

    private static func chunks(_ body: String) -> String { post("Transfer-Encoding: chunked\r\n", body: body) }

    static let refusals: [Refusal] = requestLines + hosts + fields + framing + chunked

    private static let requestLines: [Refusal] = [
        Refusal(.tooManyEmptyLines, "\r\n\r\n\r\nGET / HTTP/1.1\r\n"),
        Refusal(.bareLineEnd, "\nGET / HTTP/1.1\r\n"),
        Refusal(.bareLineEnd, "\rGET / HTTP/1.1\r\n"),
        Refusal(.badMethod, " GET / HTTP/1.1\r\n"),
        Refusal(.badMethod, "G(T / HTTP/1.1\r\n"),
        Refusal(.badMethod, "GET\t/ HTTP/1.1\r\n"),
        Refusal(.badMethod, "GET\r\n"),
        Refusal(.badMethod, String(repeating: "A", count: 33)),
        Refusal(.badMethod, "\u{16}\u{03}\u{01}\u{02}"),
        Refusal(.badRequestLine, "GET  / HTTP/1.1\r\n"),
        Refusal(.badRequestLine, "GET /\r\n"),
        Refusal(.badTarget, "GET /a\tb HTTP/1.1\r\n"),
        Refusal(.badTarget, "GET /a\0b HTTP/1.1\r\n"),
        Refusal(.badTarget, "GET /\u{E4} HTTP/1.1\r\n"),
        Refusal(.badTarget, "GET /a#b HTTP/1.1\r\n"),
        Refusal(.badTarget, "GET hook HTTP/1.1\r\n"),
        Refusal(.badTarget, "GET * HTTP/1.1\r\n"),
        Refusal(.badTarget, "GET example.org:80 HTTP/1.1\r\n"),
        Refusal(.badTarget, "CONNECT /a HTTP/1.1\r\n"),
        Refusal(.badTarget, "CONNECT example.org HTTP/1.1\r\n"),
        Refusal(.badTarget, "CONNECT example.org: HTTP/1.1\r\n"),
        Refusal(.badTarget, "GET http:///a HTTP/1.1\r\n"),
        Refusal(.badTarget, "GET http://user@example.org/ HTTP/1.1\r\n"),
        Refusal(.badTarget, "GET ftp://example.org/ HTTP/1.1\r\n"),
        Refusal(.targetTooLong, "GET /" + String(repeating: "a", count: 100)),
        Refusal(.badVersion, "GET / http/1.1\r\n"),
        Refusal(.badVersion, "GET / HTTP/1.1 \r\n"),
        Refusal(.badVersion, "GET / HTTP/11\r\n"),
        Refusal(.badVersion, "GET / HTTP/1.10\r\n"),
        Refusal(.badVersion, "GET / HTTP/x.1\r\n"),
        Refusal(.badVersion, "GET / x HTTP/1.1\r\n"),
        Refusal(.unsupportedVersion, "GET / HTTP/2.0"),
        Refusal(.unsupportedVersion, "GET / HTTP/0.9"),
        Refusal(.bareLineEnd, "GET / HTTP/1.1\nHost: a\r\n\r\n"),
        Refusal(.bareLineEnd, "GET / HTTP/1.1\rHost: a\r\n\r\n"),
    ]

    private static let hosts: [Refusal] = [
        Refusal(.missingHost, "GET / HTTP/1.1\r\n\r\n"),
        Refusal(.missingHost, "GET http://example.org/ HTTP/1.1\r\n\r\n"),
        Refusal(.repeatedHost, "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n"),
        Refusal(.repeatedHost, "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n"),
        Refusal(.badHost, "GET / HTTP/1.1\r\nHost:\r\n"),
        Refusal(.badHost, "GET / HTTP/1.1\r\nHost: a b\r\n"),
        Refusal(.badHost, "GET / HTTP/1.1\r\nHost: a,b\r\n".replacing(",", with: "/")),
        Refusal(.badHost, "GET / HTTP/1.1\r\nHost: user@a\r\n"),
        Refusal(.badHost, "GET / HTTP/1.1\r\nHost: a:b\r\n"),
        Refusal(.badHost, "GET / HTTP/1.1\r\nHost: a:99999\r\n"),
        Refusal(.badHost, "GET / HTTP/1.1\r\nHost: :80\r\n"),
        Refusal(.badHost, "GET / HTTP/1.1\r\nHost: [::1\r\n"),
        Refusal(.badHost, "GET / HTTP/1.1\r\nHost: a%2\r\n"),
    ]

    private static let fields: [Refusal] = [
        Refusal(.lineFolding, "GET / HTTP/1.1\r\n Host: a\r\n"),
        Refusal(.lineFolding, "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n"),
        Refusal(.lineFolding, "GET / HTTP/1.1\r\nHost: a\r\n\tX: b\r\n"),
        Refusal(.blankBeforeColon, "GET / HTTP/1.1\r\nHost : a\r\n"),
        Refusal(.blankBeforeColon, post("Content-Length\t: 1\r\n")),
        Refusal(.badFieldName, "GET / HTTP/1.1\r\n: a\r\n"),
        Refusal(.badFieldName, "GET / HTTP/1.1\r\nHost\r\n"),
        Refusal(.badFieldName, "GET / HTTP/1.1\r\nX\0Y: a\r\n"),
        Refusal(.badFieldName, "GET / HTTP/1.1\r\nX\u{E4}: a\r\n"),
        Refusal(.badFieldName, "GET / HTTP/1.1\r\nX\rY: a\r\n"),
        Refusal(.badFieldName, "GET / HTTP/1.1\r\n(X): a\r\n"),
        Refusal(.badFieldValue, "GET / HTTP/1.1\r\nX: a\0b\r\n"),
        Refusal(.badFieldValue, "GET / HTTP/1.1\r\nX: a\u{7F}\r\n"),
        Refusal(.bareLineEnd, "GET / HTTP/1.1\r\nX: a\nY: b\r\n"),
        Refusal(.bareLineEnd, "GET / HTTP/1.1\r\nX: a\rY: b\r\n"),
        Refusal(.bareLineEnd, "GET / HTTP/1.1\r\nHost: a\r\n\n"),
        Refusal(.bareLineEnd, "GET / HTTP/1.1\r\nHost: a\r\n\rX"),
        Refusal(.tooManyFields, post(String(repeating: "X: 1\r\n", count: 20))),
        Refusal(.headTooLarge, post("X: " + String(repeating: "a", count: 8200))),
        Refusal(.unknownExpectation, post("Expect: 200-ok\r\n")),
    ]

    private static let framing: [Refusal] = [
        Refusal(.lengthAndTransferCoding, post("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n")),
        Refusal(.lengthAndTransferCoding, post("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n")),
        Refusal(.lengthAndTransferCoding, post("Content-Length: 0\r\nTransfer-Encoding: gzip\r\n")),
        Refusal(.repeatedContentLength, post("Content-Length: 5\r\nContent-Length: 6\r\n")),
        Refusal(.repeatedContentLength, post("Content-Length: 5\r\nContent-Length: 5\r\n")),
        Refusal(.repeatedContentLength, post("Content-Length: 5, 5\r\n")),
        Refusal(.badContentLength, post("Content-Length:\r\n")),
        Refusal(.badContentLength, post("Content-Length: -1\r\n")),
        Refusal(.badContentLength, post("Content-Length: +1\r\n")),
        Refusal(.badContentLength, post("Content-Length: 0x10\r\n")),
        Refusal(.badContentLength, post("Content-Length: 1 2\r\n")),
        Refusal(.badContentLength, post("Content-Length: 1\u{B2}\r\n")),
        Refusal(.bodyTooLarge, post("Content-Length: 18446744073709551615\r\n")),
        // HAProxy takes it for 0, and sends the body as a next request.
        Refusal(.bodyTooLarge, post("Content-Length: 18446744073709551616\r\n")),
        Refusal(.bodyTooLarge, post("Content-Length: 18446744073709551617\r\n")),
        Refusal(.bodyTooLarge, post("Content-Length: 99999999999999999999999999999999\r\n")),
        Refusal(.badTransferCoding, post("Transfer-Encoding:\r\n")),
        Refusal(.badTransferCoding, post("Transfer-Encoding: chunked, chunked\r\n")),
        Refusal(.badTransferCoding, post("Transfer-Encoding: chunked, gzip\r\n")),
        Refusal(.badTransferCoding, post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")),
        Refusal(.badTransferCoding, post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n")),
        Refusal(.badTransferCoding, post("Transfer-Encoding: , chunked\r\n")),
        Refusal(.badTransferCoding, post("Transfer-Encoding: \"chunked\"\r\n")),
        Refusal(.badTransferCoding, post("Transfer-Encoding: \u{0B}chunked\r\n".replacing("\u{0B}", with: "="))),
        Refusal(.unknownTransferCoding, post("Transfer-Encoding: gzip\r\n")),
        Refusal(.unknownTransferCoding, post("Transfer-Encoding: gzip, chunked\r\n")),
        Refusal(.unknownTransferCoding, post("Transfer-Encoding: xchunked\r\n")),
        Refusal(.unknownTransferCoding, post("Transfer-Encoding: identity\r\n")),
        Refusal(.transferCodingInHTTP10, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n"),
    ]

    private static let chunked: [Refusal] = [
        Refusal(.badChunkSize, chunks("\r\n")),
        Refusal(.badChunkSize, chunks("g\r\n")),
        Refusal(.badChunkSize, chunks("-1\r\n")),
        Refusal(.badChunkSize, chunks("0x1\r\n")),
        Refusal(.badChunkSize, chunks(" 1\r\n")),
        Refusal(.badChunkSize, chunks("1 \r\n")),
        Refusal(.badChunkSize, chunks("1\n")),
        Refusal(.badChunkSize, chunks("1\rX")),
        Refusal(.badChunkSize, chunks("0000000000000001\r\n")),
        Refusal(.bodyTooLarge, chunks("FFFFFFFFFFFFFFFFF\r\n")),
        Refusal(.bodyTooLarge, chunks("186a1")),
        Refusal(.bodyTooLarge, chunks("1\r\na\r\n186a0")),
        Refusal(.badChunkEnd, chunks("1\r\nab")),
        Refusal(.badChunkEnd, chunks("1\r\na\n")),
        Refusal(.badChunkEnd, chunks("1\r\na\rX")),
        Refusal(.badChunkExtension, chunks("1;\r\n")),
        Refusal(.badChunkExtension, chunks("1; a=b\r\n")),
        Refusal(.badChunkExtension, chunks("1;a=\r\n")),
        Refusal(.badChunkExtension, chunks("1;a=b c\r\n")),
        Refusal(.badChunkExtension, chunks("1;a\n")),
        Refusal(.badChunkExtension, chunks("1;a=\"b\r\n")),
        Refusal(.badChunkExtension, chunks("1;a=\"b\"c\r\n")),
        Refusal(.chunkExtensionsTooLong, chunks("1;" + String(repeating: "a", count: 201))),
        Refusal(
            .chunkExtensionsTooLong,
            chunks(String(repeating: "1;" + String(repeating: "a", count: 49) + "\r\nx\r\n", count: 5))),
        Refusal(.trailersTooLarge, chunks("0\r\nX: " + String(repeating: "a", count: 100))),
        Refusal(.lineFolding, chunks("0\r\n X: a\r\n")),
        Refusal(.blankBeforeColon, chunks("0\r\nX : a\r\n")),
        Refusal(.badFieldName, chunks("0\r\n: a\r\n")),
        Refusal(.badFieldName, chunks("0\r\nX\r\n")),
        Refusal(.badFieldValue, chunks("0\r\nX: \0\r\n")),
        Refusal(.bareLineEnd, chunks("0\r\nX: a\n\r\n")),
        Refusal(.bareLineEnd, chunks("0\r\n\n")),
        Refusal(.bareLineEnd, chunks("0\r\n\rX")),
    ]

    private static func bytes(_ wire: String) -> [UInt8] { wire.unicodeScalars.map { UInt8($0.value) } }

    @Test(arguments: refusals)
    func `refuses`(_ refusal: Refusal) {
        let transcript = Transcript(Self.bytes(refusal.wire))
        #expect(transcript.ending == .fault(refusal.fault))
        #expect(transcript.messages.isEmpty)
    }

    @Test(arguments: refusals)
    func `refuses as soon as it is certain and not before`(_ refusal: Refusal) {
        let wire = Self.bytes(refusal.wire)
        let refusedAt = (0...wire.count).first { Transcript(Array(wire.prefix($0))).ending == .fault(refusal.fault) }
        #expect(refusedAt != nil)
        for cut in 0..<wire.count {
            #expect(Transcript(wire, cutAt: [cut]).ending == .fault(refusal.fault), "cut at \(cut)")
        }
        for length in 0..<(refusedAt ?? 0) {
            if case .fault(let fault) = Transcript(Array(wire.prefix(length))).ending {
                Issue.record("\(fault) after \(length) bytes")
            }
        }
    }

    static let accepted: [(wire: String, messages: Int, ending: Transcript.Ending)] = [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 1, .idle),
        ("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 1, .idle),
        ("GET / HTTP/1.1\r\nHost:\t[::1]:80 \t\r\n\r\n", 1, .idle),
        ("GET / HTTP/1.1\r\nHost: a%20b:\r\n\r\n", 1, .idle),
        ("GET / HTTP/1.2\r\nHost: a\r\n\r\n", 1, .idle),
        ("GET / HTTP/1.0\r\n\r\n", 1, .closed),
        ("GET / HTTP/1.0\r\nConnection: x, Keep-Alive\r\n\r\n", 1, .idle),
        ("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", 1, .closed),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection:, CLOSE ,\r\n\r\nrubbish", 1, .closed),
        ("GET HTTP://a:80?q HTTP/1.1\r\nHost: b\r\n\r\n", 1, .idle),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 1, .idle),
        ("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n\u{16}\u{03}", 1, .closed),
        ("get /?a|\"b\" HTTP/1.1\r\nHost: a\r\n\r\n", 1, .idle),
        ("GET / HTTP/1.1\r\nHost: a\r\nX:\r\nY: \u{FF} a\t b \t\r\n\r\n", 1, .idle),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0003\r\n\r\nabcGET", 1, .inHead),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabc", 0, .inBody("abc")),
        ("POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: rubbish\r\n\r\na", 1, .closed),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: ChunKed\r\n\r\n1\r\na\r\n00a\r\n0123456789\r\n0\r\n\r\n",
            1, .idle
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0;a;b=c;d=\"\\\"e;\"\r\nX: y\r\nZ:\r\n\r\nGET",
            1, .inHead
        ),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a\r\nb\r\n0\r\n", 0, .inBody("b")),
    ]

    @Test(arguments: accepted.indices)
    func `accepts`(_ index: Int) {
        let (wire, messages, ending) = Self.accepted[index]
        let bytes = Self.bytes(wire)
        let whole = Transcript(bytes)
        #expect(whole.messages.count == messages, "\(wire)")
        #expect(whole.ending == ending, "\(wire)")
        for cut in 0...bytes.count { #expect(Transcript(bytes, cutAt: [cut]) == whole, "cut at \(cut)") }
        #expect(Transcript(bytes, cutAt: Array(0..<bytes.count)) == whole)
    }

    @Test func `pipelined requests are told apart`() {
        let transcript = Transcript(
            "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
                + "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n0\r\n\r\n"
                + "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /4 HTTP/1.1\r\nHost: a\r\n\r\nG\0")
        #expect(transcript.messages.map(\.target) == ["/1", "/2", "/3", "/4"])
        #expect(transcript.messages.map(\.body) == ["abc", "de", "", ""])
        #expect(transcript.ending == .fault(.badMethod))
    }

    @Test func `a head of exactly the limit is taken`() {
        var limits = HTTPServerLimits.small
        let wire = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        limits.maxHeadBytes = wire.utf8.count
        #expect(Transcript(wire, limits: limits).ending == .idle)
        limits.maxHeadBytes -= 1
        #expect(Transcript(wire, limits: limits).ending == .fault(.headTooLarge))
    }

    @Test func `a target of exactly the limit is taken`() {
        var limits = HTTPServerLimits.small
        limits.maxTargetBytes = 4
        #expect(Transcript("GET /abc HTTP/1.1\r\nHost: a\r\n\r\n", limits: limits).messages.count == 1)
        #expect(Transcript("GET /abcd", limits: limits).ending == .fault(.targetTooLong))
    }

    @Test func `statuses are those of the RFC`() {
        let expected: [RequestFault: UInt16] = [
            .targetTooLong: 414, .headTooLarge: 431, .tooManyFields: 431, .trailersTooLarge: 431, .bodyTooLarge: 413,
            .unknownExpectation: 417, .unknownTransferCoding: 501, .unsupportedVersion: 505,
        ]
        for fault in RequestFault.allCases { #expect(fault.status.code == expected[fault] ?? 400, "\(fault)") }
    }

    @Test func `token bytes are those of the RFC`() {
        let token = Set("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        let host = Set("-._~!$&'()*+,;=%0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        for byte in UInt8.min...UInt8.max {
            #expect(ASCII.isToken(byte) == token.contains(byte), "\(byte)")
            #expect(ASCII.isHost(byte) == host.contains(byte), "\(byte)")
        }
    }
}
