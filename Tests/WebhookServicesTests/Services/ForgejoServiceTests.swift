import Cryptography
import Foundation
import TestSupport
import Testing
import WebhookServices

@Suite struct ForgejoServiceTests {
    let service = ForgejoService()
    static let headers: HeaderList = [
        "Content-Type": "application/json",
        "X-Forgejo-Delivery": "fdd3ab1b-c6b6-4dfd-a2dd-3c5ff3ea3f2d",
        "X-Forgejo-Event": "push",
        "X-Forgejo-Event-Type": "push",
        "X-Gitea-Event": "fork",
        "X-GitHub-Event": "issues",
        "X-GitHub-Delivery": "another",
        "X-Gogs-Event": "create",
        "X-Gogs-Signature": "00",
    ]
    static let formHeaders = headers.setting("Content-Type", "application/x-www-form-urlencoded")
    static let body = Array(#"{"ref":"refs/heads/main","sender":{"login":"alice"}}"#.utf8)

    @Test func `the hub signature`() throws {
        try checkSignature(
            of: service, header: "X-Hub-Signature-256", prefix: "sha256=", headers: Self.headers, body: Self.body)
    }

    @Test func `its own signature`() throws {
        try checkSignature(
            of: service, header: "X-Forgejo-Signature", prefix: "", headers: Self.headers, body: Self.body)
    }

    @Test func `the hub signature is the one that counts`() throws {
        let secrets = try service.prepared("secret")
        let code = try hexCode("secret", Self.body)
        let own = Self.headers.setting("X-Forgejo-Signature", code)
        let wrongHub = own.setting("X-Hub-Signature-256", "sha256=" + String(repeating: "0", count: 64))
        #expect(service.verify(request(wrongHub, Self.body), secrets: secrets) == .mismatch)
        let noSecret = own.setting("X-Hub-Signature-256", "sha256=")
        #expect(service.verify(request(noSecret, Self.body), secrets: secrets) == .mismatch)
        let gitea = Self.headers.setting("X-Gitea-Signature", code)
        #expect(service.verify(request(gitea, Self.body), secrets: secrets) == .missing)
    }

    @Test func `a form is signed decoded`() throws {
        let secrets = try service.prepared("secret")
        let form =
            "payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%2C%22sender%22%3A%7B%22login%22%3A%22alice%22%7D%7D"
        let headers = Self.formHeaders.setting("X-Hub-Signature-256", "sha256=" + (try hexCode("secret", Self.body)))
        #expect(service.verify(request(headers, form), secrets: secrets).isVerified)
        #expect(try service.event(of: request(headers, form)).payloadBytes == Self.body)
        for index in form.utf8.indices {
            let at = form.utf8.distance(from: form.startIndex, to: index)
            var changed = Array(form.utf8)
            changed[at] ^= 1
            // Another case of a hex digit is the same payload; all else is not.
            let same = String(decoding: changed, as: UTF8.self).lowercased() == form.lowercased()
            #expect(service.verify(request(headers, changed), secrets: secrets).isVerified == same)
        }
        let raw = Self.formHeaders.setting("X-Hub-Signature-256", "sha256=" + (try hexCode("secret", Array(form.utf8))))
        #expect(service.verify(request(raw, form), secrets: secrets) == .mismatch)
        let twice = form + "&payload=%7B%7D"
        #expect(service.verify(request(headers, twice), secrets: secrets) == .mismatch)
        #expect(service.verify(request(headers, Self.body), secrets: secrets) == .mismatch)
    }

    @Test func `an event and its message`() throws {
        let headers = Self.headers.setting("X-Hub-Signature-256", "sha256=5eed")
        let event = try service.event(of: request(headers, Self.body))
        #expect(event.topic == "forgejo.push")
        #expect(event.sender == "alice")
        #expect(event.agent == nil && event.usernames == [])
        #expect(event.deliveryID == Array("fdd3ab1b-c6b6-4dfd-a2dd-3c5ff3ea3f2d".utf8))
        let expected = """
            {"body": {"ref":"refs/heads/main","sender":{"login":"alice"}}, "headers": \
            {"x-forgejo-event": "push", "x-forgejo-event-type": "push", \
            "x-forgejo-delivery": "fdd3ab1b-c6b6-4dfd-a2dd-3c5ff3ea3f2d", "x-hub-signature": "redacted", \
            "x-hub-signature-256": "redacted", "content-type": "application/json"}, "agent": null}
            """
        #expect(String(decoding: event.messageBody(), as: UTF8.self) == expected)
    }

    @Test func `where accounts are fedoras`() throws {
        func event(_ body: String, _ settings: [String: String]) throws -> WebhookEvent {
            var webhook = request(Self.headers, body)
            webhook.settings = settings
            return try service.event(of: webhook)
        }
        let body = String(decoding: Self.body, as: UTF8.self)
        let known = try event(body, ["fedora_accounts": "yes"])
        #expect(known.agent == "alice" && known.usernames == ["alice"])
        #expect(try known.parsedBody()["agent"] as? String == "alice")
        for settings in [[:], ["fedora_accounts": ""], ["fedora_accounts": "no"], ["other": "yes"]] {
            let unknown = try event(body, settings)
            #expect(unknown.agent == nil && unknown.usernames == [] && unknown.sender == "alice")
        }
        let nobody = try event("{}", ["fedora_accounts": "yes"])
        #expect(nobody.agent == nil && nobody.usernames == [])
    }

    @Test func `only administrators say whose accounts they are`() throws {
        let setting = try #require(service.settings.first { $0.key == "fedora_accounts" })
        #expect(setting.isAdministrative && setting.isSwitch && !setting.isRequired)
        #expect(try service.checkSettings(["fedora_accounts": "yes"]) == ["fedora_accounts": "yes"])
        #expect(try service.checkSettings(["fedora_accounts": ""], present: ["fedora_accounts": "yes"]) == [:])
        #expect(throws: ServiceSettingError.self) { try service.checkSettings(["fedora_accounts": "true"]) }
        let refusal = ServiceSettingError.administrative(key: "fedora_accounts")
        for value in ["yes", "no", " "] {
            #expect(throws: refusal) { try service.checkSettings(["fedora_accounts": value], byAdministrator: false) }
        }
        // What is there stays, said or not.
        for given in [[:], ["fedora_accounts": ""], ["fedora_accounts": "yes"]] {
            let kept = try service.checkSettings(given, present: ["fedora_accounts": "yes"], byAdministrator: false)
            #expect(kept == ["fedora_accounts": "yes"])
        }
        #expect(try service.checkSettings([:], byAdministrator: false) == [:])
    }

    /// Both services send one of a commit's status without a name.
    @Test func `an event without a name`() throws {
        for (service, name) in [(ForgejoService() as any WebhookService, "forgejo"), (GiteaService(), "gitea")] {
            let headers: HeaderList = [
                "Content-Type": "application/json", "X-\(name)-Event": "", "X-\(name)-Event-Type": "status",
                "X-\(name)-Delivery": "1",
            ]
            let event = try service.event(of: request(headers, #"{"state":"success"}"#))
            #expect(event.topic.hasSuffix("\(name).status") && event.name == "status")
            #expect(event.header("x-\(name)-event") == "status")
            let empty = headers.setting("X-\(name)-Event-Type", "")
            #expect(try service.error(of: request(empty, "{}")) == .missingHeader("x-\(name)-event-type"))
            let alone = headers.setting("X-\(name)-Event-Type", nil)
            #expect(try service.error(of: request(alone, "{}")) == .missingHeader("x-\(name)-event"))
            let twice = headers.setting("X-\(name)-Event", "push").adding("X-\(name)-Event", "fork")
            #expect(try service.error(of: request(twice, "{}")) == .duplicateHeader("x-\(name)-event"))
            let otherTwice = headers.adding("X-\(name)-Event-Type", "fork")
            #expect(try service.error(of: request(otherTwice, "{}")) == .duplicateHeader("x-\(name)-event-type"))
            let named = headers.setting("X-\(name)-Event", "push")
            #expect(try service.event(of: request(named, "{}")).name == "push")
        }
    }

    @Test func `runs of actions`() throws {
        let headers = Self.headers.setting("X-Forgejo-Event", "action_run_failure")
        let body = #"{"action":"failure","run":{"id":1,"trigger_user":{"login":"bob"}},"sender":{"login":"x"}}"#
        let event = try service.event(of: request(headers, body))
        #expect(event.topic == "forgejo.action_run_failure")
        #expect(event.sender == "bob")
    }

    @Test(arguments: ["X-Forgejo-Event", "X-Forgejo-Delivery"])
    func `what the schema requires`(_ name: String) throws {
        let headers = Self.headers.setting("X-Forgejo-Event-Type", nil).setting(name, nil)
        #expect(try service.error(of: request(headers, "{}")) == .missingHeader(name.lowercased()))
    }

    @Test func `content types`() throws {
        let headers = Self.headers.setting("Content-Type", "text/plain")
        #expect(try service.error(of: request(headers, "{}")) == .unsupportedMediaType)
    }

    @Test func `the schema`() {
        #expect(
            service.schema
                == MessageSchema(
                    name: "webhook_to_fedora_messaging.forgejo.message_v1",
                    package: "webhook_to_fedora_messaging_messages"))
        #expect(ServiceRegistry.service(named: service.name)?.schema == service.schema)
    }

    /// There are no payloads of Forgejo there; Gitea's are the same.
    @Test(.enabled(if: corpora != nil, "shared/corpora is not there"))
    func `real payloads`() throws {
        var count = 0
        for (_, bytes) in try RealPayloads.payloads("go-playground-gitea", "drone-gitea") {
            let event = try RealPayloads.check(ForgejoService(), ForgejoServiceTests.headers, bytes)
            #expect(event.sender != nil)
            count += 1
        }
        #expect(count >= 10)
    }
}
