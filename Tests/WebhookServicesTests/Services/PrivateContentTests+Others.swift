import Testing
import WebhookServices

// Discourse, Bitbucket, and the services that say little.
extension PrivateContentTests {
    static let discourseCases: [(String, String, PrivateContent?)] = [
        ("post", #"{"post":{"topic_archetype":"regular"}}"#, nil),
        ("post", #"{"post":{"topic_archetype":"regular","post_type":1,"hidden":false,"deleted_at":null}}"#, nil),
        ("post", #"{"post":{"topic_archetype":"private_message"}}"#, .privateMessage),
        ("post", #"{"post":{"topic_archetype":null}}"#, .unknownVisibility),
        ("post", #"{"post":{"topic_archetype":"regular","post_type":4}}"#, .confidential),
        ("post", #"{"post":{"topic_archetype":"regular","post_type":"4"}}"#, .unknownVisibility),
        ("post", #"{"post":{"topic_archetype":"regular","post_type":3}}"#, nil),
        ("post", #"{"post":{"topic_archetype":"regular","hidden":true}}"#, .confidential),
        ("post", #"{"post":{"topic_archetype":"regular","deleted_at":"2026-01-01"}}"#, .confidential),
        ("topic", #"{"topic":{"archetype":"private_message"}}"#, .privateMessage),
        ("topic", #"{"topic":{"archetype":"regular","visible":false}}"#, .confidential),
        ("topic", #"{"topic":{"archetype":"regular","visible":true,"deleted_at":null}}"#, nil),
        ("topic", #"{"topic":{"archetype":"banner"}}"#, nil),
        ("topic", #"{"topic":{"archetype":"regular","deleted_at":1}}"#, .confidential),
        ("like", #"{"like":{"post":{"topic_archetype":"private_message"}}}"#, .privateMessage),
        ("like", #"{"like":{"post":{"topic_archetype":"regular","post_type":4}}}"#, .confidential),
        ("like", #"{"like":{"post":{"topic_archetype":"regular","post_type":1}}}"#, nil),
        ("solved", #"{"solved":{"topic_archetype":"private_message"}}"#, .privateMessage),
        ("solved", #"{"solved":{"post_type":4}}"#, .confidential),
        ("notification", "{}", .privateMessage),
        ("reviewable", "{}", .privateMessage),
        ("category", #"{"category":{"read_restricted":true}}"#, .confidential),
        ("category", #"{"category":{"read_restricted":false}}"#, nil),
        ("category", #"{"category":{}}"#, .unknownVisibility),
        ("group", #"{"group":{"visibility_level":0}}"#, nil),
        ("group", #"{"group":{"visibility_level":1}}"#, .confidential),
        ("group", #"{"group":{"name":"x"}}"#, .unknownVisibility),
        ("group_user", #"{"group_user":{"id":1}}"#, .confidential),
        ("user_promoted", #"{"user_promoted":{"id":1}}"#, .confidential),
        ("assign", #"{"assign":{"topic_id":1}}"#, .confidential),
        ("topic_voting", #"{"topic_voting":{"topic_id":1}}"#, .unknownVisibility),
        ("user", #"{"user":{"username":"eve","email":"eve@example.org"}}"#, .confidential),
        (
            "chat_message",
            #"{"chat_message":{"channel":{"chatable_type":"Category","chatable":{"read_restricted":false}}}}"#, nil
        ),
        (
            "chat_message",
            #"{"chat_message":{"channel":{"chatable_type":"Category","chatable":{"read_restricted":true}}}}"#,
            .confidential
        ),
        (
            "chat_message", #"{"chat_message":{"channel":{"chatable_type":"Category","chatable":{}}}}"#,
            .unknownVisibility
        ),
        (
            "chat_message", #"{"chat_message":{"channel":{"chatable_type":"DirectMessage","chatable":{}}}}"#,
            .privateMessage
        ),
        ("chat_message", #"{"chat_message":{}}"#, .unknownVisibility),
        ("invented", #"{"invented":{}}"#, .unknownVisibility),
        ("user_badge", #"{"user_badge":{"id":1}}"#, nil),
        ("ping", #"{"ping":"OK"}"#, nil),
    ]

    /// A documented event of a type.
    static func event(of type: String) -> String {
        DiscourseService().eventTable?.documented.events.first { $0.name == type }?.actions.first ?? "invented"
    }

    @Test(arguments: discourseCases)
    func `Discourse`(_ type: String, _ body: String, _ expected: PrivateContent?) throws {
        let headers = DiscourseServiceTests.headers(type, Self.event(of: type))
        #expect(try content(DiscourseService(), headers, body) == expected, "\(type) \(body)")
    }

    /// A token may say which categories everybody can read.
    @Test(
        arguments: [
            ("post", #"{"post":{"category_id":5}}"#, true), ("post", #"{"post":{"category_id":6}}"#, false),
            ("post", #"{"post":{"category_id":null}}"#, false), ("post", #"{"post":{"category_id":"5"}}"#, false),
            ("topic", #"{"topic":{"category_id":12}}"#, true),
            ("topic", #"{"topic":{"category_id":1}}"#, false), ("like", #"{"like":{"post":{"category_id":5}}}"#, true),
            ("like", #"{"like":{"post":{"category_id":[]}}}"#, false),
            ("solved", #"{"solved":{"category_id":12}}"#, true),
            ("solved", #"{"solved":{"category_id":7}}"#, false), ("user_badge", #"{"user_badge":{}}"#, true),
            ("ping", #"{"ping":"OK"}"#, true),
        ] as [(String, String, Bool)])
    func `public categories`(_ type: String, _ body: String, _ isPublic: Bool) throws {
        let body = body.replacing(
            "\"category_id", with: "\"archetype\":\"regular\",\"topic_archetype\":\"regular\",\"category_id")
        var webhook = request(DiscourseServiceTests.headers(type, Self.event(of: type)), body)
        #expect(try DiscourseService().event(of: webhook).privateContent == nil)
        webhook.settings = try DiscourseService().checkSettings(["public_categories": " 5, 12"])
        #expect(webhook.settings == ["public_categories": "5,12"])
        let expected: PrivateContent? = isPublic ? nil : .unknownVisibility
        #expect(try DiscourseService().event(of: webhook).privateContent == expected, "\(type) \(body)")
        for doubled in ["\"category_id\":5,\"category_id\":6", "\"category_id\":6,\"category_id\":5"] {
            let text = body.replacing(/"category_id":[^,}]+/, with: doubled)
            webhook.body = Array(text.utf8)[...]
            if text != body { #expect(try DiscourseService().event(of: webhook).privateContent == .unknownVisibility) }
        }
    }

    @Test(arguments: ["x", "5,x", "-1", "0", ",", "5.5", "99999999999999999999"])
    func `what is no category`(_ text: String) throws {
        #expect(throws: ServiceSettingError.self) {
            try DiscourseService().checkSettings(["public_categories": text])
        }
    }

    static let bitbucketCases: [(String, String, PrivateContent?)] = [
        ("repo:push", #"{"repository":{"is_private":false}}"#, nil),
        ("repo:push", #"{"repository":{"is_private":true}}"#, .privateRepository),
        ("repo:push", #"{"repository":{"is_private":true,"public":true}}"#, .privateRepository),
        ("repo:push", #"{"repository":{"full_name":"a/b"}}"#, .unknownVisibility),
        ("repo:push", #"{"repository":{"is_private":null}}"#, .unknownVisibility),
        ("repo:push", "{}", .unknownVisibility),
        ("repo:invented", #"{"repository":{"is_private":false}}"#, .unknownVisibility),
        (
            "pullrequest:created",
            #"{"repository":{"is_private":false},"pullrequest":{"source":{"repository":{"full_name":"x"}}}}"#, nil
        ),
        (
            "pullrequest:created",
            #"{"repository":{"is_private":false},"pullrequest":{"source":{"repository":{"is_private":true}}}}"#, nil
        ),
        (
            "pullrequest:created",
            #"{"repository":{"is_private":false},"pullrequest":{"destination":{"repository":{"is_private":true}}}}"#,
            .privateRepository
        ),
        ("repo:fork", #"{"repository":{"is_private":false},"fork":{"is_private":true}}"#, .privateRepository),
        ("repo:fork", #"{"repository":{"is_private":false},"fork":{"is_private":false}}"#, nil),
        ("repo:fork", #"{"repository":{"is_private":false},"fork":{}}"#, .unknownVisibility),
        ("repo:fork", #"{"repository":{"is_private":false}}"#, .unknownVisibility),
        ("repo:forked", #"{"repository":{"public":true}}"#, nil),
        ("repo:refs_changed", #"{"repository":{"public":true}}"#, nil),
        ("repo:refs_changed", #"{"repository":{"public":false}}"#, .privateRepository),
        ("repo:refs_changed", #"{"repository":{"public":false,"project":{"public":true}}}"#, nil),
        ("repo:refs_changed", #"{"repository":{"public":true,"project":{"public":false}}}"#, nil),
        (
            "pr:opened",
            #"{"pullRequest":{"toRef":{"repository":{"public":true}},"fromRef":{"repository":{"public":false}}}}"#, nil
        ),
        ("pr:opened", #"{"pullRequest":{"toRef":{"repository":{"public":false}}}}"#, .privateRepository),
        ("pr:opened", #"{"pullRequest":{"fromRef":{"repository":{"public":true}}}}"#, .unknownVisibility),
        ("repo:modified", #"{"old":{"public":false},"new":{"public":true}}"#, .privateRepository),
        ("repo:modified", #"{"old":{"public":true},"new":{"public":true}}"#, nil),
        ("repo:modified", #"{"new":{"public":true}}"#, .unknownVisibility),
        ("diagnostics:ping", #"{"test":true}"#, .unknownVisibility),
    ]

    @Test(arguments: bitbucketCases)
    func `bitbucket`(_ key: String, _ body: String, _ expected: PrivateContent?) throws {
        let headers = BitbucketServiceTests.headers.setting("X-Event-Key", key)
        #expect(try content(BitbucketService(), headers, body) == expected, "\(key) \(body)")
    }

    /// Data Center's scanner, told by either: the header is not signed.
    @Test func `secrets that bitbucket finds`() throws {
        let body = #"{"eventKey":"repo:secret_detected","secretLocations":[{"repository":{"public":true}}]}"#
        let headers = BitbucketServiceTests.headers
        #expect(try content(BitbucketService(), headers, body) == .securityAlert)
        let named = headers.setting("X-Event-Key", "repo:secret_detected")
        #expect(try content(BitbucketService(), named, #"{"repository":{"public":true}}"#) == .securityAlert)
    }

    @Test(
        arguments: [
            (#"{"msg":{"project":{"private":false},"issue":{"private":true}}}"#, .confidential),
            (#"{"msg":{"project":{"private":false},"issue":{"private":false}}}"#, nil),
            (#"{"msg":{"issue":{"private":false}}}"#, .unknownVisibility),
            (#"{"msg":{"project":{"private":true}}}"#, .privateRepository),
            (#"{"msg":{"project":{"private":false},"repo":{"private":true}}}"#, .privateRepository),
            (#"{"msg":{"project":{"name":"x"}}}"#, .unknownVisibility), ("{}", .unknownVisibility),
        ] as [(String, PrivateContent?)])
    func `pagure`(_ body: String, _ expected: PrivateContent?) throws {
        #expect(try content(PagureService(), PagureServiceTests.headers, body) == expected, "\(body)")
    }

    @Test(
        arguments: [
            (#"{"repository":{"is_private":false}}"#, nil),
            (#"{"repository":{"is_private":true}}"#, .privateRepository),
            (#"{"repository":{}}"#, .unknownVisibility), ("{}", .unknownVisibility),
        ] as [(String, PrivateContent?)])
    func `docker hub`(_ body: String, _ expected: PrivateContent?) throws {
        #expect(try content(DockerHubService(), [:], body) == expected, "\(body)")
    }

    @Test func `quay`() throws {
        #expect(
            try content(QuayService(), [:], #"{"repository":"a/b","vulnerability":{"id":"CVE"}}"#) == .securityAlert)
        #expect(try content(QuayService(), [:], #"{"repository":"a/b"}"#) == .unknownVisibility)
        #expect(try content(QuayService(), [:], #"{"repository":"a/b","visibility":"private"}"#) == .privateRepository)
        #expect(try content(QuayService(), [:], #"{"repository":"a/b","visibility":"public"}"#) == nil)
    }

    @Test func `what says nothing`() throws {
        let headers: HeaderList = [
            "Content-Type": "application/json", "Webhook-Id": "1", "Webhook-Timestamp": "\(testTime)",
        ]
        #expect(try content(WeblateService(), headers, #"{"action":"String added"}"#) == .unknownVisibility)
        #expect(try content(StandardWebhooksService(), headers, #"{"type":"x"}"#) == .unknownVisibility)
        let generic = GenericService(.init(name: "x", title: "X", signature: SignatureScheme(header: "x-signature")))
        #expect(try content(generic, headers, "{}") == .unknownVisibility)
    }
}
