import Testing
import WebhookServices

@testable import Gateway

/// What the token's owner sees of webhooks that came over HTTP, and of test events.
@Suite struct DeliveryNoteTests {
    @Test func outcomes() async throws {
        try await TestGateway.run { gateway in
            let desk = gateway.desk
            let draft = NewToken(
                service: "github", name: "t", secret: TestGateway.secret, events: "push")
            let alice = Person(account: "alice")
            let id = try await desk.create(draft, by: alice).view.token.id
            let path = "/github/\(id)"
            _ = try await gateway.push(to: path, delivery: "1")
            _ = try await gateway.push(to: path, delivery: "1")
            _ = try await gateway.push(to: path, delivery: "2", event: "issues")
            _ = try await gateway.push(to: path, delivery: "3", secret: String(repeating: "x", count: 32))
            // The cache knows of it at once.
            _ = try await desk.setState(id, to: .disabled, by: alice)
            #expect(try await gateway.push(to: path, delivery: "4").status == 403)
            _ = try await desk.setState(id, to: .enabled, by: alice)
            let tested = try await desk.sendTest(id, by: alice)
            #expect(tested.outcome == .published)
            await gateway.recorder.flush()

            let list = try await desk.deliveries(id, by: alice)
            #expect(Set(list.accepted.map(\.outcome)) == [.published, .repeated, .withheld])
            #expect(list.accepted.count == 4)
            #expect(list.accepted.contains(tested))
            #expect(list.accepted.contains { $0.reason == "filtered" && $0.event == "issues" })
            #expect(
                list.accepted.contains {
                    $0.outcome == .published && $0.topic == "org.example.test.github.push"
                        && $0.messageID == gateway.publisher.messages.first?.id
                        && $0.size == TestGateway.body.utf8.count
                })
            #expect(Set(list.refused.map(\.reason)) == ["signature_mismatch", "token_disabled"])
            #expect(try await desk.token(id, by: alice).activity.published == 2)
        }
    }

    @Test(arguments: ServiceRegistry.builtIn.map(\.name)) func testEvents(_ name: String) throws {
        let service = try #require(ServiceRegistry.service(named: name))
        let settings = Dictionary(uniqueKeysWithValues: service.settings.map { ($0.key, $0.example) })
        let token = TokenRecord(
            id: TokenID(high: 1, low: 1), uuid: Array(repeating: 1, count: 16), service: name,
            scope: try TokenScope("fedora-infra/ansible"), settings: settings, isEnabled: true, current: nil)
        let webhook = TestWebhook(for: token, of: service, sender: "alice")
        let event = try service.event(
            of: webhook.request(second: 1_795_000_000), parser: try JSONParser(), namingRepository: true)
        #expect(event.withheld(by: nil, allowsPrivateContent: false) == nil)
        if let repository = event.repository { #expect(repository == "fedora-infra/ansible") }
    }

    /// What came before is not published again, so a test event must not be what the one before it was.
    @Test(arguments: ServiceRegistry.builtIn.map(\.name)) func everyTestEventIsAnother(_ name: String) throws {
        let service = try #require(ServiceRegistry.service(named: name))
        let settings = Dictionary(uniqueKeysWithValues: service.settings.map { ($0.key, $0.example) })
        let token = TokenRecord(
            id: TokenID(high: 1, low: 1), uuid: Array(repeating: 1, count: 16), service: name, scope: nil,
            settings: settings, isEnabled: true, current: nil)
        let parser = try JSONParser()
        let deliveries = try (0..<2).map { _ in
            let request = TestWebhook(for: token, of: service, sender: "alice").request(second: 1_795_000_000)
            return (body: Array(request.body), id: try service.event(of: request, parser: parser).deliveryID)
        }
        #expect(deliveries[0].body != deliveries[1].body || deliveries[0].id != deliveries[1].id)
    }

    @Test func everyReasonHasItsWords() {
        let codes =
            ["filtered", "incomplete", "signature_missing", "signature_mismatch", "out_of_scope", "token_disabled"]
            + PrivateContent.allCases.map(\.code)
        for code in codes {
            #expect(!DeliveryReason.explanation(of: code, service: "GitHub").contains("(\(code))"))
        }
    }
}
