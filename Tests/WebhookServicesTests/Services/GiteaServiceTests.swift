import Cryptography
import Foundation
import TestSupport
import Testing
import WebhookServices

@Suite struct GiteaServiceTests {
    let service = GiteaService()
    static let headers: HeaderList = [
        "Content-Type": "application/json",
        "User-Agent": "Go-http-client/1.1",
        "X-Gitea-Delivery": "fdd3ab1b-c6b6-4dfd-a2dd-3c5ff3ea3f2d",
        "X-Gitea-Event": "push",
        "X-Gitea-Event-Type": "push",
        "X-GitHub-Event": "issues",
        "X-GitHub-Delivery": "another",
        "X-Gogs-Event": "create",
        "X-Gogs-Signature": "00",
    ]
    static let body = Array(#"{"ref":"refs/heads/main"}"#.utf8)
    static let code = "6aab54046b413afedbc6d4ff0d3b4fd694c1af82c19c0be7ee9b80438b90223d"

    @Test func `the vector`() throws {
        let secrets = try service.prepared("gitea-secret")
        let own = Self.headers.setting("X-Gitea-Signature", Self.code)
        #expect(service.verify(request(own, Self.body), secrets: secrets).isVerified)
        let hub = Self.headers.setting("X-Hub-Signature-256", "sha256=" + Self.code)
        #expect(service.verify(request(hub, Self.body), secrets: secrets).isVerified)
    }

    @Test func `nothing else is taken`() throws {
        try checkSignature(
            of: service, header: "X-Hub-Signature-256", prefix: "sha256=", headers: Self.headers, body: Self.body)
        try checkSignature(of: service, header: "X-Gitea-Signature", prefix: "", headers: Self.headers, body: Self.body)
    }

    @Test func `others signatures are none`() throws {
        let secrets = try service.prepared("gitea-secret")
        for name in ["X-Forgejo-Signature", "X-Gogs-Signature", "X-Hub-Signature"] {
            let headers = Self.headers.setting(name, Self.code)
            #expect(service.verify(request(headers, Self.body), secrets: secrets) == .missing)
        }
        let empty = Self.headers.setting("X-Hub-Signature-256", "sha256=").setting("X-Gitea-Signature", Self.code)
        #expect(service.verify(request(empty, Self.body), secrets: secrets) == .mismatch)
    }

    @Test func `forms and queries are signed decoded`() throws {
        let secrets = try service.prepared("gitea-secret")
        let signed = Self.headers.setting("X-Gitea-Signature", Self.code)
        let form = Array("payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%7D".utf8)
        let posted = request(signed.setting("Content-Type", "application/x-www-form-urlencoded"), form)
        #expect(service.verify(posted, secrets: secrets).isVerified)
        #expect(try service.event(of: posted).payloadBytes == Self.body)
        #expect(service.isDelivery(query: form[...]))
        #expect(!service.isDelivery(query: Array("page=2".utf8)[...]))
        let asked = WebhookRequest(
            headers: signed.setting("Content-Type", nil), body: [], receivedAt: testTime, query: form[...])
        #expect(service.verify(asked, secrets: secrets).isVerified)
        #expect(try service.event(of: asked).payloadBytes == Self.body)
        var changed = form
        changed[form.count - 8] ^= 1
        let forged = WebhookRequest(headers: signed, body: [], receivedAt: testTime, query: changed[...])
        #expect(service.verify(forged, secrets: secrets) == .mismatch)
        // A query of a POST is nobody's.
        #expect(service.verify(request(signed, []), secrets: secrets) == .mismatch)
    }

    @Test func `an event and its message`() throws {
        let event = try service.event(
            of: request(Self.headers.setting("X-Hub-Signature-256", "sha256=5eed"), #"{"sender":{"login":"alice"}}"#))
        #expect(event.topic == "webhook.gitea.push" && event.name == "push")
        #expect(event.sender == "alice" && event.agent == nil && event.usernames == [])
        #expect(event.deliveryID == Array("fdd3ab1b-c6b6-4dfd-a2dd-3c5ff3ea3f2d".utf8))
        let expected = """
            {"body": {"sender":{"login":"alice"}}, "headers": {"x-gitea-event": "push", "x-gitea-event-type": "push", \
            "x-gitea-delivery": "fdd3ab1b-c6b6-4dfd-a2dd-3c5ff3ea3f2d", "content-type": "application/json", \
            "user-agent": "Go-http-client/1.1"}, "agent": null}
            """
        #expect(String(decoding: event.messageBody(), as: UTF8.self) == expected)
    }

    @Test(arguments: [
        (#"{"secret":"s3","ref":"x"}"#, #"{"ref":"x"}"#), (#"{"ref":"x","secret":"s3"}"#, #"{"ref":"x"}"#),
        (#"{"s\u0065cret":"s3","a":{"secret":"kept"},"secret":["s3"]}"#, #"{"a":{"secret":"kept"}}"#),
        (#"{"secret":"s3"}"#, "{}"), (#"{"ref":"secret"}"#, #"{"ref":"secret"}"#),
    ])
    func `the secret in old payloads is cut out`(_ body: String, _ sent: String) throws {
        let event = try service.event(of: request(Self.headers, body))
        #expect(String(decoding: event.payloadBytes, as: UTF8.self) == sent)
    }

    @Test(arguments: ["X-Gitea-Event", "X-Gitea-Delivery"])
    func `what cannot be missing`(_ name: String) throws {
        let headers = Self.headers.setting("X-Gitea-Event-Type", nil).setting(name, nil)
        #expect(try service.error(of: request(headers, "{}")) == .missingHeader(name.lowercased()))
    }

    /// The event is empty or not there at all: its type tells.
    @Test(arguments: ["", nil]) func `an event that is not said`(_ event: String?) throws {
        let headers = Self.headers.setting("X-Gitea-Event", event).setting("X-Gitea-Event-Type", "status")
        let read = try service.event(of: request(headers, "{}"))
        #expect(read.topic == "webhook.gitea.status" && read.header("x-gitea-event") == "status")
        let empty = Self.headers.setting("X-Gitea-Event", event).setting("X-Gitea-Event-Type", "")
        #expect(try service.error(of: request(empty, "{}")) == .missingHeader("x-gitea-event-type"))
    }

    @Test func `own payloads`() throws {
        for (event, _, bytes) in try OwnPayloads.payloads(of: "gitea") {
            let headers = Self.headers.setting("X-Gitea-Event", event)
            let read = try service.event(
                of: request(headers, bytes), parser: try JSONParser(), namingRepository: true)
            #expect(read.topic == "webhook.gitea.\(event)" && read.privateContent == nil)
            #expect(read.sender == "dolly" && read.repository == "sheep/meadow")
            #expect(!String(decoding: read.messageBody(), as: UTF8.self).contains("\"secret\""))
        }
    }

    @Test(.enabled(if: corpora != nil, "shared/corpora is not there"))
    func `real payloads`() throws {
        var count = 0
        for (_, bytes) in try RealPayloads.payloads("go-playground-gitea", "drone-gitea", "go-playground-gogs") {
            let event = try service.event(of: request(Self.headers, bytes))
            #expect(try event.parsedBody()["body"] is NSDictionary)
            count += 1
        }
        #expect(count > 10)
    }
}
