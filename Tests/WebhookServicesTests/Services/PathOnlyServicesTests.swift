import Testing
import WebhookServices

/// Quay.io and Docker Hub, which prove nothing.
@Suite struct PathOnlyServicesTests {
    static let services: [any WebhookService] = [QuayService(), DockerHubService()]
    static let headers: HeaderList = ["Content-Type": "application/json", "User-Agent": "x", "Cookie": "secret"]

    @Test(arguments: services)
    func `the address is the proof`(_ service: any WebhookService) throws {
        #expect(service.proof == .pathOnly && service.secretOrigin == .nowhere)
        let prepared = [try service.prepare(secret: [])]
        var webhook = request(Self.headers, "{}")
        #expect(service.verify(webhook, secrets: prepared) == .missing)
        webhook.isAtTokenAddress = true
        #expect(
            service.verify(webhook, secrets: prepared)
                == .verified(index: 0))
    }

    @Test(arguments: services)
    func `own payloads`(_ service: any WebhookService) throws {
        for (event, _, bytes) in try OwnPayloads.payloads(of: service.name) {
            let read = try service.event(
                of: request(Self.headers, bytes), parser: try JSONParser(), namingRepository: true)
            #expect(read.topic == "webhook.\(service.name).\(event)" && read.name == "push")
            #expect(read.repository == "sheep/meadow" && read.deliveryID == nil)
            #expect(read.privateContent == (service.name == "quay" ? .unknownVisibility : nil))
            #expect(read.headerNames == ["content-type", "user-agent"])
            #expect(!String(decoding: read.messageBody(), as: UTF8.self).contains("hook/2141b5bi5i5b02bec211i4eeih"))
        }
    }

    @Test(arguments: [
        (#"{"callback_url":"https://c","a":1}"#, #"{"a":1}"#), (#"{"a":1,"callback_url":"https://c"}"#, #"{"a":1}"#),
        (#"{"c\u0061llback_url":"https://c","a":1,"callback_url":{}}"#, #"{"a":1}"#),
        (#"{"a":{"callback_url":1}}"#, #"{"a":{"callback_url":1}}"#), (#"{"callback_url":1}"#, "{}"), ("{}", "{}"),
    ])
    func `the callback is cut out`(_ body: String, _ sent: String) throws {
        let event = try DockerHubService().event(of: request(Self.headers, body))
        #expect(String(decoding: event.payloadBytes, as: UTF8.self) == sent)
    }
}
