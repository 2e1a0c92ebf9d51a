import Foundation
import Testing
import WebhookServices

/// Payloads that services really sent: each becomes an event, its bytes untouched.
@Suite struct RealPayloadTests {
    /// The JSON objects under folders of the corpus.
    static func payloads(_ folders: String...) throws -> [(file: URL, bytes: [UInt8])] {
        let root = try #require(corpora).appendingPathComponent("payloads")
        var found: [(file: URL, bytes: [UInt8])] = []
        for folder in folders {
            let files = FileManager.default.enumerator(
                at: root.appendingPathComponent(folder), includingPropertiesForKeys: nil)
            for case let file as URL in try #require(files) where file.pathExtension == "json" {
                found.append((file, try bytes(of: file)))
            }
        }
        return found
    }

    func check(_ service: any WebhookService, _ headers: HeaderList, _ bytes: [UInt8]) throws -> WebhookEvent {
        let event = try service.event(of: request(headers, bytes))
        #expect(event.payloadBytes == bytes)
        let body = try event.parsedBody()
        let payload = try #require(body["body"] as? NSDictionary)
        #expect(payload == (try JSONSerialization.jsonObject(with: Data(bytes)) as? NSDictionary))
        #expect(body["headers"] is [String: String])
        #expect(body["agent"] is NSNull)
        return event
    }

    @Test(.enabled(if: corpora != nil, "shared/corpora is not there"))
    func gitHub() throws {
        var count = 0
        var senders = 0
        for (file, bytes) in try Self.payloads("octokit-github", "drone-github") {
            let folder = file.deletingLastPathComponent().lastPathComponent
            let name = folder == "drone-github" ? "push" : folder
            let event = try check(
                GitHubService(), GitHubServiceTests.headers.setting("X-GitHub-Event", name), bytes)
            #expect(event.topic == "github." + name)
            count += 1
            senders += event.sender == nil ? 0 : 1
        }
        #expect(count > 100 && senders > count / 2)
    }

    @Test(.enabled(if: corpora != nil, "shared/corpora is not there"))
    func gitHubAsAForm() throws {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._")
        let service = GitHubService()
        let secrets = try service.prepared("secret")
        var count = 0
        for (_, bytes) in try Self.payloads("octokit-github") {
            let text = String(decoding: bytes, as: UTF8.self)
            let form = try #require(text.addingPercentEncoding(withAllowedCharacters: allowed))
            let body = Array("payload=\(form.replacing("%20", with: "+"))".utf8)
            let headers = GitHubServiceTests.formHeaders
                .setting("X-Hub-Signature-256", "sha256=" + (try hexCode("secret", body)))
            #expect(service.verify(request(headers, body), secrets: secrets).isVerified)
            #expect(try service.event(of: request(headers, body)).payloadBytes == bytes)
            count += 1
        }
        #expect(count > 100)
    }

    @Test(.enabled(if: corpora != nil, "shared/corpora is not there"))
    func gitLab() throws {
        var senders: [String: String?] = [:]
        for (file, bytes) in try Self.payloads("go-playground-gitlab", "drone-gitlab") {
            let event = try check(GitLabService(), GitLabServiceTests.headers, bytes)
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

    /// There are no payloads of Forgejo there; Gitea's are the same.
    @Test(.enabled(if: corpora != nil, "shared/corpora is not there"))
    func forgejo() throws {
        var count = 0
        for (_, bytes) in try Self.payloads("go-playground-gitea", "drone-gitea") {
            let event = try check(ForgejoService(), ForgejoServiceTests.headers, bytes)
            #expect(event.sender != nil)
            count += 1
        }
        #expect(count >= 10)
    }

    @Test func discourse() throws {
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
