import Testing

@testable import HTTPServer

@Suite struct RequestHeadTests {
    private func head(_ wire: String) throws -> RequestHead {
        var parser = RequestParser(limits: .small)
        let bytes = Array(wire.utf8)
        guard case .complete(let count) = parser.parse(bytes.span) else {
            throw RequestFault.badRequestLine
        }
        #expect(count == bytes.count)
        return parser.head(in: bytes[...])
    }

    private func text(_ bytes: ArraySlice<UInt8>?) -> String? { bytes.map { latin1($0) } }

    @Test func `fields are found in any case`() throws {
        let head = try head(
            "POST /a HTTP/1.1\r\nHost: h\r\nX-Signature:  one \r\nx-sIGNATURE: two\r\nX-Empty:\r\nX-Sig: no\r\n\r\n")
        #expect(text(head.first("x-signature")) == "one")
        #expect(text(head.first("X-SIGNATURE")) == "one")
        #expect(head.count(of: "x-signature") == 2)
        #expect(text(head.find("x-signature")?.value) == "one")
        #expect(head.find("x-signature")?.isRepeated == true)
        #expect(head.find("x-sig")?.isRepeated == false)
        #expect(head.find("x-none") == nil)
        #expect(head.values("x-signature").map { latin1($0) } == ["one", "two"])
        #expect(text(head.first("x-empty")) == "")
        #expect(head.first("x-none") == nil)
        #expect(head.count(of: "x-none") == 0)
        #expect(head.fieldCount == 5)
        #expect(latin1(head.field(at: 2).name) == "x-sIGNATURE")
    }

    /// Two fields that say the same contradict nobody.
    @Test func `equal fields`() throws {
        let head = try head("POST /a HTTP/1.1\r\nHost: h\r\nX-A: one\r\nx-a:  one \r\nX-B: one\r\nX-B: One\r\n\r\n")
        #expect(head.find("x-a")?.isRepeated == false && head.count(of: "x-a") == 2)
        #expect(head.find("x-b")?.isRepeated == true)
    }

    @Test func `parts of an origin form`() throws {
        let head = try head("GET /a/b%20c?x=1?y HTTP/1.1\r\nHost: h:80\r\n\r\n")
        #expect(head.method == .get)
        #expect(head.path == "/a/b%20c")
        #expect(text(head.query) == "x=1?y")
        #expect(text(head.target) == "/a/b%20c?x=1?y")
        #expect(text(head.authority) == "h:80")
        #expect(head.contentLength == nil && !head.isChunked)
        #expect(head.keepAlive)
    }

    @Test func `an absolute form outranks host`() throws {
        let head = try head("GET http://one:81?q HTTP/1.1\r\nHost: two\r\n\r\n")
        #expect(head.path == "/")
        #expect(text(head.query) == "q")
        #expect(text(head.authority) == "one:81")
        #expect(head.targetForm == .absolute)
        #expect(try self.head("GET http://one/p HTTP/1.1\r\nHost: two\r\n\r\n").path == "/p")
    }

    @Test func `other forms`() throws {
        let options = try head("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(options.targetForm == .asterisk)
        #expect(options.path == "")
        let connect = try head("CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(connect.targetForm == .authority)
        #expect(!connect.keepAlive)
    }

    @Test func `framing`() throws {
        let sized = try head("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\nExpect: 100-Continue\r\n\r\n")
        #expect(sized.contentLength == 12)
        #expect(sized.expectsContinue && !sized.isChunked)
        let empty = try head("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")
        #expect(empty.contentLength == 0 && !empty.isChunked)
        let chunked = try head("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: CHUNKED\r\n\r\n")
        #expect(chunked.isChunked)
        #expect(chunked.contentLength == nil)
        let old = try head("POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n")
        #expect(!old.expectsContinue && !old.keepAlive)
        #expect(old.authority == nil)
    }

    @Test func `methods`() throws {
        for method in HTTPMethod.allCases where method != .other && method != .connect {
            #expect(try head("\(method.name) / HTTP/1.1\r\nHost: h\r\n\r\n").method == method)
        }
        let other = try head("Get / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(other.method == .other)
        #expect(latin1(other.methodBytes) == "Get")
    }

    @Test func `detached head says the same`() throws {
        let wire = Array("rubbish POST /a HTTP/1.1\r\nHost: h\r\nX-A: b\r\n\r\n".utf8)
        var parser = RequestParser(limits: .small)
        let slice = wire[8...]
        let step = parser.parse(slice.span)
        #expect(step == .complete(headBytes: slice.count))
        var head = parser.head(in: slice)
        let before = (head.path, text(head.first("x-a")), head.byteCount)
        head.detach()
        #expect(before == (head.path, text(head.first("x-a")), head.byteCount))
        #expect(before == ("/a", "b", slice.count))
    }
}
