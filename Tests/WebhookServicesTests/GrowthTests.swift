import TestSupport
import Testing

@testable import WebhookServices

/// The time that a webhook takes grows with its length, whatever is in it.
@Suite struct GrowthTests {
    private static let services = AnyServiceTests.services

    /// Parsed, judged, redacted and made a message's body, as a body of each service.
    @Test(arguments: services.indices, JSONFamily.all) func `payloads`(_ index: Int, _ family: JSONFamily) throws {
        let service = Self.services[index]
        var headers: HeaderList = ["Content-Type": "application/json"]
        for (name, value) in service.exampleHeaders(event: nil) ?? [:] { headers = headers.adding(name, value) }
        let parser = try JSONParser()
        let ratio = Growth.ratio(from: 2 << 10, family.document) { body in
            for allows in [false, true] {
                var webhook = request(headers, body)
                webhook.allowsPrivateContent = allows
                webhook.isAtTokenAddress = true
                webhook.settings = ["instance_url": "https://p.example.org", "public_categories": "1,2"]
                guard let event = try? service.event(of: webhook, parser: parser, namingRepository: true) else {
                    continue
                }
                _ = event.messageBody()
            }
        }
        #expect(ratio <= Growth.limit, "\(service.name)")
    }

    @Test(arguments: JSONFamily.all) func `redaction`(_ family: JSONFamily) {
        let redaction = PayloadRedaction(
            removing: ["**.secret", "a.*.b"], blanking: ["**.deep"],
            reducing: [
                .init(path: "**.a", kept: ["id", "b.c"], exceptions: [[.init(path: "private", value: "false")]])
            ])
        let ratio = Growth.ratio(from: 4 << 10, { family.document($0)[...] }) { _ = redaction.pieces(of: $0) }
        #expect(ratio <= Growth.limit)
    }

    @Test(arguments: JSONFamily.all) func `parser`(_ family: JSONFamily) throws {
        let parser = try JSONParser()
        let ratio = Growth.ratio(from: 2 << 10, { family.document($0)[...] }) {
            _ = try? parser.withDocument($0) { (document) throws(WebhookError) in
                _ = document.value("a.b.c")
                _ = document.member("k1")
                _ = document.isAmbiguous(at: "a.b")
            }
        }
        #expect(ratio <= Growth.limit)
    }

    /// What people type for a filter and a scope.
    @Test(arguments: TextFamily.all) func `typed texts`(_ family: TextFamily) {
        let filters = Growth.ratio(from: 500, family.text) { _ = try? EventFilter(text: $0) }
        #expect(filters <= Growth.limit)
        for service in Self.services {
            let names = Growth.ratio(from: 500, family.text) { _ = service.repositoryNames.read($0) }
            #expect(names <= Growth.limit, "\(service.name)")
        }
    }

    /// What senders put into headers, which are bounded by the head, and people into settings, whose marks are in order: forms
    /// are decoded so.
    @Test(arguments: TextFamily.sorted) func `texts`(_ family: TextFamily) throws {
        for service in Self.services {
            let secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"].compactMap {
                try? service.prepare(secret: Array($0.utf8))
            }
            let names = (service.exampleHeaders(event: nil) ?? [:]).keys.sorted()
            let ratio = Growth.ratio(
                from: 500,
                { size in
                    var headers: HeaderList = ["Content-Type": "application/json"]
                    for name in names + ["webhook-signature", "x-hub-signature-256", "authorization"] {
                        headers = headers.adding(name, family.text(size))
                    }
                    var webhook = request(headers, Array(("payload=" + family.text(size)).utf8))
                    webhook.query = Array(family.text(size).utf8)[...]
                    return webhook
                },
                {
                    _ = service.verify($0, secrets: secrets)
                    _ = service.presentedSecret(in: $0)
                    _ = service.isDelivery(query: $0.query ?? [])
                    _ = try? service.payload(of: $0)
                    _ = try? service.event(of: $0)
                })
            #expect(ratio <= Growth.limit, "\(service.name)")
            let settings = Growth.ratio(from: 500, family.text) {
                for key in service.settings.map(\.key) + ["instance_url"] {
                    _ = try? service.checkSettings([key: $0], present: [:], byAdministrator: true)
                }
            }
            #expect(settings <= Growth.limit, "settings of \(service.name)")
        }
    }
}
