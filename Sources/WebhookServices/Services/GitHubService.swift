/// GitHub: `X-Hub-Signature-256` over the raw body, in JSON or as a form (GitHub's default).
///
/// <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>
public struct GitHubService: SigningService {
    /// `X-Hub-Signature-256` alone: `X-Hub-Signature` (SHA-1) is not looked at.
    public static let signature = SignatureScheme.hub256
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
    /// `github`.
    public var topicRoot: String { name }
    /// `GitHubMessageV1`.
    public var schema: MessageSchema { MessageSchema(published: "webhook_to_fedora_messaging.github.message_v1") }

    /// The events that may go out by default.
    public var eventTable: EventTable? { Self.table }

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
        let event = TopicPart.text(try request.headers.single("x-github-event"))
        let action = document.string("action")
        let judgement = Self.table.judge(event, action: action, document)
        return WebhookEvent(
            topic: "github." + event,
            name: TopicPart.name(event, action: action),
            privateContent: judgement.privateContent,
            sender: Self.person(document.string("sender.login")),
            deliveryID: Array(try request.headers.single("x-github-delivery")),
            headers: headers,
            payload: judgement.payload(of: document, allowsPrivateContent: request.allowsPrivateContent))
    }

    /// The repository or, for an event of a whole organisation, that.
    public func repository(in document: JSONDocument) -> String? {
        document.string("repository.full_name") ?? document.string("organization.login")
            ?? document.string("installation.account.login")
    }

    /// As of a webhook of a repository.
    public func exampleHeaders(event: String?) -> [String: String]? {
        [
            "x-github-event": event ?? "push", "x-github-delivery": ExampleValue.uuid,
            "x-github-hook-installation-target-id": "1",
            "x-github-hook-installation-target-type": "repository",
        ]
    }

    /// Applications are senders too (`dependabot[bot]`), but nobody's account.
    private static func person(_ login: String?) -> String? {
        guard let login, !login.isEmpty, !login.hasSuffix("[bot]") else { return nil }
        return login
    }

    /// `owner/repository`.
    public var repositoryNames: RepositoryNames {
        .forge(
            hosts: ["github.com"], ownerPrefixes: [["orgs"], ["organizations"]],
            pages: ["tree", "blob", "security", "discussions", "pulse", "network", "graphs", "deployments", "tag"])
    }

    /// The steps at GitHub.
    public var setup: SetupGuide {
        SetupGuide(
            summary: "Pushes, pull requests, releases",
            places: [
                .init(
                    "A repository", path: ["Settings", "Webhooks", "Add webhook"],
                    address: "https://github.com/OWNER/REPOSITORY/settings/hooks/new"),
                .init(
                    "All repositories of an organization", path: ["Settings", "Webhooks", "Add webhook"],
                    address: "https://github.com/organizations/ORGANIZATION/settings/hooks/new"),
            ],
            steps: [
                "Open the page. You need to be an administrator of the repository, or an owner of the organization.",
                "Paste the URL into “Payload URL”.",
                "Choose “application/json” as the “Content type”.",
                "Paste the secret into “Secret”.",
                "Leave “Enable SSL verification” selected.",
                "Select the events, leave “Active” checked, and click “Add webhook”.",
                "GitHub sends a ping right away. “Recent Deliveries” shows it with a green check mark.",
            ],
            fields: [
                .init("Payload URL", .url), .init("Content type", .text("application/json")),
                .init("Secret", .secret), .init("SSL verification", .text("Enable SSL verification")),
            ],
            contentType: "application/json",
            events: "“Send me everything”, or “Let me select individual events” and the events you want.",
            notes: [
                "GitHub suggests “application/x-www-form-urlencoded” as the content type. That works, too.",
                "Events from private repositories, and security alerts, aren’t published unless you allow it here.",
                "To resend a failed delivery, click “Redeliver” under “Recent Deliveries”.",
            ],
            reference: "https://docs.github.com/en/webhooks/using-webhooks/creating-webhooks",
            rotation: [
                "Open the page and click “Edit” next to the webhook with the URL above. Don’t add a new one.",
                "Click “Secret” (“Change Secret” where it is shown), and replace the value with the new secret.",
                "Click “Update webhook”.",
            ])
    }
}

// `GitHubMessageV1` takes names from the envelope, which is ours; its `summary` takes the repository's name from the
// payload, and raises where there is no such member. (Its value may be anything.)
extension GitHubService {
    /// `webhook2fedmsg.github.message_v1`.
    public var robustSchema: MessageSchema? { MessageSchema(own: name) }

    /// `body["repository"]["full_name"]`.
    public func fit(_ event: inout WebhookEvent, to document: JSONDocument) {
        if !document.contains("repository.full_name") {
            event.consumerHazard = .summary(member: "repository.full_name")
        }
    }
}
