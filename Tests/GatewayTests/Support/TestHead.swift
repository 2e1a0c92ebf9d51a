import HTTPServer
import Testing

/// Heads of requests, as they would come over the wire.
enum TestHead {
    static func get(_ fields: String...) throws -> RequestHead {
        let lines = ["GET / HTTP/1.1"] + (fields.contains { $0.hasPrefix("Host:") } ? [] : ["Host: localhost"]) + fields
        let bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        var parser = RequestParser(limits: HTTPServerLimits())
        let step = parser.parse(bytes.span)
        #expect(step == .complete(headBytes: bytes.count))
        return parser.head(in: bytes[...])
    }
}
