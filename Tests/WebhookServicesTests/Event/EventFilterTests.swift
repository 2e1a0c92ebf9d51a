import Testing

@testable import WebhookServices

@Suite struct EventFilterTests {
    @Test(arguments: [
        ("push", "push", true), ("push", "push.x", true), ("push", "pus", false), ("push", "Push", false),
        ("pull_request", "pull_request.opened", true), ("pull_request", "pull_request", true),
        ("pull_request.opened", "pull_request.opened", true), ("pull_request.opened", "pull_request.closed", false),
        ("pull_request.*", "pull_request.opened", true), ("pull_request.*", "pull_request", false),
        ("pull_request.*", "pull_request_review.submitted", false), ("event.*", "event.order.placed", true),
        ("*.closed", "issues.closed", true), ("*.closed", "issues.opened", false), ("*.closed", "closed", false),
        ("*.closed", "a.b.closed", false), ("event.*.placed", "event.order.placed", true), ("*", "push", true),
        ("*", "a.b.c", true), ("*.*", "push", false), ("*.*", "a.b.c", true), ("push", "", false), ("*", "", true),
    ])
    func `patterns`(_ pattern: String, _ name: String, _ isAllowed: Bool) throws {
        #expect(try EventFilter([pattern]).allows(name) == isAllowed)
    }

    @Test(
        arguments: [
            ("push", nil), ("issues", nil), ("issues.opened", nil), ("issues.*", nil), ("*.opened", nil), ("*", nil),
            ("isues", "issues"), ("pull", "pull_request"), ("Issues", "issues"), ("issues.opend", "issues.opened"),
            ("push.*", "push"), ("isues.*", "issues.*"), ("pull-request", "pull_request"),
            ("issue", "issues"), ("Issue", "issues"), ("issue.opened", "issues.opened"),
        ] as [(String, String?)])
    func `names that there are`(_ pattern: String, _ meant: String?) throws {
        let table = try #require(GitHubService().eventTable)
        let filter = try EventFilter([pattern])
        if let meant {
            #expect(throws: EventFilterError.unknownEvent(pattern, nearest: meant)) {
                try filter.check(against: table, nearest: Self.nearest)
            }
        } else {
            try filter.check(against: table, nearest: Self.nearest)
        }
        // Names that senders choose are not checked.
        let open = EventTable(DocumentedEvents(source: "", date: "", isOpen: true, ""), rules: [])
        try filter.check(against: open, nearest: Self.nearest)
    }

    /// The name that takes the fewest letters in and out.
    private static func nearest(_ text: String, _ names: [String]) -> String? {
        func distance(_ name: String) -> Int {
            let difference = name.difference(from: text)
            return difference.insertions.count + difference.removals.count
        }
        return names.min { distance($0) < distance($1) }
    }

    @Test func `several patterns`() throws {
        let filter = try EventFilter(text: " push, pull_request.*\n release.published,,push ")
        #expect(filter.patterns == ["push", "pull_request.*", "release.published"])
        #expect(filter.description == "push, pull_request.*, release.published")
        #expect(try EventFilter(text: filter.description) == filter)
        #expect(filter.allows("push") && filter.allows("release.published") && !filter.allows("release.created"))
    }

    @Test(arguments: [
        ("", EventFilterError.empty), (" , ", .empty), (".push", .emptyWord(".push")), ("push.", .emptyWord("push.")),
        ("a..b", .emptyWord("a..b")), ("pull_*", .starInWord("pull_*")), ("**", .starInWord("**")),
        ("issues/opened", .badCharacter("issues/opened")), ("żółw", .badCharacter("żółw")),
        (String(repeating: "x", count: 130), .tooLong(limit: 129)),
        ((0...32).map { "e\($0)" }.joined(separator: ","), .tooManyPatterns(limit: 32)),
    ])
    func `what is refused`(_ text: String, _ error: EventFilterError) throws {
        #expect(throws: error) { try EventFilter(text: text) }
        #expect(!error.description.isEmpty)
    }

    @Test func `bounds are within`() throws {
        #expect(try EventFilter((1...32).map { "e\($0)" }).patterns.count == 32)
        #expect(try EventFilter([String(repeating: "x", count: 129)]).patterns.count == 1)
    }

    @Test func `what is withheld and why`() {
        var event = WebhookEvent(topic: "github.push", name: "push", deliveryID: nil, headers: [], payload: [])
        #expect(event.withheld(by: nil, allowsPrivateContent: false) == nil)
        #expect(
            event.withheld(by: try? EventFilter(["issues.*"]), allowsPrivateContent: true) == .filtered(name: "push"))
        event.privateContent = .securityAlert
        #expect(event.withheld(by: nil, allowsPrivateContent: false) == .privateContent(.securityAlert))
        #expect(event.withheld(by: nil, allowsPrivateContent: false)?.code == "security_alert")
        #expect(event.withheld(by: nil, allowsPrivateContent: true) == nil)
        event.missingMember = "event"
        #expect(event.withheld(by: nil, allowsPrivateContent: true)?.code == "incomplete")
    }

    @Test func `codes are stable`() {
        #expect(
            PrivateContent.allCases.map(\.code) == [
                "private_repository", "unknown_visibility", "confidential", "security_alert", "draft_advisory",
                "private_message",
            ])
    }
}
