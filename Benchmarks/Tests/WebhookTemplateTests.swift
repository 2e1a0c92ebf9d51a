import Cryptography
import Encodings
import Foundation
import Testing

@testable import webhook2fedmsg_bench

@Suite("Webhooks as they go out") struct WebhookTemplateTests {
    @Test(arguments: [PushPayload.smallestSize, PushPayload.smallestSize + 1, 1_000, 7_000, 7_001, 65_536, 1_000_000])
    func `a payload is a JSON object of exactly the size asked for`(size: Int) throws {
        let body = PushPayload.body(size: size)
        #expect(body.count == size)
        let object = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
        let repository = try #require(object?["repository"] as? [String: Any])
        #expect(repository["full_name"] as? String == "octo-org/octo-repo")
        #expect(repository["private"] as? Bool == false)
        #expect((object?["sender"] as? [String: Any])?["login"] as? String == "octocat")
    }

    @Test
    func `GitHub's own example of a signature`() throws {
        let secret = Array("It's a Secret to Everybody".utf8)
        let template = try WebhookTemplate(
            target: Target("http://localhost/github/x"), body: Array("Hello, World!".utf8), secret: secret)
        let text = String(decoding: template.bytes, as: UTF8.self)
        let code = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        #expect(text.contains("\r\nx-hub-signature-256: sha256=\(code)\r\n"))
        #expect(text.hasPrefix("POST /github/x HTTP/1.1\r\nhost: localhost\r\n"))
        #expect(text.contains("\r\ncontent-length: 13\r\n"))
        #expect(text.hasSuffix("\r\n\r\nHello, World!"))
        #expect(!text.contains("Secret"))
    }

    @Test
    func `HMAC-SHA-1: test cases 2 and 6 of RFC 2202`() {
        let short = WebhookTemplate.hmacSHA1(of: Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
        #expect(Hex.encode(short) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
        let text = Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)
        let long = WebhookTemplate.hmacSHA1(of: text, key: [UInt8](repeating: 0xaa, count: 80))
        #expect(Hex.encode(long) == "aa4ae5e15272d00e95705637ce8a3b55ed402112")
    }

    @Test
    func `each delivery has its id in its place, and nothing else changes`() throws {
        var template = try WebhookTemplate(target: Target("http://[::1]:8080"), body: [0x7b, 0x7d], secret: [1])
        let count = template.bytes.count
        var id = DeliveryID(high: 0x0123_4567_89ab_cdef, low: 0xffff_ffff_ffff_ffff)
        template.address(id)
        var text = String(decoding: template.bytes, as: UTF8.self)
        #expect(
            text.contains("\r\nx-github-delivery: 01234567-89ab-4def-bfff-ffff00000000\r\nx-github-event: push\r\n"))
        id.advance()
        template.address(id)
        text = String(decoding: template.bytes, as: UTF8.self)
        #expect(
            text.contains("\r\nx-github-delivery: 01234567-89ab-4def-bfff-ffff00000001\r\nx-github-event: push\r\n"))
        #expect(template.bytes.count == count)
    }

    @Test
    func `a URL's parts`() throws {
        let target = try Target("http://127.0.0.1:8080/github/abc?x=1")
        #expect(target.host == "127.0.0.1" && target.port == 8080 && target.path == "/github/abc?x=1")
        let v6 = try Target("http://[::1]:81")
        #expect(v6.host == "::1" && v6.port == 81 && v6.path == "/" && v6.authority == "[::1]:81")
        #expect(try Target("http://[::1]/x").port == 80)
    }

    @Test(arguments: [
        "https://localhost/", "localhost/x", "http://", "http://:80/", "http://h:0/", "http://h:65536/",
        "http://h:/",
        "http://u:p@h/", "http://h/a b", "http://h/\r\nx: y", "http://h/#x",
    ])
    func `what is no such URL`(url: String) {
        #expect(throws: BenchError.badURL(url)) { try Target(url) }
    }
}
