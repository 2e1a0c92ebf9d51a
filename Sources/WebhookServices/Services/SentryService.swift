/// Sentry's integration platform: `Sentry-Hook-Signature` in bare hex, by the client secret that Sentry makes for the
/// integration.
///
/// <https://docs.sentry.io/organization/integrations/integration-platform/webhooks/>
public struct SentryService: WebhookService {
    private static let signature = SignatureScheme(header: "sentry-hook-signature")
    private static let outgoing = OutgoingHeaders([
        "sentry-hook-resource": .required,
        "request-id": .optional,
        "sentry-hook-timestamp": .optional,
        "content-type": .optional,
        "user-agent": .optional,
    ])

    /// The service.
    public init() {}

    /// `sentry`.
    public var name: String { "sentry" }
    /// Sentry.
    public var title: String { "Sentry" }
    /// Sentry makes the client secret; nobody can give it another.
    public var secretOrigin: SecretOrigin { .there }
    /// `SentryMessageV1`.
    public var schema: MessageSchema { MessageSchema(own: name) }

    /// The events that may go out by default.
    public var eventTable: EventTable? { Self.table }

    /// Any secret but an empty one.
    public func prepare(secret: [UInt8]) throws(SecretError) -> PreparedSecret {
        try Self.signature.prepare(secret: secret)
    }

    /// By the signature.
    public func verify(_ request: WebhookRequest, secrets: [PreparedSecret]) -> Verification {
        Self.signature.verify(request.headers, body: request.body, at: request.receivedAt, secrets: secrets)
    }

    /// It knows projects by numbers only.
    public var namesRepositories: Bool { false }

    /// Its signature.
    public func exampleProof(
        of body: [UInt8], headers: [String: String], secret: [UInt8]
    ) throws(SecretError) -> [String: String] {
        try Self.signature.sign(body, headers: headers, secret: secret)
    }

    /// `webhook.sentry.<resource>.<action>`.
    public func event(
        _ request: WebhookRequest, _ document: JSONDocument
    ) throws(WebhookError) -> WebhookEvent {
        let headers = try Self.outgoing.selected(from: request.headers)
        let resource = TopicPart.text(try request.headers.single("sentry-hook-resource"))
        let action = document.string("action") ?? ""
        let name = resource + "." + TopicPart.text(action.utf8)
        let judgement = Self.table.judge(resource, action: action, document)
        return WebhookEvent(
            topic: topicRoot + "." + name,
            name: name,
            privateContent: judgement.privateContent,
            deliveryID: request.headers.first("request-id").flatMap { $0.isEmpty ? nil : Array($0) },
            headers: headers,
            payload: judgement.payload(of: document, allowsPrivateContent: request.allowsPrivateContent))
    }

    /// The resource; its action is in the payload.
    public func exampleHeaders(event: String?) -> [String: String]? {
        ["sentry-hook-resource": String((event ?? "issue").prefix { $0 != "." })]
    }

    /// An issue that is none.
    public func examplePayload(repository: String, sender: String, id: String) -> String {
        """
        {"test": true, "action": "created", "actor": {"type": "user", "name": "\(sender)"}, "data": {"id": "\(id)"}}
        """
    }

    /// The steps at Sentry.
    public var setup: SetupGuide {
        SetupGuide(
            places: [
                .init(
                    "An organization",
                    path: ["Settings", "Custom Integrations", "Create New Integration", "Internal Integration"],
                    address: "https://ORGANIZATION.sentry.io/settings/developer-settings/new-internal/")
            ],
            steps: [
                "Open the page. You need to be a manager or owner of the organization.",
                "Enter any name. Enter https://example.org as the “Webhook URL” for now: the token here needs the "
                    + "secret from Sentry first.",
                "Set “Issue & Event” to “Read” under “Permissions”, and select the events you want under “Webhooks”.",
                "Click “Save Changes”.",
                "Copy the “Client Secret” under “Credentials” at the bottom of the page. It is the secret for the "
                    + "token here.",
                "After you create the token, paste its URL into “Webhook URL”, and click “Save Changes” again.",
            ],
            fields: [.init("Webhook URL", .url)],
            events: "“issue”, “error”, “comment”, or “seer”. Use “Alert Rule Action” for alerts.",
            notes: [
                "Errors may contain data of your users. Only an event’s ID, title, culprit, level, project, and URL "
                    + "are published, unless you allow more here. Everything on the bus is public forever.",
                "Webhooks about installations contain an access code for Sentry. They aren’t published unless you "
                    + "allow it here.",
                "Sentry waits one second for a response.",
            ],
            reference: "https://docs.sentry.io/organization/integrations/integration-platform/webhooks/",
            rotation: [
                "Open the integration under “Settings”, “Custom Integrations”. Don’t create a new one.",
                "Click “Rotate client secret”, and copy the new “Client Secret”.",
                "Enter it here right away: Sentry signs with it from now on.",
            ])
    }
}
