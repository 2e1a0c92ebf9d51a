/// Gitea: `X-Hub-Signature-256`, or `X-Gitea-Signature` in bare hex, over the JSON payload even where that comes in a
/// form.
///
/// <https://docs.gitea.com/usage/webhooks>
public struct GiteaService: WebhookService {
    private static let family = GiteaFamily(ownSignature: "x-gitea-signature")
    private static let outgoing = OutgoingHeaders([
        // That of a commit's status comes empty (go-gitea/gitea#33244).
        "x-gitea-event": .requiredOr("x-gitea-event-type"),
        "x-gitea-event-type": .optional,
        "x-gitea-delivery": .required,
        "content-type": .optional,
        "user-agent": .optional,
    ])
    /// The service.
    public init() {}

    /// `gitea`.
    public var name: String { "gitea" }
    /// Gitea.
    public var title: String { "Gitea" }
    /// `GiteaMessageV1`.
    public var schema: MessageSchema { MessageSchema(own: name) }

    /// The events that may go out by default.
    public var eventTable: EventTable? { Self.table }

    /// Any secret but an empty one. (Without a secret Gitea sends an empty signature, which never matches.)
    public func prepare(secret: [UInt8]) throws(SecretError) -> PreparedSecret {
        try Self.family.prepare(secret: secret)
    }

    /// A GET with a payload, which is one of the HTTP methods that a webhook can have there.
    public func isDelivery(query: ArraySlice<UInt8>) -> Bool { Self.family.isDelivery(query: query) }

    /// Decodes a form or a query first, as its field is what is signed.
    public func verify(_ request: WebhookRequest, secrets: [PreparedSecret]) -> Verification {
        Self.family.verify(request, secrets: secrets)
    }

    /// Its signature.
    public func exampleProof(
        of body: [UInt8], headers: [String: String], secret: [UInt8]
    ) throws(SecretError) -> [String: String] {
        try Self.family.hubSignature.sign(body, headers: headers, secret: secret)
    }

    /// The body, or the field `payload` of the form or of the query.
    public func payload(of request: WebhookRequest) throws(WebhookError) -> ArraySlice<UInt8> {
        try Self.family.payload(of: request)
    }

    /// `webhook.gitea.<event>`.
    public func event(
        _ request: WebhookRequest, _ document: JSONDocument
    ) throws(WebhookError) -> WebhookEvent {
        let headers = try Self.outgoing.selected(from: request.headers)
        let name = TopicPart.text(try request.headers.single("x-gitea-event", or: "x-gitea-event-type"))
        let action = document.string("action")
        let judgement = Self.table.judge(name, action: action, document)
        return WebhookEvent(
            topic: topicRoot + "." + name,
            name: TopicPart.name(name, action: action),
            privateContent: judgement.privateContent,
            sender: Self.family.actor(in: document),
            deliveryID: Array(try request.headers.single("x-gitea-delivery")),
            headers: headers,
            payload: judgement.payload(of: document, allowsPrivateContent: request.allowsPrivateContent))
    }

    /// The repository or, for an event of a whole organisation, that.
    public func repository(in document: JSONDocument) -> String? { Self.family.repository(in: document) }

    /// With a delivery of their own.
    public func exampleHeaders(event: String?) -> [String: String]? {
        ["x-gitea-event": event ?? "push", "x-gitea-delivery": ExampleValue.uuid]
    }

    /// `owner/repository`.
    public var repositoryNames: RepositoryNames {
        .forge(hosts: ["gitea.com"], ownerPrefixes: [["org"]], pages: ["src"])
    }

    /// The steps at Gitea.
    public var setup: SetupGuide {
        Self.family.setup(
            title: "Gitea", path: "gitea", labels: .gitea, reference: "https://docs.gitea.com/usage/webhooks")
    }
}
