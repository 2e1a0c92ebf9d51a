import FedoraMessaging
import Testing
import WebhookServices

@testable import Gateway

@Suite struct WebhookHandlerTests {
    @Test func `a signed webhook is answered with the id of its message`() async throws {
        try await TestGateway.run { gateway in
            let token = try await gateway.makeToken()
            let answer = try await gateway.push(to: "/github/\(token.id)")
            #expect(answer.status == 202)
            let message = try #require(gateway.publisher.messages.first)
            #expect(
                answer.text.hasSuffix(
                    "{\"message_id\": \"\(message.id)\", \"topic\": \"org.example.test.github.push\"}\n"))
            #expect(message.topic == "github.push")
            #expect(
                String(decoding: message.body, as: UTF8.self).hasPrefix(
                    #"{"body": \#(TestGateway.body), "headers": {"#))
        }
    }

    @Test func `a redelivery is answered alike and published once`() async throws {
        try await TestGateway.run { gateway in
            let path = "/github/\(try await gateway.makeToken().id)"
            let first = try await gateway.push(to: path)
            let second = try await gateway.push(to: path)
            #expect(second.status == 202)
            #expect(first.text.split(separator: "\r\n\r\n").last == second.text.split(separator: "\r\n\r\n").last)
            #expect(gateway.publisher.messages.count == 1)
        }
    }

    @Test func `what was not confirmed is published again under its id and time`() async throws {
        try await TestGateway.run(publisher: ScriptedPublisher([.timedOut])) { gateway in
            let path = "/github/\(try await gateway.makeToken().id)"
            let first = try await gateway.push(to: path)
            #expect(first.status == 503)
            #expect(first.text.contains("Retry-After: 5\r\n"))
            #expect(try await gateway.push(to: path).status == 202)
            let messages = gateway.publisher.messages
            #expect(messages.count == 2)
            #expect(messages[0].id == messages[1].id)
            #expect(messages[0].sentAt == messages[1].sentAt)
        }
    }

    @Test func `the same delivery id with another body is another message`() async throws {
        try await TestGateway.run { gateway in
            let path = "/github/\(try await gateway.makeToken().id)"
            #expect(try await gateway.push(to: path, body: #"{"n":1,"repository":{"private":false}}"#).status == 202)
            #expect(try await gateway.push(to: path, body: #"{"n":2,"repository":{"private":false}}"#).status == 202)
            #expect(try await gateway.push(to: path, body: #"{"n":2,"repository":{"private":false}}"#).status == 202)
            let ids = gateway.publisher.messages.map(\.id)
            #expect(ids.count == 2)
            #expect(Set(ids).count == 2)
        }
    }

    /// What tells bodies apart does not hang on the secret: one and the same delivery, signed by the old secret and
    /// then by the new one, is one message.
    @Test func `a redelivery after a rotation is the same delivery`() async throws {
        try await TestGateway.run { gateway in
            let token = try await gateway.makeToken()
            let next = String(TestGateway.secret.reversed())
            _ = try await gateway.tokens.store.rotate(
                token.id, to: TokenSecret(fileContent: Array(next.utf8)), grace: .seconds(3600))
            let first = try await gateway.push(to: "/github/\(token.id)")
            let second = try await gateway.push(to: "/github/\(token.id)", secret: next)
            #expect(first.status == 202 && second.status == 202)
            #expect(first.text.split(separator: "\r\n\r\n").last == second.text.split(separator: "\r\n\r\n").last)
            #expect(gateway.publisher.messages.count == 1)
        }
    }

    /// The second body's id was that of the first once the first was forgotten: after a restart, at another replica.
    @Test func `the id of a delivery is the same in every process`() async throws {
        let store = try await TestStore()
        var ids: [[String]] = []
        for bodies in [
            [#"{"n":1,"repository":{"private":false}}"#, #"{"n":2,"repository":{"private":false}}"#],
            [#"{"n":2,"repository":{"private":false}}"#, #"{"n":1,"repository":{"private":false}}"#],
        ] {
            let publisher = ScriptedPublisher()
            try await TestGateway.run(publisher: publisher, store: store) { gateway in
                let known = try await gateway.tokens.store.list().first
                let token: TokenID
                if let known { token = known.id } else { token = try await gateway.makeToken().id }
                for body in bodies {
                    #expect(try await gateway.push(to: "/github/\(token)", body: body).status == 202)
                }
            }
            ids.append(publisher.messages.map(\.id))
        }
        #expect(Set(ids[0]).count == 2)
        #expect(ids[0] == ids[1].reversed())
    }

    /// GitHub's content type can be changed between a delivery and its redelivery.
    @Test func `a form has the id of its payload`() async throws {
        try await TestGateway.run(change: { $0.ingest.deduplicationEntries = 0 }) { gateway in
            let path = "/github/\(try await gateway.makeToken().id)"
            #expect(try await gateway.push(to: path, body: #"{"n":1,"repository":{"private":false}}"#).status == 202)
            let form = "payload=%7B%22n%22%3A1%2C%22repository%22%3A%7B%22private%22%3Afalse%7D%7D"
            let answer = try await gateway.send(
                "POST", path,
                [
                    "Content-Type": "application/x-www-form-urlencoded", "X-GitHub-Event": "push",
                    "X-GitHub-Delivery": "delivery-1", "X-GitHub-Hook-Installation-Target-ID": "1",
                    "X-GitHub-Hook-Installation-Target-Type": "repository",
                    "X-Hub-Signature-256": "sha256=\(try TestGateway.signature(form))",
                ], form)
            #expect(answer.status == 202)
            let messages = gateway.publisher.messages
            #expect(messages.count == 2 && messages[0].id == messages[1].id)
        }
    }

    /// Two equal bodies without a delivery id are two events: a tag that is pushed to twice, say.
    @Test func `without a delivery id each is an event of its own`() async throws {
        try await TestGateway.run(change: { $0.services.enabled = ["quay", "discourse"] }) { gateway in
            let quay = "/quay/\(try await gateway.makeToken(service: "quay", publishesPrivate: true).id)"
            for _ in 0..<2 {
                let answer = try await gateway.send(
                    "POST", quay, ["Content-Type": "application/json"], #"{"repository":"sheep/meadow"}"#)
                #expect(answer.status == 202)
            }
            let forum = "/discourse/\(try await gateway.makeToken(service: "discourse", publishesPrivate: true).id)"
            for (type, event) in [
                ("ping", "ping"), ("ping", "ping"), ("topic", "topic_created"), ("topic", "topic_created"),
            ] {
                let body = type == "ping" ? #"{"ping":"OK"}"# : #"{"topic":{"id":1}}"#
                let answer = try await gateway.send(
                    "POST", forum,
                    [
                        "Content-Type": "application/json", "X-Discourse-Instance": "https://forum.example.org",
                        "X-Discourse-Event-Id": "1", "X-Discourse-Event-Type": type, "X-Discourse-Event": event,
                        "X-Discourse-Event-Signature": "sha256=\(try TestGateway.signature(body))",
                    ], body)
                #expect(answer.status == 202)
            }
            let topics = gateway.publisher.messages.map(\.topic)
            #expect(
                topics == [
                    "webhook.quay.push", "webhook.quay.push", "discourse.ping.ping", "discourse.ping.ping",
                    "discourse.topic.topic_created",
                ])
            #expect(Set(gateway.publisher.messages.map(\.id)).count == 5)
        }
    }

    @Test(arguments: [
        PublishResult.refused(reason: "403"), .unavailable(reason: "away"), .timedOut, .full,
    ])
    func `what the publisher does not take is never 2 xx`(result: PublishResult) async throws {
        try await TestGateway.run(publisher: ScriptedPublisher([result])) { gateway in
            let answer = try await gateway.push(to: "/github/\(try await gateway.makeToken().id)")
            #expect(answer.status == 503)
            #expect(answer.text.contains("Retry-After:"))
        }
    }

    /// Not sent again for a while by the publisher; and to be sent again by the service would not help.
    @Test func `a topic that the broker refuses is accepted and not published`() async throws {
        let publisher = ScriptedPublisher([.topicRefused(reason: "403"), .tooLarge(limit: 1000)])
        try await TestGateway.run(publisher: publisher) { gateway in
            let path = "/github/\(try await gateway.makeToken().id)"
            let refused = try await gateway.push(to: path)
            #expect(refused.status == 202)
            #expect(refused.text.hasSuffix("{\"published\": false, \"reason\": \"topic_refused\"}\n"))
            let large = try await gateway.push(to: path)
            #expect(large.status == 413 && large.text.contains("1000 bytes"))
            // Nothing was confirmed, so it is no repetition.
            #expect(try await gateway.push(to: path).text.contains("message_id"))
        }
    }

    /// What is verified and parsed off the loops is verified and parsed all the same.
    @Test func `large bodies`() async throws {
        try await TestGateway.run { gateway in
            let path = "/github/\(try await gateway.makeToken().id)"
            let padding = String(repeating: "x", count: LargeBodies.threshold)
            let body = #"{"repository":{"full_name":"fedora/w2f","private":false},"padding":"\#(padding)"}"#
            #expect(try await gateway.push(to: path, body: body).status == 202)
            let message = try #require(gateway.publisher.messages.first)
            #expect(String(decoding: message.body, as: UTF8.self).hasPrefix(#"{"body": \#(body), "headers""#))
            #expect(try await gateway.push(to: path, body: body).text.contains(message.id))
            let wrong = String(TestGateway.secret.reversed())
            #expect(try await gateway.push(to: path, body: body, secret: wrong).status == 401)
            #expect(try await gateway.push(to: path, body: "[" + padding).status == 400)
            #expect(gateway.publisher.messages.count == 1)
        }
    }

    /// Before the signature, the parser, and the body itself.
    @Test func `what is larger than the brokers limit is not read`() async throws {
        try await TestGateway.run(change: { $0.ingest.maxMessageSize = 64 << 10 }) { gateway in
            let path = "/github/\(try await gateway.makeToken().id)"
            let body = #"{"a":"\#(String(repeating: "x", count: 64 << 10))"}"#
            let answer = try await gateway.push(to: path, body: body, secret: String(TestGateway.secret.reversed()))
            #expect(answer.status == 413 && answer.text.contains("65536"))
            // A form takes more than its payload; what is in it counts.
            for (count, status) in [(30_000, 202), (70_000, 413)] {
                let form = "payload=%7B%22a%22%3A%22" + String(repeating: "%78", count: count) + "%22%7D"
                let answer = try await gateway.send(
                    "POST", path,
                    [
                        "Content-Type": "application/x-www-form-urlencoded", "X-GitHub-Event": "push",
                        "X-GitHub-Delivery": "\(count)", "X-GitHub-Hook-Installation-Target-ID": "1",
                        "X-GitHub-Hook-Installation-Target-Type": "repository",
                        "X-Hub-Signature-256": "sha256=\(try TestGateway.signature(form))",
                    ], form)
                #expect(answer.status == status)
            }
        }
    }

    @Test func `a disabled token is refused before its body is read`() async throws {
        try await TestGateway.run { gateway in
            let token = try await gateway.makeToken()
            _ = try await gateway.tokens.store.setState(token.id, to: .disabled)
            let answer = try await gateway.push(to: "/github/\(token.id)")
            #expect(answer.status == 403)
            #expect(answer.text.contains("token_disabled"))
            #expect(gateway.publisher.messages.isEmpty)
        }
    }

    /// What counts is what the token is when its webhook is here, not when it began to come.
    @Test func `a token that is changed while its body comes`() async throws {
        try await TestGateway.run { gateway in
            let token = try await gateway.makeToken()
            let next = String(TestGateway.secret.reversed())
            func change() async throws {
                _ = try await gateway.tokens.store.rotate(
                    token.id, to: TokenSecret(fileContent: Array(next.utf8)), grace: .zero)
            }
            _ = try await gateway.pushInTwo(to: "/github/\(token.id)", meanwhile: change) { answer in
                #expect(answer.status == 401 && answer.text.contains("signature_mismatch"))
            }
            _ = try await gateway.pushInTwo(
                to: "/github/\(token.id)", secret: next,
                meanwhile: { _ = try await gateway.tokens.store.setState(token.id, to: .disabled) }
            ) { answer in
                #expect(answer.status == 403 && answer.text.contains("token_disabled"))
            }
            #expect(gateway.publisher.messages.isEmpty)
        }
    }

    @Test func `another secret or no signature is refused`() async throws {
        try await TestGateway.run { gateway in
            let path = "/github/\(try await gateway.makeToken().id)"
            let forged = try await gateway.push(to: path, secret: String(TestGateway.secret.reversed()))
            #expect(forged.status == 401)
            #expect(forged.text.contains("signature_mismatch"))
            let unsigned = try await gateway.ask(
                Array("POST \(path) HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}".utf8))
            #expect(unsigned.status == 401)
            #expect(unsigned.text.contains("signature_missing"))
            #expect(gateway.publisher.messages.isEmpty)
        }
    }

    @Test func `unknown addresses are 404`() async throws {
        try await TestGateway.run { gateway in
            let id = try await gateway.makeToken().id
            for path in ["/gitlab/\(id)", "/nothing/\(id)", "/github/\(id)0", "/github/00000000000000000000000000"] {
                #expect(try await gateway.push(to: path).status == 404, "\(path)")
            }
        }
    }

    @Test func `a scope holds`() async throws {
        try await TestGateway.run { gateway in
            let inside = try await gateway.makeToken(scope: "fedora")
            let outside = try await gateway.makeToken(scope: "fedora/other")
            #expect(try await gateway.push(to: "/github/\(inside.id)").status == 202)
            // Authentic, and nothing is wrong with the hook: services switch off hooks that are refused.
            for answer in [
                try await gateway.push(to: "/github/\(inside.id)", delivery: "2", body: "{}"),
                try await gateway.push(to: "/github/\(outside.id)"),
            ] {
                #expect(answer.status == 202)
                #expect(answer.text.hasSuffix("{\"published\": false, \"reason\": \"out_of_scope\"}\n"))
            }
            #expect(gateway.publisher.messages.count == 1)
            let forged = try await gateway.push(to: "/github/\(outside.id)", secret: "x" + TestGateway.secret)
            #expect(forged.status == 401)
        }
    }

    @Test func `what the filter does not allow is not published`() async throws {
        try await TestGateway.run { gateway in
            let path = "/github/\(try await gateway.makeToken(events: "push,issues.*").id)"
            let withheld = try await gateway.push(to: path, event: "pull_request")
            #expect(withheld.status == 202)
            #expect(withheld.text.hasSuffix("{\"published\": false, \"reason\": \"filtered\"}\n"))
            #expect(gateway.publisher.messages.isEmpty)
            #expect(try await gateway.push(to: path).text.contains("message_id"))
            // Held back is not received: once the filter allows it, the same delivery goes out.
            let forged = try await gateway.push(to: path, secret: "wrong" + TestGateway.secret, event: "pull_request")
            #expect(forged.status == 401)
        }
    }

    @Test func `private content is not published unless allowed`() async throws {
        try await TestGateway.run { gateway in
            let guarded = "/github/\(try await gateway.makeToken().id)"
            let open = "/github/\(try await gateway.makeToken(publishesPrivate: true).id)"
            let secretly = #"{"repository":{"full_name":"fedora/w2f","private":true}}"#
            let answer = try await gateway.push(to: guarded, body: secretly)
            #expect(answer.status == 202)
            #expect(answer.text.hasSuffix("{\"published\": false, \"reason\": \"private_repository\"}\n"))
            #expect(gateway.publisher.messages.isEmpty)
            #expect(try await gateway.push(to: open, body: secretly).text.contains("message_id"))
        }
    }

    @Test func `a service taken out is gone and the others stay`() async throws {
        try await TestGateway.run(change: { $0.services.enabled = ["gitlab"] }) { gateway in
            let id = try await gateway.makeToken().id
            #expect(try await gateway.push(to: "/github/\(id)").status == 404)
        }
    }

    @Test func `limits answer 413`() async throws {
        try await TestGateway.run(change: { $0.ingest.json.maxBytes = 100 }) { gateway in
            let path = "/github/\(try await gateway.makeToken().id)"
            let body = #"{"n":""# + String(repeating: "x", count: 200) + #""}"#
            #expect(try await gateway.push(to: path, body: body).status == 413)
        }
        try await TestGateway.run(change: { $0.ingest.maxMessageSize = 100 }) { gateway in
            let answer = try await gateway.push(to: "/github/\(try await gateway.makeToken().id)")
            #expect(answer.status == 413)
            #expect(answer.text.contains("message_too_large"))
        }
    }
}
