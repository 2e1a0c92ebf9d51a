import TestSupport
import Testing

@testable import HTTPServer

/// The time that a request takes grows with its length, whatever is in it, and however it is cut.
@Suite struct GrowthTests {
    private static let limits: HTTPServerLimits = {
        var limits = HTTPServerLimits()
        limits.maxHeadBytes = .max
        limits.maxTargetBytes = .max
        limits.maxHeaderFields = .max
        limits.maxChunkExtensionBytes = .max
        limits.maxTrailerBytes = .max
        return limits
    }()

    /// Parsed in pieces of so many bytes.
    private static func head(_ wire: [UInt8], step: Int) -> RequestHead? {
        var parser = RequestParser(limits: limits)
        var end = 0
        while end < wire.count {
            end = min(wire.count, end + step)
            switch parser.parse(wire.span.extracting(0..<end)) {
            case .incomplete: continue
            case .fault: return nil
            case .complete: return parser.head(in: wire[...])
            }
        }
        return nil
    }

    private static let names = [
        "x", "host", "content-length", "transfer-encoding", "connection", "expect", "x-forwarded-for", "forwarded",
        "cookie", "accept", "te", "upgrade",
    ]

    @Test(arguments: TextFamily.all, [1, 1 << 20]) func `heads`(_ family: TextFamily, _ step: Int) {
        for name in Self.names {
            let ratio = Growth.ratio(
                from: 500, { Array("POST /a HTTP/1.1\r\n\(name): \(family.text($0))\r\n\r\n".utf8) },
                { wire in
                    guard let head = Self.head(wire, step: step) else { return }
                    _ = ForwardingChain.xForwardedFor(head.values("x-forwarded-for"))
                    _ = ForwardingChain.forwarded(head.values("forwarded"))
                    _ = ErrorFormat(accept: head.values("accept"))
                })
            #expect(ratio <= Growth.limit, "\(name)")
        }
    }

    @Test(arguments: TextFamily.all) func `targets`(_ family: TextFamily) throws {
        var router = Router()
        for pattern in ["/", "/a/{b}", "/a/{b}/c", "/{a}/{b}", "/{a}"] { try router.on(.get, pattern, Silent()) }
        for start in ["/", "/a/", "http://", "http://a/", "/a?", ""] {
            let ratio = Growth.ratio(
                from: 500, { Array("GET \(start)\(family.text($0)) HTTP/1.1\r\nHost: a\r\n\r\n".utf8) },
                { wire in
                    guard let head = Self.head(wire, step: 1 << 20) else { return }
                    _ = router.match(.get, head.pathBytes)
                    _ = router.intended(head.pathBytes)
                })
            #expect(ratio <= Growth.limit, "\(start)")
        }
    }

    private struct Silent: HTTPHandler {
        func respond(to exchange: HTTPExchange) async -> ServerResponse { .text(.ok, "") }
    }

    @Test(arguments: [1, 1 << 20]) func `many fields`(_ step: Int) {
        for field in [
            "a: b\r\n", "Cookie: a=b\r\n", "X-Forwarded-For: 10.0.0.1\r\n", "Connection: close\r\n", "a:\r\n",
        ] {
            let ratio = Growth.ratio(
                from: 50,
                { Array("GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: field, count: $0))\r\n".utf8) },
                { wire in
                    guard let head = Self.head(wire, step: step) else { return }
                    _ = ForwardingChain.xForwardedFor(head.values("x-forwarded-for"))
                    _ = head.first("z")
                })
            #expect(ratio <= Growth.limit, "\(field)")
        }
    }

    /// Chunks of a byte, long extensions, long trailers, leading zeros, in pieces and at once.
    @Test(arguments: [1, 1 << 20]) func `chunks`(_ step: Int) {
        let bodies: [@Sendable (Int) -> String] = [
            { String(repeating: "1\r\na\r\n", count: $0) + "0\r\n\r\n" },
            { String(repeating: "1;a=\"b\"\r\na\r\n", count: $0) + "0\r\n\r\n" },
            { "1;" + String(repeating: "a;", count: $0) + "\r\na\r\n0\r\n\r\n" },
            { "1;a=\"" + String(repeating: "\\\"", count: $0) + "\"\r\na\r\n0\r\n\r\n" },
            { "0\r\n" + String(repeating: "a: b\r\n", count: $0) + "\r\n" },
            { "0\r\na:" + String(repeating: " ", count: $0) + "\r\n\r\n" },
            { String(repeating: "0", count: $0) + "1\r\na\r\n0\r\n\r\n" },
        ]
        for (index, body) in bodies.enumerated() {
            let ratio = Growth.ratio(from: 100, { Array(body($0).utf8) }) { wire in
                var decoder = ChunkedDecoder(limits: Self.limits, bodyLimit: .max)
                var start = 0
                while start < wire.count {
                    let end = min(wire.count, start + step)
                    switch decoder.decode(wire.span.extracting(start..<end)) {
                    case .incomplete: start = end
                    case .data(let range): start += range.upperBound
                    case .end, .fault: return
                    }
                }
            }
            #expect(ratio <= Growth.limit, "\(index)")
        }
    }
}
