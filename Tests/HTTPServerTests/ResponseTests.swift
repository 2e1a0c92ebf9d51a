import Testing

@testable import HTTPServer

@Suite struct ResponseTests {
    private let id = RequestID(high: 0x0123_4567_89AB_CDEF, low: 1)

    private func encode(_ response: ServerResponse, _ change: (inout ResponseEncoder.Context) -> Void = { _ in })
        -> String
    {
        var context = ResponseEncoder.Context(date: Array("Date: now\r\n".utf8), requestID: id)
        change(&context)
        var bytes: [UInt8] = []
        ResponseEncoder.append(response, context, to: &bytes)
        return latin1(bytes)
    }

    @Test func `head and body in one piece`() {
        #expect(
            encode(.json(.accepted, Array("{}".utf8)))
                == "HTTP/1.1 202 Accepted\r\nDate: now\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
                + "X-Request-Id: 0123456789abcdef0000000000000001\r\n\r\n{}")
    }

    @Test func `head has the length but no body`() {
        let text = encode(.text(.ok, "hello")) { $0.isHead = true }
        #expect(text.contains("Content-Length: 5\r\n"))
        #expect(text.hasSuffix("\r\n\r\n"))
    }

    @Test func `no content has neither`() {
        let text = encode(ServerResponse(.noContent, contentType: "text/plain", body: [1, 2, 3]))
        #expect(!text.contains("Content-"))
        #expect(text.hasSuffix("\r\n\r\n"))
        #expect(encode(ServerResponse(HTTPStatus(304))).contains("304 Not Modified\r\n"))
    }

    @Test func `connection fields`() {
        #expect(!encode(.text(.ok, "")).contains("Connection"))
        #expect(encode(.text(.ok, "")) { $0.keepAlive = false }.contains("\r\nConnection: close\r\n"))
        #expect(encode(.text(.ok, "")) { $0.version = .http1_0 }.contains("\r\nConnection: keep-alive\r\n"))
    }

    @Test func `nothing that a sender chose ends a line`() {
        let text = encode(
            ServerResponse(
                .ok,
                headers: [
                    .init("Location", "/a\r\nSet-Cookie: x\u{0}y"), .init("X Y", "no"), .init("", "no"),
                    .init("content-length", "7"), .init("Transfer-Encoding", "chunked"), .init("X-Good", "ä"),
                ]))
        #expect(text.contains("\r\nLocation: /a  Set-Cookie: x y\r\n"))
        #expect(!text.contains("no\r\n") && !text.contains(": 7") && !text.contains("chunked"))
        #expect(text.contains("X-Good: \u{C3}\u{A4}\r\n"))
    }

    @Test func `an unknown status still has its line`() {
        #expect(encode(ServerResponse(HTTPStatus(599))).hasPrefix("HTTP/1.1 599 \r\n"))
        #expect(HTTPStatus(99).code == 500)
    }

    @Test(arguments: [
        (nil, ErrorFormat.json), ("*/*", .json), ("application/json", .json), ("text/plain", .text), ("", .json),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", .text), ("text/*", .text),
        ("text/plain;q=0.5, application/json", .json), ("application/json;q=0.2,text/plain ; Q=0.3", .text),
        ("text/plain;q=0", .json), ("TEXT/PLAIN", .text), ("image/png", .json), ("*/*;q=1.0, text/plain;q=0.1", .json),
        ("text/plain;charset=utf-8;q=0.7, */*;q=0.8", .json), ("application/*;q=0.1, text/plain;q=0.15", .text),
        ("text/plain, application/json", .json), (";;;,,,q=", .json),
    ])
    func `errors are told as the sender likes it`(_ accept: String?, _ expected: ErrorFormat) {
        #expect(ErrorFormat(accept: accept.map { [Array($0.utf8)[...]] } ?? []) == expected)
    }

    @Test func `several accept fields are one list`() {
        #expect(ErrorFormat(accept: [Array("image/png".utf8)[...], Array("text/html".utf8)[...]]) == .text)
    }

    @Test func `error bodies`() {
        let error = HTTPError(.serviceUnavailable, code: "over\"loaded", message: "a\\b\u{1}\u{1F}ä", retryAfter: 7)
        let json = ServerResponse.error(error, format: .json)
        #expect(
            String(decoding: json.body, as: UTF8.self)
                == #"{"error":{"code":"over\"loaded","message":"a\\b\u0001\u001fä"}}"#)
        #expect(json.contentType == "application/json")
        #expect(json.headers == [.init("Retry-After", "7")])
        let text = ServerResponse.error(.notFound, format: .text)
        #expect(String(decoding: text.body, as: UTF8.self) == "Not found.\n")
        #expect(text.status == .notFound)
    }

    @Test(arguments: [
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"),
        (-5, "Thu, 01 Jan 1970 00:00:00 GMT"),
    ])
    func `dates`(_ seconds: Int, _ expected: String) {
        #expect(latin1(HTTPDate.bytes(secondsSince1970: seconds)) == expected)
    }

    @Test func `the date is written once a second`() {
        var cache = DateCache()
        let lines = [0, 0, 1].map { latin1(cache.line(at: $0)) }
        #expect(lines[0] == "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n")
        #expect(lines[1] == lines[0])
        #expect(lines[2] == "Date: Thu, 01 Jan 1970 00:00:01 GMT\r\n")
    }

    @Test func `request ids`() {
        #expect(id.description == "0123456789abcdef0000000000000001")
        var random = SeededGenerator(seed: 1)
        let ids = Set((0..<1000).map { _ in RequestID(using: &random) })
        #expect(ids.count == 1000)
        #expect(ids.allSatisfy { $0.description.utf8.count == 32 })
    }

    @Test func `what is logged is bounded and escaped`() {
        #expect(RequestRecord.escaped(Array("/a b\"\\\n\u{1B}[m".utf8)[...], limit: 100) == #"/a b\x22\x5c\x0a\x1b[m"#)
        #expect(RequestRecord.escaped(Array("ä".utf8)[...], limit: 100) == #"\xc3\xa4"#)
        #expect(RequestRecord.escaped([UInt8](repeating: 0x61, count: 10)[...], limit: 3) == "aaa…")
        #expect(RequestRecord.escaped([], limit: 3) == "")
    }

    @Test func `body deadlines`() {
        let start = ContinuousClock.now
        var deadline = BodyDeadline(start: start, grace: .seconds(20), minRate: 1000)
        #expect(deadline.deadline(received: 0) == start + .seconds(20))
        #expect(deadline.deadline(received: 5000) == start + .seconds(25))
        deadline.forgive(.seconds(3))
        #expect(deadline.deadline(received: 5000) == start + .seconds(28))
    }

    /// A body that waited in the socket for a server that stood still is not late.
    @Test func `bodies that a server was late to read`() {
        let start = ContinuousClock.now
        var deadline = BodyDeadline(start: start, grace: .seconds(20), minRate: 1000)
        // In time, and a timer's usual delay after it: nothing is forgiven.
        for late in [Duration.seconds(-10), .zero, .milliseconds(90)] {
            let due = deadline.deadline(received: 0)
            deadline.came(due + late, after: due, since: start)
            #expect(deadline.deadline(received: 0) == due)
        }
        // A minute late for a read that had begun after 15 s: 5 s were left, and are left again.
        deadline.came(start + .seconds(80), after: start + .seconds(20), since: start + .seconds(15))
        #expect(deadline.deadline(received: 0) == start + .seconds(85))
    }
}
