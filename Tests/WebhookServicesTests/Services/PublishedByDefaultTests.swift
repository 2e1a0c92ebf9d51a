import Foundation
import TestSupport
import Testing
import WebhookServices

/// What a token publishes whose owner allows nothing private: of the corpora and the fixtures all that is about public
/// repositories, and what consumers bind to. (GitHub's and GitLab's have tests of their own.)
@Suite struct PublishedByDefaultTests {
    /// Payloads that are withheld though they do not say that they are private, and why.
    static let withheld: [String: PrivateContent] = [
        // Gogs, which Gitea comes from, did not say whether a repository was private.
        "go-playground-gogs/fork-event.json": .unknownVisibility,
        "go-playground-gogs/pull-request-event.json": .unknownVisibility,
        "go-playground-gogs/issue-comment-event.json": .unknownVisibility,
        "w2fm/bodies/discourse-user-created.json": .confidential,
        // These services do not say who sees what.
        "pagure/git.receive/one_commit.json": .unknownVisibility,
        "pagure/issue.new/opened.json": .unknownVisibility,
        "quay/push/one_tag.json": .unknownVisibility,
        "quay/push/two_tags.json": .unknownVisibility,
        "standard/example.ping/without_data.json": .unknownVisibility,
        "standard/user.created/user.json": .unknownVisibility,
        "weblate/Component_created/component.json": .unknownVisibility,
        "weblate/New_translation/string.json": .unknownVisibility,
    ]

    /// Whether a payload says anywhere, in its service's way, that something is private.
    static func saysPrivate(_ value: Any) -> Bool {
        if let elements = value as? [Any] { return elements.contains(where: saysPrivate) }
        guard let members = value as? [String: Any] else { return false }
        if members["private"] as? Bool == true || members["is_private"] as? Bool == true { return true }
        let isProjectPublic = (members["project"] as? [String: Any])?["public"] as? Bool == true
        if members["public"] as? Bool == false, members["project"] != nil, !isProjectPublic { return true }
        return members.values.contains(where: saysPrivate)
    }

    @Test(.enabled(if: corpora != nil, "shared/corpora is not there"))
    func `what is public`() throws {
        var published = 0
        var found: [String: PrivateContent] = [:]
        for delivery in try CorpusDelivery.all() where !["github", "gitlab"].contains(delivery.service.name) {
            let content = try delivery.event().privateContent
            let payload = try JSONSerialization.jsonObject(with: Data(delivery.body))
            switch content {
            case nil: published += 1
            case .privateRepository: #expect(Self.saysPrivate(payload), "\(delivery.file)")
            case let content: found[delivery.file] = content
            }
        }
        #expect(found == Self.withheld)
        #expect(published > 40)
    }

    static let user = #"{"id":1,"login":"alice","username":"alice","email":"alice@example.org"}"#
    static let repository =
        #"{"id":2,"name":"b","full_name":"a/b","html_url":"https://f/a/b","private":false,"clone_url":"https://f/a/b.git","#
        + #""owner":{"id":3,"login":"a","username":"a","visibility":"public","email":"a@example.org"}}"#
    static let privateFork =
        #"{"id":4,"name":"b","full_name":"c/b","html_url":"https://f/c/b","private":true,"clone_url":"https://f/c/b.git","#
        + #""description":"secret","owner":{"id":5,"login":"c","username":"c","visibility":"limited","full_name":"C"}}"#
    static let reducedFork =
        #"{"id":4,"name":"b","full_name":"c/b","html_url":"https://f/c/b","private":true,"#
        + #""owner":{"login":"c","username":"c"}}"#

    static func pullRequest(_ fork: String) -> String {
        #"{"number":7,"url":"https://f/a/b/pulls/7","user":\#(user),"head":{"ref":"x","sha":"1","repo":\#(fork)},"#
            + #""base":{"ref":"main","repo":\#(repository)}}"#
    }

    func forgejo(_ event: String, _ body: String) throws -> (WebhookEvent, String) {
        let headers = ForgejoServiceTests.headers.setting("X-Forgejo-Event", event)
        let event = try ForgejoService().event(of: request(headers, body))
        return (event, String(decoding: event.payloadBytes, as: UTF8.self))
    }

    /// The seven topics of dist-git that Packit reads, from a private fork as well.
    @Test func `what packit binds to`() throws {
        let members = #""repository":\#(Self.repository),"sender":\#(Self.user)"#
        let push = #"{"ref":"refs/heads/main","before":"0","after":"1","pusher":\#(Self.user),\#(members)}"#
        #expect(try forgejo("push", push).0.privateContent == nil)
        for event in ["pull_request", "issue_comment"] {
            let body = #"{"action":"opened","pull_request":\#(Self.pullRequest(Self.privateFork)),\#(members)}"#
            let (found, text) = try forgejo(event, body)
            #expect(found.privateContent == nil)
            let expected = #"{"action":"opened","pull_request":\#(Self.pullRequest(Self.reducedFork)),\#(members)}"#
            #expect(
                text
                    == expected.replacing("alice@example.org", with: "").replacing("a@example.org", with: ""))
        }
        for outcome in ["success", "failure", "recover", "cancelled"] {
            let payload =
                #"{"pull_request":\#(Self.pullRequest(Self.privateFork)),"inputs":{"key":"s3cr3t"},"repository":"#
                + Self.repository + "}"
            let quoted = try PayloadStrings.quoted(payload)
            let run =
                #"{"trigger_event":"pull_request","trigger_user":\#(Self.user),"title":"t","event_payload":\#(quoted),"#
                + #""repository":\#(Self.repository)}"#
            let (event, text) = try forgejo("action_run_" + outcome, #"{"action":"\#(outcome)","run":\#(run)}"#)
            #expect(event.privateContent == nil && !text.contains("s3cr3t") && !text.contains("example.org"))
            let body = try #require(try event.parsedBody()["body"] as? [String: Any])
            let sent = try #require((body["run"] as? [String: Any])?["event_payload"] as? String)
            let inner = try #require(try JSONSerialization.jsonObject(with: Data(sent.utf8)) as? [String: Any])
            let request = try #require(inner["pull_request"] as? [String: Any])
            #expect(request["number"] as? Int == 7 && request["url"] as? String == "https://f/a/b/pulls/7")
            let head = try #require(request["head"] as? [String: Any])
            #expect(head["ref"] as? String == "x")
            #expect(
                Set((head["repo"] as? [String: Any])?.keys.map { $0 } ?? []) == [
                    "id", "name", "full_name", "html_url", "private", "owner",
                ])
            #expect((inner["inputs"] as? [String: String]) == ["key": ""])
        }
    }

    /// An owner who allows private content gets all of a fork.
    @Test func `a fork that is allowed`() throws {
        let headers = ForgejoServiceTests.headers.setting("X-Forgejo-Event", "pull_request")
        let body = #"{"pull_request":\#(Self.pullRequest(Self.privateFork)),"repository":\#(Self.repository)}"#
        var webhook = request(headers, body)
        webhook.allowsPrivateContent = true
        let text = String(decoding: try ForgejoService().event(of: webhook).payloadBytes, as: UTF8.self)
        #expect(text.contains("clone_url\":\"https://f/c/b.git") && text.contains("secret"))
    }

    @Test func `what readers of Discourse bind to`() throws {
        let post = #"{"username":"alice","topic_title":"t","topic_archetype":"regular","post_type":1,"hidden":false}"#
        for (type, event, body) in [
            ("post", "post_created", #"{"post":\#(post)}"#), ("post", "post_edited", #"{"post":\#(post)}"#),
            ("post", "post_destroyed", #"{"post":\#(post)}"#), ("post", "post_recovered", #"{"post":\#(post)}"#),
            ("topic", "topic_created", #"{"topic":{"archetype":"regular","visible":true}}"#),
            ("topic", "topic_edited", #"{"topic":{"archetype":"regular","visible":true}}"#),
            ("like", "post_liked", #"{"like":{"post":\#(post),"user":{"username":"bob"}}}"#),
            ("solved", "accepted_solution", #"{"solved":\#(post)}"#),
            ("user_badge", "user_badge_granted", #"{"user_badge":{"id":1}}"#),
        ] {
            let headers = DiscourseServiceTests.headers.setting("X-Discourse-Event-Type", type)
                .setting("X-Discourse-Event", event)
            #expect(try DiscourseService().event(of: request(headers, body)).privateContent == nil, "\(event)")
        }
    }

    /// What a group gets its mail by is nobody's to know, who may see the group or not.
    @Test func `groups of Discourse`() throws {
        let headers = DiscourseServiceTests.headers.setting("X-Discourse-Event-Type", "group")
        let body =
            #"{"group":{"id":1,"visibility_level":0,"incoming_email":"x","email_password":"p","email_username":null}}"#
        for allows in [false, true] {
            var webhook = request(headers, body)
            webhook.allowsPrivateContent = allows
            #expect(
                String(decoding: try DiscourseService().event(of: webhook).payloadBytes, as: UTF8.self)
                    == #"{"group":{"id":1,"visibility_level":0,"incoming_email":"","email_password":"","email_username":null}}"#
            )
        }
    }

    /// An example of each service is published by a token that allows nothing private, where there is a way to prove it.
    @Test func `examples`() throws {
        for service in ServiceRegistry.builtIn {
            let names = service.exampleHeaders(event: nil) ?? [:]
            var headers: HeaderList = ["Content-Type": "application/json"]
            for (name, value) in names { headers = headers.adding(name, value) }
            var webhook = request(
                headers, service.examplePayload(repository: "a/b", sender: "alice", id: "0badcafe"))
            webhook.settings = ["instance_url": "https://p.example.org"]
            let content = try service.event(of: webhook).privateContent
            let saysNothing = ["weblate", "standard"].contains(service.name)
            #expect(content == (saysNothing ? .unknownVisibility : nil), "\(service.name)")
        }
    }
}
