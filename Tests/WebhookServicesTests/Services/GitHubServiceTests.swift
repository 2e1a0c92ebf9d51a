import Cryptography
import Foundation
import TestSupport
import Testing
import WebhookServices

@Suite struct GitHubServiceTests {
    let service = GitHubService()
    static let headers: HeaderList = [
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/044aadd",
        "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "X-GitHub-Event": "push",
        "X-GitHub-Hook-ID": "292430182",
        "X-GitHub-Hook-Installation-Target-ID": "79929171",
        "X-GitHub-Hook-Installation-Target-Type": "repository",
        "X-Hub-Signature": "sha1=7d38cdd689735b008b3c702edd92eea23791c5f6",
        "X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        "Authorization": "Basic c2VjcmV0",
        "Cookie": "session=secret",
        "X-Forwarded-For": "192.0.2.1",
    ]
    static let formHeaders = headers.setting("Content-Type", "application/x-www-form-urlencoded")

    @Test func `the vector of the documentation`() throws {
        let secrets = try service.prepared("It's a Secret to Everybody")
        let result = service.verify(request(Self.headers, "Hello, World!"), secrets: secrets)
        #expect(result.isVerified)
    }

    @Test func `nothing else is taken`() throws {
        try checkSignature(
            of: service, header: "X-Hub-Signature-256", prefix: "sha256=", headers: Self.headers,
            body: Array(#"{"zen":"Keep it logically awesome.","sender":{"login":"octocat"}}"#.utf8))
    }

    @Test func `a SHA 1 signature alone is none`() throws {
        let secrets = try service.prepared("It's a Secret to Everybody")
        let headers = Self.headers.setting("X-Hub-Signature-256", nil)
        #expect(service.verify(request(headers, "Hello, World!"), secrets: secrets) == .missing)
    }

    @Test func `an event and its message`() throws {
        let body = #"{"ref":"refs/heads/main","sender":{"login":"octocat","id":1}}"#
        let event = try service.event(of: request(Self.headers, body))
        #expect(event.topic == "github.push")
        #expect(event.agent == nil)
        #expect(event.sender == "octocat")
        #expect(event.usernames == [])
        #expect(event.deliveryID == Array("72d3162e-cc78-11e3-81ab-4c9367dc0958".utf8))
        let expected = """
            {"body": {"ref":"refs/heads/main","sender":{"login":"octocat","id":1}}, "headers": \
            {"x-github-event": "push", "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958", \
            "x-github-hook-id": "292430182", "x-github-hook-installation-target-id": "79929171", \
            "x-github-hook-installation-target-type": "repository", "x-hub-signature": "redacted", \
            "x-hub-signature-256": "redacted", "content-type": "application/json", \
            "user-agent": "GitHub-Hookshot/044aadd"}, "agent": null}
            """
        #expect(String(decoding: event.messageBody(), as: UTF8.self) == expected)
    }

    @Test func `the agent once it is known`() throws {
        var event = try service.event(of: request(Self.headers, #"{"sender":{"login":"octocat"}}"#))
        event.attribute(to: #"al"ice"#)
        #expect(event.usernames == [#"al"ice"#])
        #expect(String(decoding: event.messageBody(), as: UTF8.self).hasSuffix(#", "agent": "al\"ice"}"#))
    }

    @Test(arguments: [
        #"{"zen":"x","hook_id":1}"#, #"{"sender":null}"#, #"{"sender":[]}"#, #"{"sender":{}}"#,
        #"{"sender":{"login":null}}"#, #"{"sender":{"login":7}}"#, #"{"sender":{"login":""}}"#, "{}",
        #"{"sender":{"login":"dependabot[bot]"}}"#, #"{"sender":"octocat"}"#,
    ])
    func `nobody`(_ body: String) throws {
        let event = try service.event(of: request(Self.headers.setting("X-GitHub-Event", "ping"), body))
        #expect(event.sender == nil)
        #expect(event.topic == "github.ping")
        #expect(event.payloadBytes == Array(body.utf8))
    }

    @Test(arguments: [
        "X-GitHub-Event", "X-GitHub-Delivery", "X-GitHub-Hook-Installation-Target-ID",
        "X-GitHub-Hook-Installation-Target-Type",
    ])
    func `what the schema requires`(_ name: String) throws {
        let missing = try service.error(of: request(Self.headers.setting(name, nil), "{}"))
        #expect(missing == .missingHeader(name.lowercased()))
        #expect(missing?.status == 400)
        #expect(missing?.description.contains(name.lowercased()) == true)
        #expect(
            try service.error(of: request(Self.headers.setting(name, ""), "{}")) == .missingHeader(name.lowercased()))
        let doubled = Self.headers.adding(name, "other")
        #expect(try service.error(of: request(doubled, "{}")) == .duplicateHeader(name.lowercased()))
    }

    @Test func `signatures go out redacted even if there was none`() throws {
        let headers = Self.headers.setting("X-Hub-Signature", nil).setting("X-GitHub-Hook-ID", nil)
        let event = try service.event(of: request(headers, "{}"))
        #expect(event.header("x-hub-signature") == "redacted")
        #expect(event.header("x-hub-signature-256") == "redacted")
        #expect(event.header("x-github-hook-id") == nil)
    }

    @Test func `nothing beside the list goes out`() throws {
        let event = try service.event(of: request(Self.headers.adding("X-Gitlab-Token", "t0ken"), "{}"))
        let text = String(decoding: event.messageBody(), as: UTF8.self)
        for secret in ["c2VjcmV0", "session=", "192.0.2.1", "t0ken", "757107ea", "7d38cdd6"] {
            #expect(!text.contains(secret))
        }
    }

    @Test func `a form`() throws {
        let body = "payload=%7B%22sender%22%3A%7B%22login%22%3A%22octo%2Bcat%22%7D%2C+%22x%22%3a%22%C5%BC+%25%22%7D"
        let secrets = try service.prepared("It's a Secret to Everybody")
        let code = try hexCode("It's a Secret to Everybody", Array(body.utf8))
        let signed = request(Self.formHeaders.setting("X-Hub-Signature-256", "sha256=" + code), body)
        #expect(service.verify(signed, secrets: secrets).isVerified)
        let event = try service.event(of: signed)
        #expect(event.payloadBytes == Array(#"{"sender":{"login":"octo+cat"}, "x":"ż %"}"#.utf8))
        #expect(event.sender == "octo+cat")
    }

    @Test func `a form is signed as it came`() throws {
        try checkSignature(
            of: service, header: "X-Hub-Signature-256", prefix: "sha256=", headers: Self.formHeaders,
            body: Array("payload=%7B%22zen%22%3A+1%7D".utf8))
    }

    @Test(arguments: [
        "payload=%7B%7D&payload=%7B%7D", "payload=%7B%7D&p%61yload=%7B%22a%22%3A1%7D", "", "other=%7B%7D", "payload",
        "payload=%7B%7", "payload=%7B%7D&%=1", "Payload=%7B%7D",
    ])
    func `forms that are refused`(_ body: String) throws {
        let error = try #require(try service.error(of: request(Self.formHeaders, body)))
        #expect(error.status == 400)
    }

    @Test func `other fields of a form are passed over`() throws {
        let event = try service.event(of: request(Self.formHeaders, "a=1&&payload=%7b%7d&=&b"))
        #expect(event.payloadBytes == Array("{}".utf8))
    }

    @Test func `content types`() throws {
        for type in ["application/json; charset=utf-8", "Application/JSON", "application/vnd.x+json", ""] {
            let headers = Self.headers.setting("Content-Type", type)
            #expect(try service.error(of: request(headers, "{}")) == nil)
        }
        #expect(try service.error(of: request(Self.headers.setting("Content-Type", nil), "{}")) == nil)
        for type in ["text/plain", "multipart/form-data", "application/jsonx", "application/x-www-form-urlencodedx"] {
            let error = try service.error(of: request(Self.headers.setting("Content-Type", type), "{}"))
            #expect(error == .unsupportedMediaType)
            #expect(error?.status == 415)
        }
        // Twice the same is not in doubt; two that differ are.
        let twice = Self.headers.setting("Content-Type", "application/json").adding("content-type", "application/json")
        #expect(try service.error(of: request(twice, "{}")) == nil)
        for other in ["application/json; charset=utf-8", "APPLICATION/JSON", "text/json", ""] {
            let alike = Self.headers.setting("Content-Type", "application/json").adding("Content-Type", other)
            #expect(try service.error(of: request(alike, "{}")) == nil, "\(other)")
            let turned = Self.headers.setting("Content-Type", other).adding("Content-Type", "application/json")
            #expect(try service.error(of: request(turned, "{}")) == nil, "\(other)")
        }
        let form = "application/x-www-form-urlencoded"
        let forms = Self.headers.setting("Content-Type", form).adding("Content-Type", form + "; charset=utf-8")
        #expect(forms.sayForm)
        #expect(!forms.adding("Content-Type", "application/json").sayForm)
        let doubled = Self.headers.setting("Content-Type", "application/json").adding("Content-Type", "text/plain")
        #expect(try service.error(of: request(doubled, "{}")) == .unsupportedMediaType)
    }

    @Test func `payloads that are no object`() throws {
        for body in ["[]", "1", "\"x\"", "null", "", "{", "payload=%7B%7D", "{\"a\":1}x", "\u{feff}{}"] {
            let error = try #require(try service.error(of: request(Self.headers, body)))
            #expect(error.status == 400 && error.code == "invalid_payload")
        }
    }

    @Test func `the schema`() {
        #expect(
            service.schema
                == MessageSchema(
                    name: "webhook_to_fedora_messaging.github.message_v1",
                    package: "webhook_to_fedora_messaging_messages"))
        #expect(ServiceRegistry.service(named: service.name)?.schema == service.schema)
    }

    @Test(.enabled(if: corpora != nil, "shared/corpora is not there"))
    func `real payloads`() throws {
        var count = 0
        var senders = 0
        for (file, bytes) in try RealPayloads.payloads("octokit-github", "drone-github") {
            let folder = file.deletingLastPathComponent().lastPathComponent
            let name = folder == "drone-github" ? "push" : folder
            let event = try RealPayloads.check(
                GitHubService(), GitHubServiceTests.headers.setting("X-GitHub-Event", name), bytes)
            #expect(event.topic == "github." + name)
            count += 1
            senders += event.sender == nil ? 0 : 1
        }
        #expect(count > 100 && senders > count / 2)
    }

    @Test(.enabled(if: corpora != nil, "shared/corpora is not there"))
    func `real payloads as forms`() throws {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._")
        let service = GitHubService()
        let secrets = try service.prepared("secret")
        var count = 0
        for (_, bytes) in try RealPayloads.payloads("octokit-github") {
            let text = String(decoding: bytes, as: UTF8.self)
            let form = try #require(text.addingPercentEncoding(withAllowedCharacters: allowed))
            let body = Array("payload=\(form.replacing("%20", with: "+"))".utf8)
            let headers = GitHubServiceTests.formHeaders
                .setting("X-Hub-Signature-256", "sha256=" + (try hexCode("secret", body)))
            #expect(service.verify(request(headers, body), secrets: secrets).isVerified)
            let plain = try service.event(of: request(GitHubServiceTests.headers, bytes))
            #expect(try service.event(of: request(headers, body)).payloadBytes == plain.payloadBytes)
            count += 1
        }
        #expect(count > 100)
    }
}
