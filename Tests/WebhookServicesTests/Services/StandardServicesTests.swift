import Cryptography
import Testing
import WebhookServices

/// Standard Webhooks as a service of its own, and Weblate, which follows them but for the fraction of its timestamp.
@Suite struct StandardServicesTests {
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    static let headers: HeaderList = [
        "Content-Type": "application/json",
        "Webhook-Id": "4b6c",
        "Webhook-Timestamp": "\(testTime).987654",
        "Webhook-Signature": "v1,6F2nLAxFWLJR4Z6xlwEeZdVHdqD0LGKJcQ+r8BGGKmE=",
    ]
    static let body = #"{"action":"New translation"}"#

    @Test func `the vector of the specification`() throws {
        let service = StandardWebhooksService()
        let headers: HeaderList = [
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ]
        let webhook = request(headers, #"{"test": 2432232314}"#, at: 1_614_265_330)
        #expect(service.verify(webhook, secrets: try service.prepared(Self.secret)).isVerified)
        #expect(try service.event(of: webhook).topic == "webhook.standard._")
    }

    @Test func `weblates fraction is not signed`() throws {
        let service = WeblateService()
        let secrets = try service.prepared(Self.secret)
        #expect(service.verify(request(Self.headers, Self.body), secrets: secrets).isVerified)
        for time in ["\(testTime)", "\(testTime).0", "\(testTime)."] {
            let headers = Self.headers.setting("Webhook-Timestamp", time)
            #expect(service.verify(request(headers, Self.body), secrets: secrets).isVerified)
        }
        for time in ["\(testTime + 1).2", "\(testTime).x", "1.7e9", ""] {
            let headers = Self.headers.setting("Webhook-Timestamp", time)
            #expect(service.verify(request(headers, Self.body), secrets: secrets) == .mismatch)
        }
        #expect(service.verify(request(Self.headers, Self.body, at: testTime + 301), secrets: secrets) == .mismatch)
        // Elsewhere a fraction is none of the standard.
        let standard = StandardWebhooksService()
        #expect(
            standard.verify(request(Self.headers, Self.body), secrets: try standard.prepared(Self.secret)) == .mismatch)
    }

    @Test(arguments: [StandardWebhooksService() as any WebhookService, WeblateService()])
    func `secrets and refusals`(_ service: any WebhookService) throws {
        let made = service.secret(from: [UInt8](repeating: 7, count: 32))
        #expect(made.hasPrefix("whsec_") && made.utf8.count == 50)
        let secrets = try service.prepared(Self.secret)
        let whole = Self.headers.setting("Webhook-Timestamp", "\(testTime)")
        #expect(service.verify(request(whole, Self.body), secrets: secrets).isVerified)
        #expect(service.verify(request(whole, Self.body + " "), secrets: secrets) == .mismatch)
        #expect(service.verify(request(whole.setting("webhook-id", "4b6d"), Self.body), secrets: secrets) == .mismatch)
        #expect(
            service.verify(request(whole.setting("webhook-signature", nil), Self.body), secrets: secrets) == .missing)
        #expect(service.verify(request(whole, Self.body), secrets: try service.prepared(made)) == .mismatch)
        #expect(throws: SecretError.self) { try service.prepare(secret: Array("no base 64".utf8)) }
    }

    @Test func `own payloads`() throws {
        for (service, headers) in [
            (StandardWebhooksService() as any WebhookService, Self.headers), (WeblateService(), Self.headers),
        ] {
            for (event, _, bytes) in try OwnPayloads.payloads(of: service.name) {
                let read = try service.event(of: request(headers, bytes))
                #expect(read.topic == "webhook.\(service.name).\(event)" && read.name == event)
                #expect(read.deliveryID == Array("4b6c".utf8))
                #expect(read.headerNames == ["webhook-id", "webhook-timestamp", "content-type"])
            }
        }
    }

    @Test(
        arguments: [
            (#"{"user":"dolly","author":"bob","project":"meadow","component":"app"}"#, "dolly", "meadow/app"),
            (#"{"author":"bob","project":"meadow"}"#, nil, "meadow"), (#"{"user":""}"#, nil, nil),
            (#"{"user":1,"project":[]}"#, nil, nil),
        ] as [(String, String?, String?)])
    func `weblates people and projects`(_ body: String, _ sender: String?, _ repository: String?) throws {
        let event = try WeblateService().event(
            of: request(Self.headers, body), parser: try JSONParser(), namingRepository: true)
        #expect(event.sender == sender && event.repository == repository)
    }
}
