import TestSupport
import Testing

@testable import HTTPClient

/// The time that an answer's head takes grows with its length.
@Suite struct GrowthTests {
    private static func collect(_ lines: [[UInt8]]) {
        var collector = ResponseCollector(maxHeadBytes: .max, maxBodyBytes: .max)
        for line in lines { _ = line.withUnsafeBytes { collector.takeLine($0) } }
        _ = collector.fields
    }

    @Test(arguments: TextFamily.all) func `long lines`(_ family: TextFamily) {
        for start in ["", "HTTP/1.1 ", "Content-Type: ", "A"] {
            let ratio = Growth.ratio(from: 1000, { [Array((start + family.text($0) + "\r\n").utf8)] }, Self.collect)
            #expect(ratio <= Growth.limit, "\(start)")
        }
    }

    @Test(arguments: ["a: b\r\n", "\r\n", "HTTP/1.1 200 OK\r\n", " b\r\n", ":\r\n"]) func `many lines`(_ line: String) {
        let ratio = Growth.ratio(from: 200, { Array(repeating: Array(line.utf8), count: $0) }, Self.collect)
        #expect(ratio <= Growth.limit)
    }

    @Test func `many pieces`() {
        let ratio = Growth.ratio(from: 500, { Array(repeating: [UInt8](repeating: 0x61, count: 16), count: $0) }) {
            var collector = ResponseCollector(maxHeadBytes: .max, maxBodyBytes: .max)
            for piece in $0 { _ = piece.withUnsafeBytes { collector.takeBody($0) } }
        }
        #expect(ratio <= Growth.limit)
    }
}
