import Foundation
import Testing

@testable import HTTPServer

/// llhttp's request vectors (shared/corpora/llhttp-request). What it takes we take with the same outcome, what it
/// refuses we refuse, and what it takes only when told to be lenient we refuse; but for the differences named here.
@Suite(.enabled(if: !LlhttpCase.all.isEmpty, "shared/corpora/llhttp-request is not here"))
struct LlhttpTests {
    /// What llhttp takes and we refuse.
    private static let stricter: [String: (fault: RequestFault, why: String)] = [
        "sample: No HTTP version": (.badRequestLine, "HTTP/0.9 has no head to route by, and nobody speaks it"),
        "method: SOURCE request with ICE": (.badVersion, "not HTTP"),
        "method: OPTIONS request with RTSP": (.badVersion, "not HTTP"),
        "method: ANNOUNCE request with RTSP": (.badVersion, "not HTTP"),
        "method: M-SEARCH request": (.badTarget, "`*` is for OPTIONS (RFC 9112 section 3.2.4)"),
        "method: PRI request HTTP2": (.badTarget, "`*` is for OPTIONS; HTTP/2 is the proxy's"),
        "uri: `host:port` and basic auth": (.badTarget, "user information in an http URI is an error (RFC 9110 4.2.4)"),
        "transfer-encoding: POST with `chunked` as last transfer-encoding":
            (.unknownTransferCoding, "compressed bodies are not understood (501)"),
        "transfer-encoding: POST with `chunked` as last transfer-encoding (multiple headers)":
            (.unknownTransferCoding, "compressed bodies are not understood (501)"),
    ]

    /// What llhttp refuses and we take.
    private static let milder: [String: String] = [
        "invalid: Invalid method": "any token is a method; the router refuses those it does not know (405)",
        "invalid: HTTP protocol and ANNOUNCE method": "any token is a method",
        "connection: No restart when keep-alive is off (1.0)": "the connection closes: what follows is not looked at",
        "connection: CRLF between requests, explicit `close`": "the connection closes after the first",
        "connection: CRLF between requests, explicit `close` followed by tab": "the connection closes after the first",
    ]

    /// Lenient vectors that are no danger to us, for we do not look at what llhttp is lenient about.
    private static let harmless: [String: String] = [
        "connection: Resetting flags when keep-alive is off (1.0, lenient)": "the connection closes after the first",
        "connection: CRLF between requests, explicit `close` (lenient)": "the connection closes after the first",
    ]

    /// What cannot be compared.
    private static let incomparable: [String: String] = [
        "content-length: Content-Length reset when no body is received": "llhttp is told to skip the bodies",
        "method: CONNECT with body": "llhttp does not read a CONNECT's body; we do, and then close",
    ]

    @Test func `the corpus is read`() {
        #expect(LlhttpCase.all.count > 120)
        #expect(LlhttpCase.all.count { $0.isLenient } > 15)
        #expect(LlhttpCase.all.count { $0.isRefused } > 40)
        let names = Set(LlhttpCase.all.map(\.name))
        for exceptions in [Self.stricter.keys.map { $0 }, Self.milder.keys.map { $0 }, Self.harmless.keys.map { $0 }] {
            for name in exceptions { #expect(names.contains(name), "an exception without a vector: \(name)") }
        }
    }

    @Test(arguments: LlhttpCase.all)
    func `has the same outcome`(_ vector: LlhttpCase) {
        guard Self.incomparable[vector.name] == nil else { return }
        let transcript = Transcript(vector.withHosts(evenIfRefused: Self.milder[vector.name] != nil))
        if let exception = Self.stricter[vector.name] {
            #expect(transcript.ending == .fault(exception.fault), "\(exception.why)")
        } else if vector.isLenient {
            expectRefusal(transcript, closes: Self.harmless[vector.name] != nil)
        } else if vector.isRefused {
            expectRefusal(transcript, closes: Self.milder[vector.name] != nil)
        } else {
            expectSame(transcript, vector)
        }
    }

    private func expectRefusal(_ transcript: Transcript, closes: Bool) {
        if closes {
            #expect(transcript.messages.count == 1)
            return
        }
        guard case .fault = transcript.ending else {
            Issue.record("not refused: \(transcript)")
            return
        }
    }

    private func expectSame(_ transcript: Transcript, _ vector: LlhttpCase) {
        let expected = vector.expectedMessages()
        #expect(transcript.messages.count >= expected.count, "\(transcript)")
        for (found, expected) in zip(transcript.messages, expected) {
            #expect(found.method == expected.method)
            #expect(found.target == expected.target)
            #expect(found.fields.filter { $0 != LlhttpCase.host } == expected.fields.filter { $0 != LlhttpCase.host })
            #expect(found.body == expected.body)
        }
        // After a pause (an upgrade, which we do not do) llhttp looks at nothing more.
        if case .fault(let fault) = transcript.ending, vector.errorCode == nil { Issue.record("refused: \(fault)") }
    }

    @Test(arguments: LlhttpCase.all.filter { !$0.isRefused && !$0.isLenient })
    func `without host is refused`(_ vector: LlhttpCase) {
        let transcript = Transcript(vector.wire)
        guard vector.withHosts() != vector.wire, transcript.messages.isEmpty, vector.isComplete else { return }
        let earlier: [RequestFault] = [.badTarget, .badRequestLine, .unknownTransferCoding]
        if case .fault(let fault) = transcript.ending, fault != .missingHost {
            #expect(earlier.contains(fault))
        } else {
            #expect(transcript.ending == .fault(.missingHost))
        }
    }

    @Test(arguments: LlhttpCase.all)
    func `is the same however it is cut`(_ vector: LlhttpCase) {
        for wire in [vector.wire, vector.withHosts()] {
            let whole = Transcript(wire)
            for cut in 0...wire.count {
                let cutInTwo = Transcript(wire, cutAt: [cut])
                guard cutInTwo == whole else {
                    Issue.record("cut at \(cut): \(cutInTwo), whole: \(whole)")
                    return
                }
            }
            #expect(Transcript(wire, cutAt: Array(0..<wire.count)) == whole)
        }
    }
}

extension LlhttpCase {
    static let host = ["Host", "inserted"]

    /// Whether llhttp found at least one whole head.
    var isComplete: Bool { log.contains { $0.contains("headers complete") } }

    /// The wire with `Host` in each HTTP/1.1 head that lacks it (llhttp does not ask for it) and without the fragments
    /// of its targets (llhttp takes them; `RequestParserTests` shows that we do not).
    func withHosts(evenIfRefused: Bool = false) -> [UInt8] {
        var result: [UInt8] = []
        let starts = log.filter { $0.hasSuffix(" message begin") }.compactMap(Self.offset) + [wire.count]
        result.append(contentsOf: wire.prefix(starts[0]))
        for (start, end) in zip(starts, starts.dropFirst()) {
            let message = latin1(wire[start..<end])
            let head = message.components(separatedBy: "\r\n\r\n")[0]
            let hasHost = head.lowercased().contains("\r\nhost:")
            guard let lineEnd = message.range(of: "\r\n"), !isRefused || evenIfRefused else {
                result.append(contentsOf: wire[start..<end])
                continue
            }
            var line = message[..<lineEnd.lowerBound].description
            if let hash = line.range(of: "#"), let space = line.range(of: " HTTP") {
                line.removeSubrange(hash.lowerBound..<space.lowerBound)
            }
            let host = hasHost || line.hasSuffix("1.0") ? "" : "\r\n" + Self.host.joined(separator: ": ")
            let rest = message[lineEnd.lowerBound...]
            result.append(contentsOf: (line + host + rest).unicodeScalars.map { UInt8($0.value) })
        }
        return result
    }

    /// The messages that llhttp's log tells as complete.
    func expectedMessages() -> [Transcript.Message] {
        var messages: [Transcript.Message] = []
        var current = Transcript.Message(method: "", target: "", version: .http1_1, fields: [], body: "")
        var headIsComplete = false
        for line in log {
            if line.hasSuffix(" message begin") {
                current = Transcript.Message(method: "", target: "", version: .http1_1, fields: [], body: "")
                headIsComplete = false
            } else if line.contains("headers complete") {
                headIsComplete = true
            } else if line.contains("message complete") {
                current.target = current.target.components(separatedBy: "#")[0]
                messages.append(current)
            } else if line.contains("span[method]") {
                current.method += span(line)
            } else if line.contains("span[url]") {
                current.target += span(line)
            } else if line.contains("span[body]") {
                current.body += span(line)
            } else if line.contains("span[header_field]"), !headIsComplete {
                current.fields.append([span(line), ""])
            } else if line.contains("span[header_value]"), !headIsComplete {
                current.fields[current.fields.count - 1][1] += span(line).trimmingCharacters(in: .whitespaces)
            }
        }
        return messages
    }

    private func span(_ line: String) -> String {
        guard let start = Self.offset(line), let length = Self.number(after: "len=", in: line) else { return "" }
        return latin1(wire[start..<min(start + length, wire.count)])
    }

    private static func offset(_ line: String) -> Int? { number(after: "off=", in: line) }

    private static func number(after label: String, in line: String) -> Int? {
        guard let range = line.range(of: label) else { return nil }
        return Int(line[range.upperBound...].prefix { $0.isNumber })
    }
}
