/// Whatever follows Standard Webhooks 1.0.
///
/// <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>
public struct StandardWebhooksService: SigningService {
    /// A signature of version 1, at most five minutes ago or ahead.
    public static let signature = SignatureScheme.standardWebhooks
    private static let outgoing = OutgoingHeaders([
        "webhook-id": .required,
        "webhook-timestamp": .required,
        "content-type": .optional,
        "user-agent": .optional,
    ])

    /// The service.
    public init() {}

    /// `standard`.
    public var name: String { "standard" }
    /// Standard Webhooks.
    public var title: String { "Standard Webhooks" }
    /// `StandardMessageV1`.
    public var schema: MessageSchema { MessageSchema(own: name) }

    /// The events that may go out by default.
    public var eventTable: EventTable? { Self.table }

    /// `whsec_` and 32 bytes in base 64.
    public func secret(from random: [UInt8]) -> String { SecretEncoding.standardWebhooks.secret(from: random) }

    /// Payloads are the application's to define.
    public var namesRepositories: Bool { false }

    /// `webhook.standard.<type>`, the type from the body.
    public func event(
        _ request: WebhookRequest, _ document: JSONDocument
    ) throws(WebhookError) -> WebhookEvent {
        let headers = try Self.outgoing.selected(from: request.headers)
        let name = TopicPart.text((document.string("type") ?? "").utf8)
        let judgement = Self.table.judge(name, document)
        return WebhookEvent(
            topic: topicRoot + "." + name,
            name: name,
            privateContent: judgement.privateContent,
            deliveryID: Array(try request.headers.single("webhook-id")),
            headers: headers,
            payload: judgement.payload(of: document, allowsPrivateContent: request.allowsPrivateContent))
    }

    /// The event is in the payload.
    public func exampleHeaders(event: String?) -> [String: String]? {
        event == nil ? ["webhook-id": "msg_example", "webhook-timestamp": ExampleValue.time] : nil
    }

    /// The steps wherever that is.
    public var setup: SetupGuide {
        SetupGuide(
            summary: "Any app that follows the specification",
            places: [.init("The application’s settings", path: ["Webhooks", "Endpoints", "Add endpoint"])],
            steps: [
                "Open the application’s webhooks page. Webhooks are often called endpoints there.",
                "Paste the URL into the field for the endpoint URL.",
                "Paste the secret into the field for the signing secret. If the application generates its own secret "
                    + "(starting with “whsec_”), create the token here with that one.",
                "Select the events, and save.",
            ],
            fields: [.init("Endpoint URL", .url), .init("Signing secret", .secret)],
            contentType: "application/json",
            events: "Any you want.",
            notes: [
                "Only signatures with a shared secret (“v1”) are verified, not those with a key pair (“v1a”).",
                "The sender’s clock can be off by at most five minutes.",
                "These webhooks don’t say what is private, so nothing is published unless you turn on “Also publish "
                    + "private content”.",
            ],
            reference: "https://www.standardwebhooks.com")
    }
}

extension StandardWebhooksService {
    /// Whatever follows the specification.
    static let table = EventTable(
        DocumentedEvents(
            source: "standard-webhooks/standard-webhooks, spec/standard-webhooks.md", date: "2026-11-30",
            isOpen: true,
            ""),
        rules: [.proven(["*"], by: [], "Nothing in these webhooks says who sees what.")])
}
