/// Forgejo: `X-Hub-Signature-256`, or `X-Forgejo-Signature` in bare hex, over the JSON payload even where that comes
/// in a form.
///
/// It sends `X-GitHub-*`, `X-Gitea-*` and `X-Gogs-*` headers too, for what once read those: they say nothing.
///
/// <https://forgejo.org/docs/latest/user/webhooks/>
public struct ForgejoService: WebhookService {
    private static let signature = SignatureScheme(header: "x-hub-signature-256", prefix: "sha256=")
    private static let bareSignature = SignatureScheme(header: "x-forgejo-signature")
    private static let outgoing = OutgoingHeaders([
        "x-forgejo-event": .required,
        "x-forgejo-event-type": .optional,
        "x-forgejo-delivery": .required,
        "x-hub-signature": .redacted,
        "x-hub-signature-256": .redacted,
        "content-type": .optional,
        "user-agent": .optional,
    ])

    /// Whether the accounts of every instance that sends here are Fedora accounts, so that a sender is an agent.
    private let accountsAreFedoras: Bool

    /// The service.
    ///
    /// - Parameter accountsAreFedoras: Whether the accounts of every instance that sends here are Fedora accounts.
    ///   Off by default: w2fm publishes no agent for Forgejo, and a login at codeberg.org may be anybody's.
    public init(accountsAreFedoras: Bool = false) {
        self.accountsAreFedoras = accountsAreFedoras
    }

    /// `forgejo`.
    public var name: String { "forgejo" }
    /// Forgejo.
    public var title: String { "Forgejo" }
    /// `ForgejoMessageV1`.
    public var schema: MessageSchema { MessageSchema(published: "webhook_to_fedora_messaging.forgejo.message_v1") }

    /// Any secret but an empty one. (Without a secret Forgejo sends an empty signature, which never matches.)
    public func prepare(secret: [UInt8]) throws(SecretError) -> PreparedSecret {
        try Self.signature.prepare(secret: secret)
    }

    /// Decodes a form first, as its field is what is signed.
    public func verify(_ request: WebhookRequest, secrets: [PreparedSecret]) -> Verification {
        let hasHubSignature = request.headers.count(of: Self.signature.header) > 0
        let scheme = hasHubSignature ? Self.signature : Self.bareSignature
        guard request.headers.count(of: scheme.header) > 0 else { return .missing }
        guard let payload = try? Self.signedBytes(of: request) else { return .mismatch }
        return scheme.verify(request.headers, body: payload, at: request.receivedAt, secrets: secrets)
    }

    /// The body, or the form's field `payload`.
    public func payload(of request: WebhookRequest) throws(WebhookError) -> ArraySlice<UInt8> {
        guard request.contentKind != .other else { throw .unsupportedMediaType }
        return try Self.signedBytes(of: request)
    }

    /// `forgejo.<event>`.
    public func event(
        _ request: WebhookRequest, _ document: JSONDocument
    ) throws(WebhookError) -> WebhookEvent {
        let headers = try Self.outgoing.selected(from: request.headers)
        var event = WebhookEvent(
            topic: "forgejo." + TopicPart.text(try request.headers.single("x-forgejo-event")),
            sender: Self.actor(in: document),
            deliveryID: Array(try request.headers.single("x-forgejo-delivery")),
            headers: headers,
            payload: [document.bytes])
        if accountsAreFedoras { event.attribute(to: event.sender) }
        return event
    }

    /// The repository or, for an event of a whole organisation, that.
    public func repository(in document: JSONDocument) -> String? {
        document.string("repository.full_name") ?? document.string("run.repository.full_name")
            ?? document.string("organization.username")
    }

    private static func signedBytes(of request: WebhookRequest) throws(WebhookError) -> ArraySlice<UInt8> {
        guard request.contentKind == .form else { return request.body }
        return try FormBody(bytes: request.body).value(of: "payload")[...]
    }

    /// Runs of actions name who set them off, and have no sender.
    private static func actor(in document: JSONDocument) -> String? {
        let login = document.string("run.trigger_user.login") ?? document.string("sender.login")
        return login?.isEmpty == false ? login : nil
    }
}
