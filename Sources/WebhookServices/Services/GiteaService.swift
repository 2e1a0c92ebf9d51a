/// Gitea: `X-Hub-Signature-256`, or `X-Gitea-Signature` in bare hex, over the JSON payload even where that comes in a
/// form.
///
/// <https://docs.gitea.com/usage/webhooks>
public struct GiteaService: GiteaFamilyService {
    /// `X-Gitea-Signature`.
    public static let ownSignature = SignatureScheme(header: "x-gitea-signature")
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
            sender: actor(in: document),
            deliveryID: Array(try request.headers.single("x-gitea-delivery")),
            headers: headers,
            payload: judgement.payload(of: document, allowsPrivateContent: request.allowsPrivateContent))
    }

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
        GiteaFamily.setup(
            title: "Gitea", path: "gitea", labels: .gitea, reference: "https://docs.gitea.com/usage/webhooks")
    }
}

extension GiteaService {
    /// All events that Gitea documents.
    static let documentedEvents = DocumentedEvents(
        source: "go-gitea/gitea, modules/webhook/type.go and modules/structs/hook.go",
        date: "2026-11-30",
        GiteaFamily.events + """

            pull_request_review reviewed
            workflow_run requested in_progress completed
            """)

    static let table = GiteaFamily.table(documentedEvents)
}
