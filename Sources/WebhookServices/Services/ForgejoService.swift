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
    private static let visibility = RepositoryVisibility(flags: [
        .required("repository.private", of: "repository"),
        .required("run.repository.private", of: "run.repository"),
        .optional("repository.internal"),
        .optional("run.repository.internal"),
        .optional("pull_request.head.repo.private"),
        .optional("pull_request.base.repo.private"),
        .optional("forkee.private"),
        .optional("package.repository.private"),
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
    /// `forgejo`.
    public var topicRoot: String { name }
    /// `ForgejoMessageV1`.
    public var schema: MessageSchema { MessageSchema(published: "webhook_to_fedora_messaging.forgejo.message_v1") }

    /// Any secret but an empty one. (Without a secret Forgejo sends an empty signature, which never matches.)
    public func prepare(secret: [UInt8]) throws(SecretError) -> PreparedSecret {
        try Self.signature.prepare(secret: secret)
    }

    /// A GET with a payload, which is one of the HTTP methods that a webhook can have there.
    public func isDelivery(query: ArraySlice<UInt8>) -> Bool { FormBody(bytes: query).hasField("payload") }

    /// Decodes a form or a query first, as its field is what is signed.
    public func verify(_ request: WebhookRequest, secrets: [PreparedSecret]) -> Verification {
        let hasHubSignature = request.headers.count(of: Self.signature.header) > 0
        let scheme = hasHubSignature ? Self.signature : Self.bareSignature
        guard request.headers.count(of: scheme.header) > 0 else { return .missing }
        guard let payload = try? request.formOrBody() else { return .mismatch }
        return scheme.verify(request.headers, body: payload, at: request.receivedAt, secrets: secrets)
    }

    /// The body, or the field `payload` of the form or of the query.
    public func payload(of request: WebhookRequest) throws(WebhookError) -> ArraySlice<UInt8> {
        guard request.query != nil || request.contentKind != .other else { throw .unsupportedMediaType }
        return try request.formOrBody()
    }

    /// `forgejo.<event>`.
    public func event(
        _ request: WebhookRequest, _ document: JSONDocument
    ) throws(WebhookError) -> WebhookEvent {
        let headers = try Self.outgoing.selected(from: request.headers)
        let name = TopicPart.text(try request.headers.single("x-forgejo-event"))
        var event = WebhookEvent(
            topic: "forgejo." + name,
            name: TopicPart.name(name, action: document.string("action")),
            privateContent: Self.privateContent(in: document),
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

    /// Runs of actions name who set them off, and have no sender.
    private static func actor(in document: JSONDocument) -> String? {
        let login = document.string("run.trigger_user.login") ?? document.string("sender.login")
        return login?.isEmpty == false ? login : nil
    }

    private static func privateContent(in document: JSONDocument) -> PrivateContent? {
        if let content = visibility.privateContent(in: document) { return content }
        let owners: [StaticString] = ["organization.visibility", "package.owner.visibility"]
        let isHidden = owners.contains { path in document.string(path).map { $0 != "public" } ?? false }
        if isHidden { return .privateRepository }
        return document.bool("release.draft") == true ? .confidential : nil
    }

    /// What people do at Forgejo.
    public var setup: SetupGuide {
        SetupGuide(
            places: [
                .init(
                    "A repository", path: ["Settings", "Webhooks", "Add webhook", "Forgejo"],
                    address: "https://INSTANCE/OWNER/REPOSITORY/settings/hooks/forgejo/new"),
                .init(
                    "All repositories of an organization", path: ["Settings", "Webhooks", "Add webhook", "Forgejo"],
                    address: "https://INSTANCE/org/ORGANIZATION/settings/hooks/forgejo/new"),
                .init(
                    "All your repositories", path: ["Settings", "Webhooks", "Add webhook", "Forgejo"],
                    address: "https://INSTANCE/user/settings/hooks/forgejo/new"),
            ],
            steps: [
                "Open the page, and choose the type \"Forgejo\".",
                "Copy the URL into \"Target URL\".",
                "Leave \"POST\" as \"HTTP method\" and \"application/json\" as \"POST content type\".",
                "Copy the secret into \"Secret\".",
                "Choose the events under \"Trigger on\".",
                "Leave \"Active\" checked, and click \"Add webhook\".",
                "\"Test delivery\" on the webhook's page sends a push event.",
            ],
            fields: [
                .init("Target URL", .url), .init("HTTP method", .text("POST")),
                .init("POST content type", .text("application/json")), .init("Secret", .secret),
            ],
            contentType: "application/json",
            events: "\"All events\", or \"Custom events…\" and what you want on the bus.",
            notes: [
                "What a private repository sends is not published unless you allow it here.",
                "Leave \"Authorization header\" empty.",
            ],
            reference: "https://forgejo.org/docs/latest/user/webhooks/")
    }
}
