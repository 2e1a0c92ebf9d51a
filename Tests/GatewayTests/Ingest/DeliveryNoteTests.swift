import FedoraMessaging
import HTTPServer
import Testing
import WebhookServices

@testable import Gateway

/// What the token's owner sees of webhooks that came over HTTP, and of test events.
@Suite struct DeliveryNoteTests {
    @Test func `outcomes`() async throws {
        try await TestGateway.run { gateway in
            let tokens = gateway.service
            let draft = NewToken(
                service: "github", name: "t", secret: TestGateway.secret, events: "push")
            let alice = Person(account: "alice")
            let id = try await tokens.create(draft, by: .person(alice)).view.token.id
            let path = "/github/\(id)"
            _ = try await gateway.push(to: path, delivery: "1")
            _ = try await gateway.push(to: path, delivery: "1")
            _ = try await gateway.push(to: path, delivery: "2", event: "issues")
            _ = try await gateway.push(to: path, delivery: "3", secret: String(repeating: "x", count: 32))
            // The cache knows of it at once.
            _ = try await tokens.setState(id, to: .disabled, by: .person(alice))
            #expect(try await gateway.push(to: path, delivery: "4").status == 403)
            _ = try await tokens.setState(id, to: .enabled, by: .person(alice))
            let tested = try await tokens.sendTest(id, by: .person(alice))
            #expect(tested.outcome == .published)
            await gateway.recorder.flush()

            let list = try await tokens.details(id, by: .person(alice)).deliveries
            #expect(Set(list.accepted.map(\.outcome)) == [.published, .repeated, .withheld])
            #expect(list.accepted.count == 4)
            #expect(tested.isTest && list.accepted.contains(tested))
            #expect(list.accepted.contains { $0.reason == "filtered" && $0.event == "issues" })
            #expect(
                list.accepted.contains {
                    $0.outcome == .published && $0.topic == "org.example.test.github.push"
                        && $0.messageID == gateway.publisher.messages.first?.id
                        && $0.size == TestGateway.body.utf8.count
                })
            #expect(Set(list.refused.map(\.reason)) == ["signature_mismatch", "token_disabled"])
            #expect(try await tokens.token(id, by: .person(alice)).activity.published == 2)
        }
    }

    /// The new secret is known to be in use from its first delivery on, refused or not.
    @Test func `which secret was used`() async throws {
        try await TestGateway.run { gateway in
            let token = try await gateway.makeToken()
            let path = "/github/\(token.id)"
            let second = String(repeating: "s", count: 40)
            _ = try await gateway.tokens.store.rotate(
                token.id, to: TokenSecret(ownText: Array(second.utf8)), grace: .seconds(3600))
            func secrets() async throws -> SecretActivity {
                await gateway.recorder.flushed()
                let rows = try await gateway.tokens.database.query(
                    "SELECT \(TokenActivity.columns) FROM token_activity WHERE token_uuid = $1", [.text(token.row)]
                ).rows
                return try rows.first.map { try TokenActivity(row: $0).secrets } ?? SecretActivity()
            }
            _ = try await gateway.push(to: path, delivery: "1")
            let since = try #require(try await gateway.tokens.store.find(token.id)).secretsSince
            #expect(try await secrets().since == since)
            let former = try await secrets()
            #expect(former.formerUsedAt != nil && former.firstUsedAt == nil)
            _ = try await gateway.push(to: path, delivery: "2", secret: String(repeating: "x", count: 32))
            #expect(try await secrets().firstUsedAt == nil)
            _ = try await gateway.push(to: path, delivery: "3", body: "[]", secret: second)
            #expect(try await secrets().firstUsedAt != nil)
        }
    }

    /// A delivery from outside the scope says of which repository it was; the page is told at once.
    @Test func `the repository outside of the scope`() async throws {
        try await TestGateway.run { gateway in
            let alice = Person(account: "alice")
            let draft = NewToken(service: "github", name: "t", scope: "old/name", secret: TestGateway.secret)
            let id = try await gateway.service.create(draft, by: .person(alice)).view.token.id
            _ = try await gateway.push(to: "/github/\(id)")
            let hostile = "a\\u202e\\n" + String(repeating: "b", count: 5000)
            _ = try await gateway.push(
                to: "/github/\(id)", delivery: "2",
                body: #"{"repository":{"full_name":"\#(hostile)","private":false}}"#)
            await gateway.recorder.flushed()
            let list = try await gateway.service.details(id, by: .person(alice)).deliveries.accepted
            #expect(list.map(\.reason) == ["out_of_scope", "out_of_scope"])
            #expect(list.last?.repository == "fedora/w2f")
            #expect(list.first?.repository?.count == 64)
            #expect(list.first?.repository?.hasPrefix("abbb") == true)
        }
    }

    /// A test event is on the page that shows its outcome.
    @Test func `a test event is listed at once`() async throws {
        try await TestGateway.run { gateway in
            let alice = Person(account: "alice")
            let id = try await gateway.service.create(NewToken(service: "github", name: "t"), by: .person(alice)).view
                .token.id
            let tested = try await gateway.service.sendTest(id, by: .person(alice))
            #expect(try await gateway.service.details(id, by: .person(alice)).deliveries.all == [tested])
            #expect(try await gateway.service.token(id, by: .person(alice)).activity.published == 1)
        }
    }

    @Test(arguments: ServiceRegistry.builtIn.map(\.name)) func `test events`(_ name: String) throws {
        let service = try #require(ServiceRegistry.service(named: name))
        let settings = Dictionary(uniqueKeysWithValues: service.settings.map { ($0.key, $0.example) })
        let token = TokenRecord(
            id: TokenID(high: 1, low: 1), uuid: .random(), service: name,
            scope: try TokenScope("fedora-infra/ansible"), settings: settings, isEnabled: true, current: nil)
        let webhook = TestWebhook(for: token, of: service, sender: "alice")
        let event = try service.event(
            of: webhook.request(second: 1_795_000_000), parser: try JSONParser(), namingRepository: true)
        // These have no place in which a payload could say that it is public.
        let provesNothing = ["standard", "weblate"].contains(name)
        #expect(
            event.withheld(by: nil, allowsPrivateContent: false)
                == (provesNothing ? .privateContent(.unknownVisibility) : nil))
        if let repository = event.repository { #expect(repository == "fedora-infra/ansible") }
    }

    /// What came before is not published again, so a test event must not be what the one before it was.
    @Test(arguments: ServiceRegistry.builtIn.map(\.name)) func `every test event is another`(_ name: String) throws {
        let service = try #require(ServiceRegistry.service(named: name))
        let settings = Dictionary(uniqueKeysWithValues: service.settings.map { ($0.key, $0.example) })
        let token = TokenRecord(
            id: TokenID(high: 1, low: 1), uuid: .random(), service: name, scope: nil,
            settings: settings, isEnabled: true, current: nil)
        let parser = try JSONParser()
        let deliveries = try (0..<2).map { _ in
            let request = TestWebhook(for: token, of: service, sender: "alice").request(second: 1_795_000_000)
            return (body: Array(request.body), id: try service.event(of: request, parser: parser).deliveryID)
        }
        // Without an id of its own, none is another's repetition.
        let isAlone = deliveries[0].id == nil
        #expect(isAlone || deliveries[0].body != deliveries[1].body || deliveries[0].id != deliveries[1].id)
    }

    @Test func `every reason has its words`() {
        let codes =
            ["filtered", "incomplete", "signature_missing", "signature_mismatch", "out_of_scope", "token_disabled"]
            + PrivateContent.allCases.map(\.code)
        for code in codes {
            #expect(!DeliveryReason.explanation(of: code, service: "GitHub").contains("(\(code))"))
        }
    }

    @Test func `a missing header is named`() {
        let error = HTTPError(WebhookError.missingHeader("x-github-event"))
        #expect(error.code == "missing_header" && error.deliveryReason == "missing_header:x-github-event")
        #expect(
            DeliveryReason.explanation(of: error.deliveryReason, service: "GitHub")
                .hasPrefix("Header X-GitHub-Event is missing."))
        // As records were written before.
        #expect(
            DeliveryReason.explanation(of: "missing_header", service: "GitHub").hasPrefix(
                "A required header is missing."))
        #expect(HTTPError(WebhookError.unsupportedMediaType).deliveryReason == "unsupported_media_type")
    }

    @Test func `the event to add is named`() {
        for (event, words) in [
            ("issues.opened", "Add “issues.*”."), ("push", "Add “push”."), ("a.b.c", "Add “a.b.c”."),
        ] {
            let record = DeliveryRecord(at: .now(), outcome: .withheld, status: 202, event: event, reason: "filtered")
            #expect(DeliveryReason.explanation(of: "filtered", service: "GitHub", record: record).hasSuffix(words))
        }
    }
}
