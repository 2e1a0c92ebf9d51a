/// GitHub: `X-Hub-Signature-256` over the raw body, in JSON or as a form (GitHub's default).
///
/// <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>
public struct GitHubService: WebhookService {
    private static let signature = SignatureScheme(header: "x-hub-signature-256", prefix: "sha256=")
    private static let outgoing = OutgoingHeaders([
        "x-github-event": .required,
        "x-github-delivery": .required,
        "x-github-hook-id": .optional,
        "x-github-hook-installation-target-id": .required,
        "x-github-hook-installation-target-type": .required,
        "x-hub-signature": .redacted,
        "x-hub-signature-256": .redacted,
        "content-type": .optional,
        "user-agent": .optional,
    ])

    /// The service.
    public init() {}

    /// `github`.
    public var name: String { "github" }
    /// GitHub.
    public var title: String { "GitHub" }
    /// `GitHubMessageV1`.
    public var schema: MessageSchema { MessageSchema(published: "webhook_to_fedora_messaging.github.message_v1") }

    /// Any secret but an empty one.
    public func prepare(secret: [UInt8]) throws(SecretError) -> PreparedSecret {
        try Self.signature.prepare(secret: secret)
    }

    /// By SHA-256 alone: `X-Hub-Signature` (SHA-1) is not looked at.
    public func verify(_ request: WebhookRequest, secrets: [PreparedSecret]) -> Verification {
        Self.signature.verify(request.headers, body: request.body, at: request.receivedAt, secrets: secrets)
    }

    /// The body, or the form's field `payload`.
    public func payload(of request: WebhookRequest) throws(WebhookError) -> ArraySlice<UInt8> {
        switch request.contentKind {
        case .json: return request.body
        case .form: return try FormBody(bytes: request.body).value(of: "payload")[...]
        case .other: throw .unsupportedMediaType
        }
    }

    /// `github.<event>`. The agent is unknown until somebody looks the sender's Fedora account up.
    public func event(
        _ request: WebhookRequest, _ document: JSONDocument
    ) throws(WebhookError) -> WebhookEvent {
        let headers = try Self.outgoing.selected(from: request.headers)
        return WebhookEvent(
            topic: "github." + TopicPart.text(try request.headers.single("x-github-event")),
            sender: Self.person(document.string("sender.login")),
            deliveryID: Array(try request.headers.single("x-github-delivery")),
            headers: headers,
            payload: [document.bytes])
    }

    /// The repository or, for an event of a whole organisation, that.
    public func repository(in document: JSONDocument) -> String? {
        document.string("repository.full_name") ?? document.string("organization.login")
            ?? document.string("installation.account.login")
    }

    /// Applications are senders too (`dependabot[bot]`), but nobody's account.
    private static func person(_ login: String?) -> String? {
        guard let login, !login.isEmpty, !login.hasSuffix("[bot]") else { return nil }
        return login
    }
}
