import Testing
import WebhookServices

/// What the published classes cannot digest; Tests/run --wire holds the same against the classes themselves.
@Suite struct ConsumerHazardTests {
    static let gitHub: HeaderList = [
        "Content-Type": "application/json", "X-GitHub-Event": "push", "X-GitHub-Delivery": "1",
        "X-GitHub-Hook-Installation-Target-ID": "1", "X-GitHub-Hook-Installation-Target-Type": "repository",
    ]
    static let gitLab: HeaderList = [
        "Content-Type": "application/json", "X-Gitlab-Event": "Push Hook", "X-Gitlab-Webhook-UUID": "1",
        "X-Gitlab-Event-UUID": "1",
    ]
    static let forgejo: HeaderList = [
        "Content-Type": "application/json", "X-Forgejo-Event": "push", "X-Forgejo-Delivery": "1",
    ]

    @Test(
        arguments: [
            (#"{"repository": {"full_name": "a/b"}}"#, nil),
            (#"{"repository": {"full_name": null}}"#, nil),
            (#"{"repository": {"full_name": 5}}"#, nil),
            (#"{"repository": {}}"#, .summary(member: "repository.full_name")),
            (#"{"repository": null}"#, .summary(member: "repository.full_name")),
            (#"{"repository": "full_name"}"#, .summary(member: "repository.full_name")),
            (#"{"repository": [{"full_name": "a/b"}]}"#, .summary(member: "repository.full_name")),
            (#"{}"#, .summary(member: "repository.full_name")),
            // The last one counts.
            (#"{"repository": {"full_name": "a/b"}, "repository": {}}"#, .summary(member: "repository.full_name")),
            (#"{"repository": {}, "repositor\u0079": {"full_name": "a/b"}}"#, nil),
        ] as [(String, ConsumerHazard?)])
    func `GitHubs summary needs a repository`(payload: String, hazard: ConsumerHazard?) throws {
        #expect(try GitHubService().event(of: request(Self.gitHub, payload)).consumerHazard == hazard)
    }

    @Test(
        arguments: [
            (#"{"repository": {"name": "b"}}"#, nil),
            (#"{"project": {"name": "b"}}"#, .summary(member: "repository.name")),
            (#"{"repository": {"name": null}}"#, nil),
        ] as [(String, ConsumerHazard?)])
    func `GitLabs summary needs a repository`(payload: String, hazard: ConsumerHazard?) throws {
        #expect(try GitLabService().event(of: request(Self.gitLab, payload)).consumerHazard == hazard)
    }

    @Test(
        arguments: [
            (#"{"repository": {"full_name": "a/b"}}"#, nil),
            (#"{"repository": null}"#, .summary(member: "repository.full_name")),
            (#"{"run": {"repository": {"full_name": "a/b"}}}"#, nil),
            (
                #"{"run": {"repository": {}}, "repository": {"full_name": "a/b"}}"#,
                .summary(member: "run.repository.full_name")
            ),
            (#"{"run": {}, "repository": {"full_name": "a/b"}}"#, nil),
            (#"{"run": null, "repository": {"full_name": "a/b"}}"#, .summary(member: "run.repository.full_name")),
            (#"{"run": 5, "repository": {"full_name": "a/b"}}"#, .summary(member: "run.repository.full_name")),
            (#"{"run": "text", "repository": {"full_name": "a/b"}}"#, nil),
            (
                #"{"run": "a repository", "repository": {"full_name": "a/b"}}"#,
                .summary(member: "run.repository.full_name")
            ),
        ] as [(String, ConsumerHazard?)])
    func `forgejos summary needs a repository`(payload: String, hazard: ConsumerHazard?) throws {
        #expect(try ForgejoService().event(of: request(Self.forgejo, payload)).consumerHazard == hazard)
    }

    @Test(
        arguments: [
            ("post", "post_created", #"{"post": {"username": "alice"}}"#, nil),
            ("post", "post_created", #"{"post": {}}"#, nil),
            ("post", "post_created", #"{}"#, nil),
            ("post", "post_created", #"{"post": null}"#, .names(member: "post")),
            ("post", "post_moved", #"{"post": []}"#, .summary(member: "post")),
            ("topic", "topic_created", #"{"topic": {"created_by": null}}"#, .names(member: "topic.created_by")),
            ("topic", "topic_closed", #"{"topic": {"created_by": 5}}"#, .summary(member: "topic.created_by")),
            ("topic", "topic_created", #"{"topic": {"created_by": {}}}"#, nil),
            ("like", "post_liked", #"{"like": {"post": {"username": "bob"}, "user": {"username": "alice"}}}"#, nil),
            ("like", "post_liked", #"{"like": {"post": {"username": "bob"}}}"#, nil),
            (
                "like", "post_liked", #"{"like": {"post": {"username": "bob"}, "user": null}}"#,
                .names(member: "like.user")
            ),
            ("like", "post_liked", #"{"like": {"post": null}}"#, .names(member: "like.post")),
            ("like", "other", #"{"like": {"user": {"username": "alice"}}}"#, .names(member: "like.post.username")),
            ("solved", "accepted_solution", #"{"solved": {"username": "bob"}}"#, nil),
            ("solved", "accepted_solution", #"{"solved": {"username": null}}"#, .names(member: "solved.username")),
            ("solved", "accepted_solution", #"{"solved": {"username": ""}}"#, .unusableName(member: "solved.username")),
            ("solved", "accepted_solution", #"{"solved": {"username": 5}}"#, .unusableName(member: "solved.username")),
            ("solved", "accepted_solution", #"{}"#, .names(member: "solved.username")),
            ("ping", "ping", #"{"ping": "OK"}"#, .summary(member: "ping")),
            ("user_badge", "user_badge_granted", #"{"user_badge": {"id": 1}}"#, nil),
            ("a.b", "c", #"{"a": {"b": 5}}"#, nil),
            ("a.b", "c", #"{"a.b": 5}"#, .summary(member: "a.b")),
            ("a.b", "c", #"{"a.b": 5, "a\u002eb": {}}"#, nil),
        ] as [(String, String, String, ConsumerHazard?)])
    func `discourses class takes names from the payload`(
        type: String, event: String, payload: String, hazard: ConsumerHazard?
    ) throws {
        let request = request(DiscourseServiceTests.headers(type, event), payload)
        #expect(try DiscourseService().event(of: request).consumerHazard == hazard)
    }

    @Test(
        arguments: [
            #""a\u0000b""#, #""\u0000""#, #""""#, "5", "true", "1.5", #"{"a": 1}"#, #"["a"]"#, #""a\nb""#,
            #""a\u0085b""#,
            #""\ufffd""#, #""alice@example.org""#, "\"\(String(repeating: "a", count: 234))\"",
            "\"\(String(repeating: "é", count: 117))\"",
        ])
    func `what is no name is cut out of discourses payload`(name: String) throws {
        let service = DiscourseService()
        let post = request(
            DiscourseServiceTests.headers("post", "post_created"), #"{"post": {"id": 1, "username": \#(name)}}"#)
        var event = try service.event(of: post)
        #expect(String(decoding: event.payloadBytes, as: UTF8.self) == #"{"post": {"id": 1}}"#)
        #expect(event.withheld(by: nil, allowsPrivateContent: true) == nil)
        #expect(service.settleSchema(of: &event, ownClasses: .never) == service.schema)
        let like = request(
            DiscourseServiceTests.headers("like", "post_liked"), #"{"like": {"post": {"username": \#(name)}}}"#)
        event = try service.event(of: like)
        #expect(event.usernames == [])
        #expect(event.withheld(by: nil, allowsPrivateContent: true) == .incomplete(member: "like.post.username"))
        #expect(event.withheld(by: nil, allowsPrivateContent: true, ownClasses: .needed) == nil)
        #expect(service.settleSchema(of: &event, ownClasses: .needed).name == "webhook2fedmsg.discourse.message_v1")
        #expect(String(decoding: event.payloadBytes, as: UTF8.self) == #"{"like": {"post": {}}}"#)
    }

    @Test(arguments: ["alice", String(repeating: "a", count: 233), "José", "محمد", "a b", "\u{202e}abc"])
    func `names stay`(name: String) throws {
        let payload = #"{"post": {"username": "\#(name)"}}"#
        let event = try DiscourseService().event(of: request(DiscourseServiceTests.headers, payload))
        #expect(String(decoding: event.payloadBytes, as: UTF8.self) == payload)
        #expect(IndexedName.isUsable(name))
    }

    /// A summary is asked for the people that a message names.
    @Test func `a message whose summary fails names nobody`() throws {
        let service = GitHubService()
        var event = try service.event(of: request(Self.gitHub, #"{"sender": {"login": "alice"}}"#))
        event.attribute(to: "alice")
        #expect(event.withheld(by: nil, allowsPrivateContent: true) == nil)
        var robust = event
        #expect(service.settleSchema(of: &event, ownClasses: .never) == service.schema)
        #expect(event.agent == nil && event.usernames == [])
        event.attribute(to: "alice")
        #expect(event.agent == nil && event.usernames == [])
        #expect(service.settleSchema(of: &robust, ownClasses: .needed).name == "webhook2fedmsg.github.message_v1")
        #expect(robust.agent == "alice" && robust.usernames == ["alice"])
    }

    @Test func `a message that is digested stays as it is`() throws {
        let service = GitHubService()
        for own in OwnClasses.allCases {
            var event = try service.event(of: request(Self.gitHub, #"{"repository": {"full_name": "a/b"}}"#))
            event.attribute(to: "alice")
            #expect(service.settleSchema(of: &event, ownClasses: own) == service.schema)
            #expect(event.agent == "alice" && event.usernames == ["alice"])
        }
    }

    @Test func `every published class has a robust one that is listed`() {
        for service in ServiceRegistry.builtIn {
            let isPublished = PublishedSchemaPackage.schemas.contains(service.schema.name)
            #expect(isPublished == (service.robustSchema != nil), "\(service.name)")
            if let robust = service.robustSchema { #expect(MessageSchemaDocument.named(robust.name) != nil) }
        }
    }
}
