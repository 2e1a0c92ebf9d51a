import Testing

@testable import webhook2fedmsg_bench

@Suite("Reading answers") struct AnswerParserTests {
    private func parse(_ text: String) throws -> Answer? {
        try AnswerParser.parse(Array(text.utf8)[...])
    }

    @Test
    func `an answer is complete with its last byte and not before`() throws {
        let head = "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nCONTENT-LENGTH:  2 \r\n\r\n"
        let bytes = Array((head + "{}HTTP/1.1 ").utf8)
        let whole = head.utf8.count + 2
        for count in 0..<whole { #expect(try AnswerParser.parse(bytes[..<count]) == nil) }
        let answer = Answer(status: 202, keepsAlive: true, headCount: whole - 2, bodyCount: 2)
        for count in whole...bytes.count { #expect(try AnswerParser.parse(bytes[..<count]) == answer) }
    }

    @Test
    func `positions count from the slice's own beginning`() throws {
        let bytes = Array("xyzHTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n".utf8)
        let answer = Answer(status: 503, keepsAlive: true, headCount: bytes.count - 3, bodyCount: 0)
        #expect(try AnswerParser.parse(bytes[3...]) == answer)
    }

    @Test
    func `Connection: close ends the connection`() throws {
        #expect(try parse("HTTP/1.1 401 No\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n")?.keepsAlive == false)
        #expect(try parse("HTTP/1.1 401 No\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n")?.keepsAlive == true)
    }

    @Test
    func `interim answers and 204 have no body`() throws {
        let interim = try #require(try parse("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\n"))
        #expect(interim.isInterim && interim.count == 25)
        #expect(try parse("HTTP/1.1 204\r\n\r\n")?.bodyCount == 0)
    }

    @Test(arguments: [
        ("HTTP/1.0 200 OK\r\n", AnswerError.notHTTP), ("HTTP/1.1 20 OK\r\n", .notHTTP),
        ("HTTP/1.1 2020 OK\r\n", .notHTTP), ("HTTP/1.1 999 OK\r\n", .notHTTP),
        ("HTTP/1.1 200 OK\r\nnothing\r\n", .notHTTP), ("HTTP/1.1 200 OK\n", .bareLineFeed),
        ("HTTP/1.1 200 OK\r\n\r\n", .noContentLength),
        ("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", .badContentLength),
        ("HTTP/1.1 200 OK\r\ncontent-length: 1, 1\r\n\r\n", .badContentLength),
        ("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\n", .badContentLength),
        ("HTTP/1.1 200 OK\r\ncontent-length: 1048577\r\n\r\n", .badContentLength),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", .transferEncoding),
        ("HTTP/1.1 200 OK\r\nx: " + String(repeating: "x", count: 16_384), .headTooLong),
    ])
    func `what is not such an answer is an error`(text: String, error: AnswerError) {
        #expect(throws: error) { try parse(text) }
    }

    @Test(
        arguments: [
            (#"{"message_id":"abc","topic":"x"}"#, "abc"), (#"{"topic": "x", "message_id" : "d-e"}"#, "d-e"),
            (#"{"message_id":"abc"#, nil), (#"{"message_id":null}"#, nil), (#"{"published":false}"#, nil), ("", nil),
        ] as [(String, String?)])
    func `the message's id is found`(body: String, id: String?) {
        #expect(MessageID.find(in: Array(body.utf8)[...]).map { String(decoding: $0, as: UTF8.self) } == id)
    }
}
