/// Forgejo: `X-Hub-Signature-256`, or `X-Forgejo-Signature` in bare hex, over the JSON payload even where that comes
/// in a form.
///
/// <https://forgejo.org/docs/latest/user/webhooks/>
public struct ForgejoService: WebhookService {
    private static let family = GiteaFamily(ownSignature: "x-forgejo-signature")
    private static let outgoing = OutgoingHeaders([
        // That of a commit's status comes empty (go-gitea/gitea#33244).
        "x-forgejo-event": .requiredOr("x-forgejo-event-type"),
        "x-forgejo-event-type": .optional,
        "x-forgejo-delivery": .required,
        "x-hub-signature": .redacted,
        "x-hub-signature-256": .redacted,
        "content-type": .optional,
        "user-agent": .optional,
    ])
    /// The setting of a token by which a sender is an agent.
    static let fedoraAccounts = "fedora_accounts"

    /// The service.
    public init() {}

    /// `forgejo`.
    public var name: String { "forgejo" }
    /// Forgejo.
    public var title: String { "Forgejo" }
    /// `forgejo`.
    public var topicRoot: String { name }
    /// `ForgejoMessageV1`.
    public var schema: MessageSchema { MessageSchema(published: "webhook_to_fedora_messaging.forgejo.message_v1") }

    /// The events that may go out by default.
    public var eventTable: EventTable? { Self.table }

    /// Whose accounts the instance's are. Without it no agent is published: a login at codeberg.org may be anybody's.
    public var settings: [ServiceSetting] {
        [
            ServiceSetting(
                administrativeSwitch: Self.fedoraAccounts, title: "Accounts on this instance are Fedora accounts",
                help: "Messages then name the person behind an event by their Fedora account. Only administrators can "
                    + "change this.")
        ]
    }

    /// Any secret but an empty one. (Without a secret Forgejo sends an empty signature, which never matches.)
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

    /// `forgejo.<event>`.
    public func event(
        _ request: WebhookRequest, _ document: JSONDocument
    ) throws(WebhookError) -> WebhookEvent {
        let headers = try Self.outgoing.selected(from: request.headers)
        let name = TopicPart.text(try request.headers.single("x-forgejo-event", or: "x-forgejo-event-type"))
        let action = document.string("action")
        let judgement = Self.table.judge(name, action: action, document)
        var event = WebhookEvent(
            topic: "forgejo." + name,
            name: TopicPart.name(name, action: action),
            privateContent: judgement.privateContent,
            sender: Self.family.actor(in: document),
            deliveryID: Array(try request.headers.single("x-forgejo-delivery")),
            headers: headers,
            payload: judgement.payload(of: document, allowsPrivateContent: request.allowsPrivateContent))
        if request.settings[Self.fedoraAccounts] == ServiceSetting.on { event.attribute(to: event.sender) }
        return event
    }

    /// The repository or, for an event of a whole organisation, that.
    public func repository(in document: JSONDocument) -> String? { Self.family.repository(in: document) }

    /// With a delivery of their own.
    public func exampleHeaders(event: String?) -> [String: String]? {
        ["x-forgejo-event": event ?? "push", "x-forgejo-delivery": ExampleValue.uuid]
    }

    /// `owner/repository`.
    public var repositoryNames: RepositoryNames {
        .forge(
            hosts: ["codeberg.org", "forge.fedoraproject.org", "src.fedoraproject.org"], ownerPrefixes: [["org"]],
            pages: ["src"])
    }

    /// The steps at Forgejo.
    public var setup: SetupGuide {
        Self.family.setup(
            title: "Forgejo", path: "forgejo", labels: .forgejo,
            reference: "https://forgejo.org/docs/latest/user/webhooks/")
    }
}
