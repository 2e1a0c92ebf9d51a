import FedoraMessaging
import Foundation
import Testing

@Suite struct FedoraMessageTests {
    func message(topic: String = "github.push", usernames: [String] = [], body: String = "{}") -> FedoraMessage {
        FedoraMessage(
            id: "b2397557-4a2b-41fb-9b56-fc8fb9e98c75", topic: topic,
            schema: "webhook_to_fedora_messaging.github.message_v1",
            schemaPackage: "webhook_to_fedora_messaging_messages", sentAt: "2026-11-23T17:50:19+00:00",
            usernames: usernames, body: Array(body.utf8))
    }

    @Test func `headers in the order of the wire`() {
        let headers = message(usernames: ["alice"]).headers
        #expect(
            headers.map(\.name) == [
                "fedora_messaging_schema", "fedora_messaging_schema_package", "sent-at", "fedora_messaging_severity",
                "priority", "fedora_messaging_user_alice",
            ])
        #expect(
            headers.map(\.value) == [
                .longString("webhook_to_fedora_messaging.github.message_v1"),
                .longString("webhook_to_fedora_messaging_messages"), .longString("2026-11-23T17:50:19+00:00"),
                .int32(20), .int32(0), .bool(true),
            ])
        #expect(message().headers(priority: 7)[4].value == .int32(7))
    }

    @Test func `names that cannot be headers are left out`() {
        // The prefix has 22 bytes, so a name of 233 just fits; é has two bytes.
        let longest = String(repeating: "a", count: 233)
        let names =
            ["bob", longest, longest + "a", String(repeating: "é", count: 117), "", "bob"]
            + ["a\u{0}b", "a\nb", "\u{1b}[31m", "\u{7f}", "a\u{85}"]
        let sent = message(usernames: names).headers.dropFirst(5).map(\.name)
        #expect(sent == ["fedora_messaging_user_bob", "fedora_messaging_user_" + longest])
        #expect(sent.last?.utf8.count == 255)
    }

    @Test(arguments: [
        ("", "github.push"), ("org.fedoraproject.stg", "org.fedoraproject.stg.github.push"),
        ("org.fedoraproject.prod..", "org.fedoraproject.prod.github.push"), ("...", "github.push"),
    ])
    func `routing key`(prefix: String, key: String) throws {
        #expect(try message().routingKey(prefix: prefix) == key)
    }

    @Test func `routing key bound`() throws {
        let prefix = String(repeating: "p", count: 243)
        #expect(try message().routingKey(prefix: prefix).utf8.count == 255)
        #expect(throws: FedoraMessageError.routingKeyTooLong(bytes: 256)) {
            try message().routingKey(prefix: prefix + "p")
        }
        #expect(throws: FedoraMessageError.routingKeyTooLong(bytes: 258)) {
            try message(topic: String(repeating: "é", count: 128)).routingKey(prefix: "a")
        }
        #expect(throws: FedoraMessageError.emptyTopic) { try message(topic: "").routingKey(prefix: "a") }
    }

    @Test func `a line is what python would write`() throws {
        let line = message(usernames: ["alice"], body: #"{"agent": "alice", "n": 1.50}"#)
            .fileLine(topicPrefix: "org.example")
        #expect(
            String(decoding: line, as: UTF8.self)
                == #"{"id": "b2397557-4a2b-41fb-9b56-fc8fb9e98c75", "topic": "org.example.github.push", "headers": "#
                + #"{"fedora_messaging_schema": "webhook_to_fedora_messaging.github.message_v1", "#
                + #""fedora_messaging_schema_package": "webhook_to_fedora_messaging_messages", "#
                + #""sent-at": "2026-11-23T17:50:19+00:00", "fedora_messaging_severity": 20, "priority": 0, "#
                + #""fedora_messaging_user_alice": true}, "priority": null, "queue": null, "#
                + #""body": {"agent": "alice", "n": 1.50}}"# + "\n")
        #expect(
            String(decoding: message().fileLine(topicPrefix: "", priority: 3), as: UTF8.self)
                .contains(#""priority": 3, "queue": null"#))
    }

    @Test func `a pretty printed body stays on one line`() throws {
        let body = "{\r\n  \"a\": [\n1,\r2\n],\n\"text\": \"x\\ny\"\r\n}"
        let line = message(body: body).fileLine(topicPrefix: "")
        #expect(line.filter { $0 == 0x0A }.count == 1 && line.last == 0x0A && !line.contains(0x0D))
        let object = try object(of: line)
        #expect(try #require(object["body"] as? [String: Any])["text"] as? String == "x\ny")
    }

    /// Python cuts lines at U+0085, U+2028 and U+2029 as well, which JSON allows inside strings.
    @Test func `no other line separator remains`() throws {
        let text = "a\u{85}b\u{2028}c\u{2029}d\u{2027}\u{202A}\u{84}\u{C2}â€😀\u{7F}"
        let line = message(usernames: ["x\u{2028}\"\\"], body: "{\"t\": \"\(text)\"}").fileLine(topicPrefix: "")
        let string = try #require(String(validating: line, as: UTF8.self))
        let separators: Set<UInt32> = [0x0B, 0x0C, 0x0D, 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029]
        #expect(!string.unicodeScalars.contains { separators.contains($0.value) })
        #expect(string.unicodeScalars.count { $0 == "\n" } == 1)
        let object = try object(of: line)
        #expect(try #require(object["body"] as? [String: Any])["t"] as? String == text)
        let headers = try #require(object["headers"] as? [String: Any])
        #expect(headers["fedora_messaging_user_x\u{2028}\"\\"] as? Bool == true)
    }

    @Test func `a body that ends inside a separator is copied`() {
        for tail in [[0xC2], [0xE2], [0xE2, 0x80], [0x0A]] as [[UInt8]] {
            var message = message()
            message.body = Array("{}".utf8) + tail
            let expected = tail == [0x0A] ? [0x20] : tail
            #expect(Array(message.fileLine(topicPrefix: "").suffix(tail.count + 2)) == expected + Array("}\n".utf8))
        }
    }

    private func object(of line: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
    }
}
