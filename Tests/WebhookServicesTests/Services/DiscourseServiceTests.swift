import Foundation
import Testing
import WebhookServices

@Suite struct DiscourseServiceTests {
    let service = DiscourseService()
    static let headers: HeaderList = [
        "Content-Type": "application/json",
        "User-Agent": "Discourse/3.4",
        "X-Discourse-Instance": "https://discussion.fedoraproject.org",
        "X-Discourse-Event-Id": "4711",
        "X-Discourse-Event-Type": "post",
        "X-Discourse-Event": "post_created",
        "X-Discourse-Event-Signature": "sha256=162f107f6b5022353274eb1a7197885cfd35744d8d08e5bcea025d309386b7d6",
    ]

    static func headers(_ type: String, _ event: String) -> HeaderList {
        headers.setting("X-Discourse-Event-Type", type).setting("X-Discourse-Event", event)
    }

    @Test func `the vector`() throws {
        let secrets = try service.prepared("my_lovely_secret_for_web_hook")
        let result = service.verify(request(Self.headers, #"{"ping":"OK"}"#), secrets: secrets)
        #expect(result.isVerified)
    }

    @Test func `nothing else is taken`() throws {
        try checkSignature(
            of: service, header: "X-Discourse-Event-Signature", prefix: "sha256=", headers: Self.headers,
            body: Array(#"{"ping":"OK"}"#.utf8))
    }

    @Test func `an event and its message`() throws {
        let body = #"{"post": {"id":1,"username":"alice","cooked":"<p>hi</p>","raw":"hi","topic_id":2}}"#
        let event = try service.event(of: request(Self.headers, body))
        #expect(event.topic == "discourse.post.post_created")
        #expect(event.agent == "alice" && event.sender == "alice")
        #expect(event.usernames == [])
        let expected = """
            {"webhook_body": {"post": {"id":1,"username":"alice","topic_id":2}}, "webhook_headers": \
            {"X-Discourse-Instance": "https://discussion.fedoraproject.org", "X-Discourse-Event-Id": "4711", \
            "X-Discourse-Event-Type": "post", "X-Discourse-Event": "post_created", \
            "X-Discourse-Event-Signature": "redacted"}}
            """
        #expect(String(decoding: event.messageBody(), as: UTF8.self) == expected)
    }

    /// Each text is "sheep"; what stays is all the rest, in its bytes.
    @Test(
        arguments: [
            (
                "like", #"{"like":{"post":{"id":1,"raw":"sheep","cooked":"<p>sheep"},"user":{"username":"bob"}}}"#,
                #"{"like":{"post":{"id":1},"user":{"username":"bob"}}}"#
            ),
            (
                "like", #"{"like":{"post":{"raw":"sheep"}},"like":{"post":{"raw":"sheep"},"post":{"cooked":"sheep"}}}"#,
                #"{"like":{"post":{}},"like":{"post":{},"post":{}}}"#
            ),
            (
                "solved", #"{"solved":{"raw":"sheep","username":"dave","cooked":"sheep"}}"#,
                #"{"solved":{"username":"dave"}}"#
            ),
            ("solved", #"{"solved":{"id":1,"r\u0061w":"sheep","raw":"sheep"}}"#, #"{"solved":{"id":1}}"#),
            // The header's type is not signed, and does not decide.
            ("topic", #"{"solved":{"raw":"sheep","id":1}}"#, #"{"solved":{"id":1}}"#),
            (
                "reviewable", #"{"reviewable":{"raw":"sheep","id":1,"payload":{"title":"t","raw":"sheep"}}}"#,
                #"{"reviewable":{"id":1,"payload":{"title":"t"}}}"#
            ),
            (
                "chat_message",
                #"{"chat_message":{"message":{"id":1,"message":"sheep","in_reply_to":{"cooked":"sheep"}}}}"#,
                #"{"chat_message":{"message":{"id":1,"in_reply_to":{}}}}"#
            ),
            (
                "chat_message", #"{"chat_message":{"channel":{"last_message":{"excerpt":"sheep"},"id":2}}}"#,
                #"{"chat_message":{"channel":{"last_message":{},"id":2}}}"#
            ),
        ] as [(String, String, String)])
    func `texts do not go out`(_ type: String, _ body: String, _ expected: String) throws {
        let event = try service.event(of: request(Self.headers(type, "x"), body))
        #expect(String(decoding: event.payloadBytes, as: UTF8.self) == expected)
    }

    @Test func `a ping`() throws {
        let event = try service.event(of: request(Self.headers("ping", "ping"), #"{"ping":"OK"}"#))
        #expect(event.topic == "discourse.ping.ping")
        #expect(event.agent == nil && event.usernames == [])
    }

    /// As `DiscourseMessageV1` 1.5.0 under fedora-messaging 3.9.1 gives them.
    @Test(
        arguments: [
            ("post", "post_edited", #"{"post":{"username":"alice"}}"#, "alice", []),
            ("post", "post_rejected", #"{"post":{"username":"alice"}}"#, nil, []),
            (
                "like", "post_liked", #"{"like":{"user":{"username":"bob"},"post":{"username":"alice"}}}"#, "bob",
                ["alice"]
            ),
            (
                "like", "post_unliked", #"{"like":{"user":{"username":"bob"},"post":{"username":"alice"}}}"#, nil,
                ["alice"]
            ),
            ("topic", "topic_created", #"{"topic":{"created_by":{"username":"carol"}}}"#, "carol", []),
            ("topic", "topic_status_updated", #"{"topic":{"created_by":{"username":"carol"}}}"#, nil, []),
            ("solved", "accepted_solution", #"{"solved":{"username":"dave"}}"#, nil, ["dave"]),
            ("solved", "accepted_solution", #"{"solved":{}}"#, nil, []),
            ("like", "post_liked", #"{"like":7}"#, nil, []),
            ("user", "user_created", #"{"user":{"username":"eve"}}"#, nil, []),
        ] as [(String, String, String, String?, [String])])
    func `agents and users`(_ type: String, _ name: String, _ body: String, _ agent: String?, _ users: [String]) throws
    {
        let event = try service.event(of: request(Self.headers(type, name), body))
        #expect(event.agent == agent)
        #expect(event.usernames == users)
        #expect(try event.parsedBody().keys.sorted() == ["webhook_body", "webhook_headers"])
    }

    @Test func `the key of a delivery`() throws {
        func key(_ headers: HeaderList, _ body: String = "{}") throws -> [UInt8]? {
            try service.event(of: request(headers, body)).deliveryID
        }
        let first = try #require(try key(Self.headers))
        #expect(first == Array("https://discussion.fedoraproject.org\0post\0post_created".utf8))
        // A retry has another id, and is the same delivery.
        #expect(try key(Self.headers.setting("X-Discourse-Event-Id", "4712")) == first)
        // The body is part of the message's id as it is.
        let other = try service.event(of: request(Self.headers, "{ }")).payloadDigest
        #expect(try other != service.event(of: request(Self.headers, "{}")).payloadDigest)
        // Pings have all the same body, and are not the same.
        #expect(try key(Self.headers("ping", "ping"), #"{"ping":"OK"}"#) == nil)
        #expect(try key(Self.headers.setting("X-Discourse-Instance", "https://ask.fedoraproject.org")) != first)
        #expect(try key(Self.headers("post", "post_edited")) != first)
        #expect(try key(Self.headers("pos", "tpost_created")) != first)
        // The text that is not published tells deliveries apart all the same.
        let digests = try ["a", "b"].map {
            try service.event(of: request(Self.headers, #"{"post":{"raw":"\#($0)"}}"#)).payloadDigest
        }
        #expect(digests[0] != digests[1])
    }

    @Test func `the content type does not matter`() throws {
        for type in ["application/x-www-form-urlencoded", "text/plain", "application/json"] {
            let headers = Self.headers.setting("Content-Type", type)
            #expect(try service.event(of: request(headers, #"{"ping":"OK"}"#)).payloadBytes.count == 13)
        }
    }

    @Test(arguments: ["X-Discourse-Instance", "X-Discourse-Event-Id", "X-Discourse-Event-Type", "X-Discourse-Event"])
    func `what the schema requires`(_ name: String) throws {
        let error = try service.error(of: request(Self.headers.setting(name, nil), "{}"))
        #expect(error == .missingHeader(name.lowercased()))
    }

    @Test func `topics of odd events`() throws {
        let event = try service.event(of: request(Self.headers("..", "a.b#*"), "{}"))
        #expect(event.topic == "discourse.__.a.b__")
    }

    @Test func `the schema`() {
        #expect(
            service.schema
                == MessageSchema(name: "discourse.event.v1", package: "webhook_to_fedora_messaging_messages"))
        #expect(ServiceRegistry.service(named: service.name)?.schema == service.schema)
    }

    @Test func `a realistic post`() throws {
        let body = """
            {"post":{"id":10,"name":"Alice Ż","username":"alice","created_at":"2026-01-12T10:11:12.345Z",\
            "cooked":"<p>Hello, <a class=\\"mention\\" href=\\"/u/bob\\">@bob</a> {\\"raw\\":1}</p>","post_number":2,\
            "raw":"Hello, @bob {\\"raw\\":1}","score":0.2,"topic_title":"Ask \\"here\\"","category_slug":"ask",\
            "actions_summary":[{"id":2,"count":1}],"reactions":[],"user_title":null,"topic_id":7}}
            """
        let event = try DiscourseService().event(of: request(DiscourseServiceTests.headers, body))
        let parsed = try event.parsedBody()
        let expected = try #require(
            try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: [String: Any]])
        var post = try #require(expected["post"])
        post.removeValue(forKey: "cooked")
        post.removeValue(forKey: "raw")
        #expect(parsed["webhook_body"] as? NSDictionary == ["post": post] as NSDictionary)
        #expect(!String(decoding: event.messageBody(), as: UTF8.self).contains("Hello"))
    }
}
