import WebhookServices

/// A service whose tokens have settings.
struct SettingsService: WebhookService {
    var name: String { "example" }
    var title: String { "Example" }
    var schema: MessageSchema { MessageSchema(name: "example.message_v1", package: "example") }
    var setup: SetupGuide { SetupGuide(places: [], steps: [], fields: [], events: "") }

    var settings: [ServiceSetting] {
        [
            ServiceSetting(
                key: "region", title: "Region", help: "Where it is.", example: "eu", isRequired: true,
                expectation: "a region", read: { $0.lowercased() }),
            ServiceSetting(
                key: "note", title: "Note", help: "Anything.", example: "hello", isRequired: false,
                expectation: "a note", read: { $0 }),
        ]
    }

    func prepare(secret: [UInt8]) throws(SecretError) -> PreparedSecret {
        guard let service = ServiceRegistry.service(named: "github") else { throw .cryptography }
        return try service.prepare(secret: secret)
    }

    func verify(_ request: WebhookRequest, secrets: [PreparedSecret]) -> Verification { .missing }

    func event(_ request: WebhookRequest, _ document: JSONDocument) throws(WebhookError) -> WebhookEvent {
        WebhookEvent(topic: topicRoot + ".x", name: "x", deliveryID: nil, headers: [], payload: [document.bytes])
    }
}
