import Testing
import WebhookServices

@Suite struct MessageBodyTests {
    let service = ExampleService()
    let headers = ExampleService.headers

    @Test func `header values are escaped`() throws {
        let value = "a\"b\\c\u{1}\u{1f}\u{7f}\ttab <ż€😀>\u{2028}"
        let event = try service.event(of: request(headers.setting("User-Agent", value), "{}"))
        #expect(event.header("user-agent") == value)
        let sent = try #require(try event.parsedBody()["headers"] as? [String: String])
        #expect(sent["user-agent"] == value)
        let text = String(decoding: event.messageBody(), as: UTF8.self)
        #expect(text.contains(#""user-agent": "a\"b\\c\u0001\u001f\#u{7f}\ttab <ż€😀>"#))
    }

    @Test func `header values are bounded`() throws {
        let long = String(repeating: "x", count: 5000)
        let event = try service.event(of: request(headers.setting("User-Agent", long), "{}"))
        #expect(event.header("user-agent")?.utf8.count == 1024)
        // Cut between characters, wherever the bound falls.
        for shift in 0..<4 {
            let value = String(repeating: "x", count: shift) + String(repeating: "😀", count: 400)
            let event = try service.event(of: request(headers.setting("User-Agent", value), "{}"))
            let sent = try #require(event.header("user-agent"))
            #expect(value.hasPrefix(sent) && (1021...1024).contains(sent.utf8.count))
        }
        let fits = String(repeating: "x", count: 1024)
        #expect(try service.event(of: request(headers.setting("User-Agent", fits), "{}")).header("user-agent") == fits)
    }

    @Test func `header values become UTF 8`() throws {
        var odd = headers.setting("User-Agent", nil)
        odd.fields.append(("User-Agent", [0x61, 0xff, 0xfe, 0x62, 0xed, 0xa0, 0x80]))
        let event = try service.event(of: request(odd, "{}"))
        #expect(event.header("user-agent")?.hasPrefix("a\u{fffd}\u{fffd}b\u{fffd}") == true)
        let sent = try #require(try event.parsedBody()["headers"] as? [String: String])
        #expect(sent["user-agent"] == event.header("user-agent"))
        // All continuation bytes: nothing to cut between, and no trap.
        odd = headers.setting("User-Agent", nil)
        odd.fields.append(("User-Agent", Array(repeating: 0x80, count: 2000)))
        #expect(try service.event(of: request(odd, "{}")).header("user-agent") != nil)
    }

    @Test(arguments: ["a b", "push.#", "*", "\u{e9}v\u{e9}nement", "..", String(repeating: "e", count: 300)])
    func `odd events are messages too`(_ name: String) throws {
        let event = try service.event(of: request(headers.setting("X-Example-Event", name), "{}"))
        #expect(event.header("x-example-event") == name)
        #expect(event.topic.hasPrefix("webhook.example.") && event.topic.utf8.count <= 80)
        #expect(!event.topic.contains("..") && !event.topic.hasSuffix("."))
        #expect(event.topic.utf8.allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: "*") })
    }

    @Test func `the payload is not touched`() throws {
        let body = "\r\n {\"b\" : 1.50,\t\"a\":\"\\u017c\\/ ż\", \"a\": 1E+2, \"big\":18446744073709551615}\n "
        let event = try service.event(of: request(headers, body))
        #expect(event.payloadBytes == Array(body.utf8))
        let message = String(decoding: event.messageBody(), as: UTF8.self)
        #expect(message.hasPrefix("{\"body\": " + body + ", \"headers\": {"))
        _ = try event.parsedBody()
    }

    @Test func `no headers at all`() {
        let event = WebhookEvent(topic: "x", name: "x", deliveryID: nil, headers: [], payload: [Array("{}".utf8)[...]])
        #expect(event.messageBody() == Array(#"{"body": {}, "headers": {}, "agent": null}"#.utf8))
    }
}
