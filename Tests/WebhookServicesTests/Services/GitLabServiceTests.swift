import Cryptography
import Encodings
import Foundation
import TestSupport
import Testing
import WebhookServices

@Suite struct GitLabServiceTests {
    let service = GitLabService()
    static let secret = "a secret of at least 32 characters"
    static let headers: HeaderList = [
        "Content-Type": "application/json",
        "User-Agent": "GitLab/18.1.0-pre",
        "Idempotency-Key": "f5e5f430-f57b-4e6e-9fac-d9128cd7232f",
        "X-Gitlab-Event": "Push Hook",
        "X-Gitlab-Instance": "https://gitlab.com",
        "X-Gitlab-Webhook-UUID": "61bde8ae-e9f9-49ab-b2a4-09c229c3fe1a",
        "X-Gitlab-Event-UUID": "1e1650fc-9bf2-4eec-bec7-2cd6301d3f6b",
        "X-Gitlab-Token": secret,
    ]

    @Test func `the token`() throws {
        let body = Array(#"{"object_kind":"push"}"#.utf8)
        let secrets = try service.prepared(Self.secret)
        let verified = Verification.verified(index: 0)
        #expect(service.verify(request(Self.headers, body), secrets: secrets) == verified)
        let rotated = try service.prepared("the new one", Self.secret)
        #expect(
            service.verify(request(Self.headers, body), secrets: rotated)
                == .verified(index: 1))
        #expect(service.verify(request(Self.headers, body), secrets: []) == .mismatch)
        #expect(
            service.verify(request(Self.headers.setting("X-Gitlab-Token", nil), body), secrets: secrets) == .missing)
        let doubled = Self.headers.adding("X-Gitlab-Token", Self.secret)
        #expect(service.verify(request(doubled, body), secrets: secrets) == .mismatch)
        #expect(throws: SecretError.empty) { try service.prepare(secret: []) }
    }

    @Test func `another token is none`() throws {
        let secrets = try service.prepared(Self.secret)
        let bytes = Array(Self.secret.utf8)
        var wrong = ["", " ", Self.secret + " ", Self.secret.uppercased(), String(Self.secret.dropLast())]
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            wrong.append(String(decoding: changed, as: UTF8.self))
        }
        for token in wrong {
            let headers = Self.headers.setting("X-Gitlab-Token", token)
            #expect(service.verify(request(headers, "{}"), secrets: secrets) == .mismatch)
        }
    }

    // The vector of Standard Webhooks, which GitLab 19.0 follows.
    static let signingToken = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    static let signed = headers.setting("X-Gitlab-Token", nil)
        .setting("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
        .setting("webhook-timestamp", "1614265330")
        .setting("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    static let signedBody = #"{"test": 2432232314}"#

    @Test func `a signature`() throws {
        let secrets = try service.prepared(Self.signingToken)
        let verified = Verification.verified(index: 0)
        #expect(service.verify(request(Self.signed, Self.signedBody, at: 1_614_265_330), secrets: secrets) == verified)
        #expect(service.verify(request(Self.signed, "{}", at: 1_614_265_330), secrets: secrets) == .mismatch)
        #expect(service.verify(request(Self.signed, Self.signedBody), secrets: secrets) == .mismatch)
    }

    @Test func `a wrong signature does not fall back to the token`() throws {
        let headers = Self.signed.setting("X-Gitlab-Token", Self.signingToken)
        let secrets = try service.prepared(Self.signingToken)
        #expect(service.verify(request(headers, "{}", at: 1_614_265_330), secrets: secrets) == .mismatch)
        let empty = headers.setting("webhook-signature", "")
        #expect(service.verify(request(empty, "{}", at: 1_614_265_330), secrets: secrets) == .mismatch)
        // With a secret that is no signing token a signature cannot be right.
        let plain = Self.signed.setting("X-Gitlab-Token", Self.secret)
        let result = service.verify(
            request(plain, Self.signedBody, at: 1_614_265_330), secrets: try service.prepared(Self.secret))
        #expect(result == .mismatch)
    }

    /// What decides is `webhook-signature` alone: a token beside it counts for nothing, right or wrong.
    @Test func `a signature is enough whatever the token says`() throws {
        let secrets = try service.prepared(Self.signingToken)
        for token in [Self.secret, "", Self.signingToken] {
            let headers = Self.signed.setting("X-Gitlab-Token", token)
            #expect(service.verify(request(headers, Self.signedBody, at: 1_614_265_330), secrets: secrets).isVerified)
            #expect(service.verify(request(headers, Self.signedBody, at: 1_614_265_631), secrets: secrets) == .mismatch)
            #expect(service.presentedSecret(in: request(headers, Self.signedBody)) == nil)
        }
        let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        let doubled = Self.signed.setting("X-Gitlab-Token", Self.signingToken)
            .adding("webhook-signature", signature)
        #expect(service.verify(request(doubled, Self.signedBody, at: 1_614_265_330), secrets: secrets) == .mismatch)
        for name in ["webhook-id", "webhook-timestamp"] {
            let incomplete = Self.signed.setting("X-Gitlab-Token", Self.signingToken).setting(name, nil)
            #expect(
                service.verify(request(incomplete, Self.signedBody, at: 1_614_265_330), secrets: secrets) == .mismatch)
        }
    }

    /// From a token to a signature: both secrets work while the old one has its grace.
    @Test func `from a token to a signature`() throws {
        let secrets = try service.prepared(Self.signingToken, Self.secret)
        #expect(
            service.verify(request(Self.signed, Self.signedBody, at: 1_614_265_330), secrets: secrets)
                == .verified(index: 0))
        #expect(
            service.verify(request(Self.headers, Self.signedBody), secrets: secrets)
                == .verified(index: 1))
        // The signing token itself may be the token of an older GitLab.
        let older = Self.headers.setting("X-Gitlab-Token", Self.signingToken)
        #expect(service.verify(request(older, Self.signedBody), secrets: secrets).isVerified)
    }

    /// What is made here can be either, as GitLab's form takes it; what was made in hexadecimal digits stays a token.
    @Test func `the secret that is made here`() throws {
        let made = service.secret(from: (0..<32).map { UInt8($0) })
        #expect(made == "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
        let secrets = try service.prepared(made)
        let asToken = Self.headers.setting("X-Gitlab-Token", made)
        #expect(service.verify(request(asToken, "{}"), secrets: secrets).isVerified)
        let body = Array("{}".utf8)
        let key = try HMACSHA256Key((0..<32).map { UInt8($0) })
        let code = Base64.encode(key.authenticationCode(for: [Array("m.\(testTime).".utf8)[...], body[...]]))
        let signed = Self.headers.setting("X-Gitlab-Token", nil).setting("webhook-id", "m")
            .setting("webhook-timestamp", "\(testTime)").setting("webhook-signature", "v1,\(code)")
        #expect(service.verify(request(signed, body), secrets: secrets).isVerified)
        let older = String(repeating: "0123456789abcdef", count: 4)
        let withOlder = Self.headers.setting("X-Gitlab-Token", older)
        #expect(service.verify(request(withOlder, "{}"), secrets: try service.prepared(older)).isVerified)
    }

    @Test func `id and timestamp alone are no signature`() throws {
        let headers = Self.headers.setting("webhook-id", "x").setting("webhook-timestamp", "1")
        #expect(service.verify(request(headers, "{}"), secrets: try service.prepared(Self.secret)).isVerified)
    }

    @Test func `a malformed signing token`() {
        for secret in ["whsec_", "whsec_####", "whsec_c2hvcnQ="] {
            #expect(throws: SecretError.self) { try service.prepare(secret: Array(secret.utf8)) }
        }
    }

    @Test(arguments: [
        ("Push Hook", "push"), ("Tag Push Hook", "tag_push"), ("Merge Request Hook", "merge_request"),
        ("Issue Hook", "issue"), ("Confidential Issue Hook", "confidential_issue"), ("Note Hook", "note"),
        ("Job Hook", "job"), ("Pipeline Hook", "pipeline"), ("Wiki Page Hook", "wiki_page"),
        ("System Hook", "system"), ("Feature Flag Hook", "feature_flag"), (" Hook", "_"), (" Hook Hook", "_"),
        ("Push", "push"), ("Hook", "hook"), ("Push Hooks", "pushs"), ("Ünusual Hook", "__nusual"), ("a.b Hook", "a.b"),
    ])
    func `topics`(_ event: String, _ topic: String) throws {
        let headers = Self.headers.setting("X-Gitlab-Event", event)
        #expect(try service.event(of: request(headers, "{}")).topic == "gitlab." + topic)
    }

    @Test(arguments: [
        (#"{"object_kind":"push","user_username":"jsmith","user_name":"John Smith"}"#, "jsmith"),
        (#"{"object_kind":"tag_push","user_username":"jsmith"}"#, "jsmith"),
        (#"{"object_kind":"note","user":{"username":"root","name":"Administrator"}}"#, "root"),
        (#"{"object_kind":"merge_request","user":{"username":"root"},"user_username":"other"}"#, "root"),
    ])
    func `actors`(_ body: String, _ name: String) throws {
        let event = try service.event(of: request(Self.headers, body))
        #expect(event.sender == name)
        #expect(event.agent == nil && event.usernames == [])
    }

    @Test(arguments: [
        #"{"object_kind":"push","user_name":"jsmith"}"#, #"{"object_kind":"release"}"#,
        #"{"object_kind":"build","user":{"name":"jsmith"}}"#, #"{"object_kind":"note","user":"jsmith"}"#,
        #"{"event_name":"user_add_to_group","user_username":"jsmith"}"#, #"{"object_kind":7,"user_username":"j"}"#,
        #"{"object_kind":"push","user_username":""}"#, "{}",
    ])
    func `nobody`(_ body: String) throws {
        #expect(try service.event(of: request(Self.headers, body)).sender == nil)
    }

    @Test func `delivery ids`() throws {
        let key = Array("f5e5f430-f57b-4e6e-9fac-d9128cd7232f".utf8)
        #expect(try service.event(of: request(Self.headers, "{}")).deliveryID == key)
        let older = Self.headers.setting("Idempotency-Key", nil)
        #expect(try service.event(of: request(older, "{}")).deliveryID == nil)
        let newer = older.setting("webhook-id", "w-1")
        #expect(try service.event(of: request(newer, "{}")).deliveryID == Array("w-1".utf8))
    }

    @Test func `the token never goes out`() throws {
        let event = try service.event(of: request(Self.headers, "{}"))
        #expect(!String(decoding: event.messageBody(), as: UTF8.self).contains(Self.secret))
        #expect(
            event.headerNames == [
                "x-gitlab-event", "x-gitlab-webhook-uuid", "x-gitlab-event-uuid", "x-gitlab-instance",
                "idempotency-key", "content-type", "user-agent",
            ])
        let prepared = try service.prepare(secret: Array(Self.secret.utf8))
        #expect("\(prepared)" == "PreparedSecret(redacted)")
        var dumped = ""
        dump(prepared, to: &dumped)
        #expect(!dumped.contains("tokenDigest"))
    }

    @Test(arguments: ["X-Gitlab-Event", "X-Gitlab-Webhook-UUID", "X-Gitlab-Event-UUID"])
    func `what the schema requires`(_ name: String) throws {
        let error = try service.error(of: request(Self.headers.setting(name, nil), "{}"))
        #expect(error == .missingHeader(name.lowercased()))
    }

    @Test func `a form is refused`() throws {
        let headers = Self.headers.setting("Content-Type", "application/x-www-form-urlencoded")
        #expect(try service.error(of: request(headers, "payload=%7B%7D")) == .unsupportedMediaType)
    }

    @Test func `the schema`() {
        #expect(
            service.schema
                == MessageSchema(
                    name: "webhook_to_fedora_messaging.gitlab.message_v1",
                    package: "webhook_to_fedora_messaging_messages"))
        #expect(ServiceRegistry.service(named: service.name)?.schema == service.schema)
    }

    @Test(.enabled(if: corpora != nil, "shared/corpora is not there"))
    func `real payloads`() throws {
        var senders: [String: String?] = [:]
        for (file, bytes) in try RealPayloads.payloads("go-playground-gitlab", "drone-gitlab") {
            let event = try RealPayloads.check(GitLabService(), GitLabServiceTests.headers, bytes)
            senders[file.lastPathComponent] = .some(event.sender)
        }
        #expect(senders.count > 25)
        #expect(senders["push_merge.json"] == "sytses")
        #expect(senders["tag_delete_subgroup.json"] == "sytses")
        #expect(senders["issue-event.json"] == "root")
        for nobody in ["release-event.json", "build-event.json", "system-group-member-added.json", "push-event.json"] {
            #expect(senders[nobody] == .some(nil), "\(nobody)")
        }
    }
}
