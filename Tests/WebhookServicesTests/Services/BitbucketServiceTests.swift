import Cryptography
import TestSupport
import Testing
import WebhookServices

@Suite struct BitbucketServiceTests {
    let service = BitbucketService()
    static let headers: HeaderList = [
        "Content-Type": "application/json",
        "User-Agent": "Bitbucket-Webhooks/2.0",
        "X-Event-Key": "repo:push",
        "X-Request-UUID": "3f6f5e1a-6c0a-4b38-9c8a-1c8c0b5d1e2f",
        "X-Hook-UUID": "a1b2c3d4-0000-4000-8000-000000000000",
        "X-Attempt-Number": "1",
        "Authorization": "Basic c2VjcmV0",
    ]
    static let dataCenter: HeaderList = [
        "Content-Type": "application/json; charset=utf-8",
        "X-Event-Key": "repo:refs_changed",
        "X-Request-Id": "c2f1b0a9-1111-4000-8000-000000000000",
    ]

    /// Of Atlassian's documentation.
    @Test func `the vector`() throws {
        let headers = Self.headers.setting(
            "X-Hub-Signature", "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9")
        let secrets = try service.prepared("It's a Secret to Everybody")
        #expect(service.verify(request(headers, "Hello World!"), secrets: secrets).isVerified)
        let other = Self.headers.setting(
            "X-Hub-Signature-256", "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9")
        #expect(service.verify(request(other, "Hello World!"), secrets: secrets) == .missing)
    }

    @Test func `nothing else is taken`() throws {
        try checkSignature(
            of: service, header: "X-Hub-Signature", prefix: "sha256=", headers: Self.headers,
            body: Array(#"{"push":{"changes":[]}}"#.utf8))
    }

    @Test(arguments: [
        ("repo:push", "repo.push"), ("pullrequest:comment_created", "pullrequest.comment_created"),
        ("pr:comment:added", "pr.comment.added"), ("diagnostics:ping", "diagnostics.ping"), ("a b:#", "a_b._"),
        (":", "_"), ("repo::push", "repo._push"),
    ])
    func `topics`(_ key: String, _ name: String) throws {
        let event = try service.event(of: request(Self.headers.setting("X-Event-Key", key), "{}"))
        #expect(event.topic == "webhook.bitbucket.\(name)" && event.name == name)
        #expect(event.header("x-event-key") == key)
    }

    @Test func `delivery ids`() throws {
        func id(_ headers: HeaderList) throws -> String? {
            try service.event(of: request(headers, "{}")).deliveryID.map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(try id(Self.headers) == "3f6f5e1a-6c0a-4b38-9c8a-1c8c0b5d1e2f")
        #expect(try id(Self.dataCenter) == "c2f1b0a9-1111-4000-8000-000000000000")
        #expect(
            try id(Self.headers.setting("X-Request-Id", "of a proxy")) == "3f6f5e1a-6c0a-4b38-9c8a-1c8c0b5d1e2f")
        #expect(try id(["X-Event-Key": "repo:push"]) == nil)
    }

    @Test func `what goes out`() throws {
        let event = try service.event(of: request(Self.headers.setting("X-Hub-Signature", "sha256=5eed"), "{}"))
        #expect(
            event.headerNames == [
                "x-event-key", "x-request-uuid", "x-hook-uuid", "x-attempt-number", "content-type", "user-agent",
            ])
        #expect(try service.error(of: request([:], "{}")) == .missingHeader("x-event-key"))
    }

    @Test(
        arguments: [
            (#"{"actor":{"username":"old","nickname":"Nick"}}"#, "old"), (#"{"actor":{"nickname":"Nick"}}"#, nil),
            (#"{"actor":{"name":"dolly"}}"#, nil), (#"{"eventKey":"pr:opened","actor":{"name":"dolly"}}"#, "dolly"),
            (#"{"actor":7}"#, nil), (#"{"actor":{"username":""}}"#, nil),
        ] as [(String, String?)])
    func `actors`(_ body: String, _ name: String?) throws {
        #expect(try service.event(of: request(Self.headers, body)).sender == name)
    }

    @Test(
        arguments: [
            (#"{"repository":{"full_name":"sheep/meadow"}}"#, "sheep/meadow"),
            (#"{"repository":{"slug":"meadow","project":{"key":"SHEEP"}}}"#, "SHEEP/meadow"),
            (#"{"pullRequest":{"toRef":{"repository":{"slug":"m","project":{"key":"S"}}}}}"#, "S/m"),
            (#"{"new":{"key":"SHEEP"}}"#, "SHEEP"), (#"{"new":{"slug":"m","project":{"key":"S"}}}"#, "S/m"),
            ("{}", nil),
        ] as [(String, String?)])
    func `repositories`(_ body: String, _ name: String?) throws {
        let named = try service.repository(of: request(Self.headers, body), parser: try JSONParser())
        #expect(named == name)
    }

    @Test func `own payloads`() throws {
        for (event, name, bytes) in try OwnPayloads.payloads(of: "bitbucket") {
            let key = event.split(separator: ".").joined(separator: ":")
            let read = try service.event(
                of: request(Self.headers.setting("X-Event-Key", key), bytes), parser: try JSONParser(),
                namingRepository: true)
            #expect(read.topic == "webhook.bitbucket.\(event)" && read.privateContent == nil, "\(event)")
            #expect(read.repository == (name.hasPrefix("cloud") ? "sheep/meadow" : "SHEEP/meadow"))
        }
    }

    @Test(.enabled(if: corpora != nil, "shared/corpora is not there"))
    func `real payloads`() throws {
        var kinds: [PrivateContent?: Int] = [:]
        for (_, bytes) in try RealPayloads.payloads(
            "drone-bitbucket", "drone-stash", "go-playground-bitbucket", "go-playground-bitbucket-server")
        {
            kinds[try RealPayloads.check(service, Self.headers, bytes).privateContent, default: 0] += 1
        }
        #expect(kinds.values.reduce(0, +) > 25)
        #expect(kinds[.privateRepository, default: 0] > 5)
    }
}
