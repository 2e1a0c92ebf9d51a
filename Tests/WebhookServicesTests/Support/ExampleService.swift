@testable import WebhookServices

/// A service that signs as most do, as short as one can be: for what all services have in common, so that those tests
/// stay when a service goes.
struct ExampleService: WebhookService {
    static let headers: HeaderList = [
        "Content-Type": "application/json", "User-Agent": "Example/1", "X-Example-Event": "push",
        "X-Example-Delivery": "1",
    ]
    private static let signature = SignatureScheme(header: "x-example-signature")
    private static let outgoing = OutgoingHeaders([
        "x-example-event": .required, "content-type": .optional, "user-agent": .optional,
    ])

    var name: String { "example" }
    var title: String { "Example" }
    var schema: MessageSchema { MessageSchema(name: "example.message_v1", package: "example") }

    var setup: SetupGuide { SetupGuide(places: [], steps: [], fields: [], events: "") }

    func prepare(secret: [UInt8]) throws(SecretError) -> PreparedSecret {
        try Self.signature.prepare(secret: secret)
    }

    func verify(_ request: WebhookRequest, secrets: [PreparedSecret]) -> Verification {
        Self.signature.verify(request.headers, body: request.body, at: request.receivedAt, secrets: secrets)
    }

    func event(_ request: WebhookRequest, _ document: JSONDocument) throws(WebhookError) -> WebhookEvent {
        let headers = try Self.outgoing.selected(from: request.headers)
        let event = TopicPart.text(try request.headers.single("x-example-event"))
        return WebhookEvent(
            topic: topicRoot + "." + event,
            name: event,
            sender: document.string("actor"),
            deliveryID: request.headers.first("x-example-delivery").map { Array($0) },
            headers: headers,
            payload: [document.bytes])
    }
}
