import Testing

@testable import HTTPServer

/// Random and mutated requests: nothing traps, and the outcome does not depend on how the bytes are cut. The seeds are
/// fixed, so a failure comes again.
@Suite struct RequestFuzzTests {
    private static let seeds: [String] = [
        "POST /github/abc HTTP/1.1\r\nHost: example.org\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\nhello world"
            + "GET /healthz HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n",
        "POST http://a:80/x?y HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "5;a=b;c=\"d\"\r\nhello\r\n6\r\n world\r\n0\r\nX: y\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n\r\nPUT /a HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 0\r\n\r\n",
    ]
    /// Bytes that mean something to the grammar come more often than others.
    private static let alphabet = Array("\r\n :;,=\"\\\t/0129aAfF-chunked%#?*[]\0\u{7F}".utf8) + [0x80, 0xFF]

    @Test(arguments: [
        "0", "-0", "-1", "+1", "9223372036854775807", "9223372036854775806", "9223372036854775808",
        "-9223372036854775808", "18446744073709551615", "18446744073709551616", "1e3", "0x10", "7FFFFFFFFFFFFFFF",
        "7FFFFFFFFFFFFFFE", "8000000000000000", "FFFFFFFFFFFFFFFF", "10000000000000000",
        String(repeating: "9", count: 40), String(repeating: "0", count: 40), String(repeating: "F", count: 40),
    ])
    func `extreme numbers`(_ text: String) {
        let head = "POST /a HTTP/1.1\r\nHost: a"
        for wire in [
            "\(head)\r\nContent-Length: \(text)\r\n\r\nhello",
            "\(head):\(text)\r\nContent-Length: 0\r\n\r\n",
            "\(head)\r\nTransfer-Encoding: chunked\r\n\r\n\(text)\r\nhello\r\n0\r\n\r\n",
            "\(head)\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n\(text)\r\nhello\r\n0\r\n\r\n",
            "POST http://a:\(text)/b HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
            "GET / HTTP/\(text).1\r\nHost: a\r\n\r\n", "GET / HTTP/1.\(text)\r\nHost: a\r\n\r\n",
            "\(head)\r\nKeep-Alive: timeout=\(text), max=\(text)\r\nContent-Length: 0\r\n\r\n",
        ] {
            for limits in [HTTPServerLimits.small, HTTPServerLimits()] {
                let transcript = Transcript(wire, limits: limits)
                // None of them is a body of five bytes, and nothing is read as a second request.
                #expect(transcript.messages.count <= 1)
                #expect(transcript.messages.allSatisfy { $0.body.isEmpty || $0.body == "a" }, "\(wire)")
            }
        }
        _ = ErrorFormat(accept: [Array("text/html;q=\(text), application/json;q=0.\(text)".utf8)[...]])
        for seconds in [Int.min, -1, 0, .max - 1, .max] {
            #expect(HTTPDate.bytes(secondsSince1970: seconds).count == 29)
        }
    }

    @Test(arguments: 0..<20)
    func `mutated requests`(_ round: Int) {
        var random = SeededGenerator(seed: UInt64(round))
        for _ in 0..<100 {
            var wire = Array(Self.seeds[Int.random(in: 0..<Self.seeds.count, using: &random)].utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&wire, &random) }
            check(wire, &random)
        }
    }

    @Test(arguments: 0..<10)
    func `random bytes`(_ round: Int) {
        var random = SeededGenerator(seed: UInt64(1000 + round))
        for _ in 0..<100 {
            let fromAlphabet = Bool.random(using: &random)
            let wire = (0..<Int.random(in: 0...120, using: &random)).map { _ in
                fromAlphabet
                    ? Self.alphabet[Int.random(in: 0..<Self.alphabet.count, using: &random)]
                    : UInt8.random(in: 0...255, using: &random)
            }
            check(wire, &random)
            check(Array("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8) + wire, &random)
        }
    }

    private func mutate(_ wire: inout [UInt8], _ random: inout SeededGenerator) {
        guard !wire.isEmpty else { return }
        let index = Int.random(in: 0..<wire.count, using: &random)
        let byte = Self.alphabet[Int.random(in: 0..<Self.alphabet.count, using: &random)]
        switch Int.random(in: 0..<5, using: &random) {
        case 0: wire[index] = byte
        case 1: wire.insert(byte, at: index)
        case 2: wire.remove(at: index)
        case 3: wire.removeSubrange(index..<min(wire.count, index + 8))
        default:
            let from = Int.random(in: 0..<wire.count, using: &random)
            wire.insert(contentsOf: wire[from..<min(wire.count, from + 16)], at: index)
        }
    }

    private func check(_ wire: [UInt8], _ random: inout SeededGenerator) {
        let whole = Transcript(wire)
        let cuts = (0..<3).map { _ in Int.random(in: 0...wire.count, using: &random) }.sorted()
        for cut in [cuts, Array(0..<wire.count)] {
            let pieces = Transcript(wire, cutAt: cut)
            if pieces != whole {
                Issue.record("\(latin1(wire).debugDescription) cut at \(cut): \(pieces) and \(whole)")
            }
        }
        for message in whole.messages {
            #expect(!message.method.isEmpty && !message.target.isEmpty)
            let names = message.fields.map { $0[0].lowercased() }
            #expect(message.version == .http1_0 || names.count { $0 == "host" } == 1)
            #expect(names.count { $0 == "content-length" || $0 == "transfer-encoding" } <= 1)
        }
    }
}
