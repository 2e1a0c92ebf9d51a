import FedoraMessaging
import Foundation
import Testing
import WebhookServices

@testable import Gateway

@Suite struct MessageRendererTests {
    static let push = Array(#"{"repository":{"full_name":"fedora/w2f","private":false}}"#.utf8)

    func render(
        _ webhook: ExampleWebhook,
        change: (inout Configuration) -> Void = { $0.broker.settings.topicPrefix = "org.example.test" }
    ) throws -> RenderedMessage {
        var configuration = Configuration()
        change(&configuration)
        return try MessageRenderer(configuration).render(webhook, second: 1_764_000_000)
    }

    /// All but the id, which hangs on the token, and the time.
    @Test func `it is what the server publishes`() async throws {
        try await TestGateway.run { gateway in
            let path = "/github/\(try await gateway.makeToken().id)"
            let answer = try await gateway.push(to: path, body: String(decoding: Self.push, as: UTF8.self))
            #expect(answer.status == 202)
            let sent = try #require(gateway.publisher.messages.first)
            let rendered = try render(
                ExampleWebhook(
                    service: "github", event: "push",
                    headers: [
                        ("Content-Type", "application/json"), ("X-GitHub-Delivery", "delivery-1"),
                        ("X-GitHub-Hook-Installation-Target-ID", "1"),
                        ("x-github-hook-installation-target-type", "repository"),
                    ], body: Self.push))
            #expect(rendered.filled.isEmpty && rendered.isOffered && rendered.withheld == nil)
            #expect(rendered.message.body == sent.body)
            #expect(rendered.message.topic == sent.topic && rendered.routingKey == "org.example.test.github.push")
            var same = rendered.message
            same.id = sent.id
            same.sentAt = sent.sentAt
            // Only a token's message says by which token it came.
            #expect(same.ownHeaders.isEmpty && sent.ownHeaders.map(\.name) == ["webhook2fedmsg_token"])
            same.ownHeaders = sent.ownHeaders
            #expect(
                same.fileLine(topicPrefix: "org.example.test") == sent.fileLine(topicPrefix: "org.example.test"))
        }
    }

    @Test func `what is missing is filled in`() throws {
        let rendered = try render(ExampleWebhook(service: "github", event: "issues", body: Self.push))
        #expect(
            rendered.filled.map(\.name) == [
                "x-github-delivery", "x-github-hook-installation-target-id", "x-github-hook-installation-target-type",
            ])
        #expect(rendered.message.topic == "github.issues")
        // Nothing random in it: the same again.
        #expect(try render(ExampleWebhook(service: "github", event: "issues", body: Self.push)).text == rendered.text)
    }

    @Test(arguments: [
        ("gitlab", "merge_request", "gitlab.merge_request"), ("gitlab", "Tag Push Hook", "gitlab.tag_push"),
        ("discourse", "post.post_created", "discourse.post.post_created"),
        ("discourse", "topic_created", "discourse.topic.topic_created"), ("forgejo", "push", "forgejo.push"),
        ("gitea", "issues", "webhook.gitea.issues"), ("bitbucket", "pr:opened", "webhook.bitbucket.pr.opened"),
        ("pagure", "issue.new", "webhook.pagure.issue.new"), ("sentry", "error", "webhook.sentry.error._"),
    ])
    func `events in headers`(_ service: String, _ event: String, _ topic: String) throws {
        #expect(
            try render(ExampleWebhook(service: service, event: event, body: Array("{}".utf8))).message.topic == topic)
    }

    @Test func `every service renders without an event`() throws {
        let body = Array(#"{"notification_id":1,"organizer":"f","event":"e","action":"pretix.x","type":"t"}"#.utf8)
        for service in ServiceRegistry.builtIn {
            let settings = service.name == "pretix" ? ["instance_url": "https://p.example.org"] : [:]
            let rendered = try render(ExampleWebhook(service: service.name, settings: settings, body: body))
            #expect(rendered.message.topic.hasPrefix(service.topicRoot + "."))
            let line = try JSONSerialization.jsonObject(with: Data(rendered.fileLine)) as? [String: Any]
            #expect(line?["topic"] as? String == "org.example.test." + rendered.message.topic)
        }
    }

    @Test func `the text for people`() throws {
        let rendered = try render(ExampleWebhook(service: "quay", body: Array("{ }".utf8))) {
            $0.broker.settings.publishPriority = 4
        }
        let text = String(decoding: rendered.text, as: UTF8.self)
        #expect(
            text == """
                exchange: amq.topic
                topic: webhook.quay.push
                id: \(rendered.message.id)
                priority: 4
                headers:
                  fedora_messaging_schema: webhook2fedmsg.quay.message_v1
                  fedora_messaging_schema_package: webhook2fedmsg_messages
                  sent-at: 2025-11-24T16:00:00+00:00
                  fedora_messaging_severity: 20
                  priority: 4
                body:
                {"body": { }, "headers": {}, "agent": null}

                """)
        #expect(!rendered.isOffered)
    }

    /// A status of Gitea and of Forgejo has its name in another header; the server reads it there as well.
    @Test func `an event without a name`() throws {
        for (service, topic) in [("gitea", "webhook.gitea.status"), ("forgejo", "forgejo.status")] {
            let rendered = try render(
                ExampleWebhook(
                    service: service,
                    headers: [("X-\(service)-Event", ""), ("X-\(service)-Event-Type", "status")],
                    body: Array("{}".utf8)))
            #expect(rendered.routingKey.hasSuffix("." + topic))
            #expect(rendered.filled.map(\.name) == ["x-\(service)-delivery"])
            let body = String(decoding: rendered.message.body, as: UTF8.self)
            #expect(body.contains("\"x-\(service)-event\": \"status\""))
        }
    }

    @Test func `errors say what to do`() throws {
        func message(_ webhook: ExampleWebhook) -> String {
            do {
                _ = try render(webhook)
                return ""
            } catch {
                return "\(error)"
            }
        }
        let body = Array("{}".utf8)
        #expect(message(ExampleWebhook(service: "githup", body: body)).contains("Did you mean \"github\"?"))
        #expect(
            RenderError.unknownService("x", known: ["a", "b"], nearest: nil).description
                == "unknown service \"x\". Available services: a, b")
        #expect(message(ExampleWebhook(service: "pretix", body: body)).contains("instance_url is required"))
        #expect(message(ExampleWebhook(service: "standard", event: "x", body: body)).contains("leave out --event"))
        #expect(message(ExampleWebhook(service: "github", body: Array("[]".utf8))).contains("would answer 400"))
        #expect(message(ExampleWebhook(service: "github", settings: ["a": "b"], body: body)).contains("no settings"))
        #expect(
            message(ExampleWebhook(service: "github", headers: [("Content-Type", "text/plain")], body: body))
                .contains("would answer 415"))
        #expect(
            message(
                ExampleWebhook(
                    service: "github", event: "a", headers: [("x-github-event", ""), ("X-GitHub-Event", "")], body: body
                )) == "")
        #expect(
            message(
                ExampleWebhook(service: "pretix", settings: ["instance_url": "https://p"], body: body)
            ).contains("no usable notification_id"))
        let hidden = Array(#"{"repository":{"private":true}}"#.utf8)
        #expect(try render(ExampleWebhook(service: "github", body: hidden)).withheld?.code == "private_repository")
        #expect(throws: RenderError.self) {
            try render(ExampleWebhook(service: "github", body: body)) { $0.ingest.maxMessageSize = 50 }
        }
        #expect(throws: RenderError.self) {
            try render(ExampleWebhook(service: "github", body: body)) { $0.ingest.json.maxBytes = 1 }
        }
    }
}
