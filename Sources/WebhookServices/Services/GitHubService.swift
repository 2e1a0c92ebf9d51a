/// GitHub: `X-Hub-Signature-256` over the raw body, in JSON or as a form (GitHub's default).
///
/// <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>
public struct GitHubService: WebhookService {
    private static let signature = SignatureScheme.hub256
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
    private static let visibility = RepositoryVisibility(flags: [
        .required("repository.private", of: "repository"),
        .optional("pull_request.head.repo.private"),
        .optional("pull_request.base.repo.private"),
        .optional("forkee.private"),
        .optional("workflow_run.repository.private"),
        .optional("workflow_run.head_repository.private"),
        .optional("changes.new_repository.private"),
        .optional("changes.old_repository.private"),
        // Issues that hang together may be in different repositories.
        .optional("parent_issue_repo.private"),
        .optional("sub_issue_repo.private"),
        .optional("blocked_issue_repo.private"),
        .optional("blocking_issue_repo.private"),
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

    /// Any secret but an empty one.
    public func prepare(secret: [UInt8]) throws(SecretError) -> PreparedSecret {
        try Self.signature.prepare(secret: secret)
    }

    /// By SHA-256 alone: `X-Hub-Signature` (SHA-1) is not looked at.
    public func verify(_ request: WebhookRequest, secrets: [PreparedSecret]) -> Verification {
        Self.signature.verify(request.headers, body: request.body, at: request.receivedAt, secrets: secrets)
    }

    /// Its signature.
    public func exampleProof(
        of body: [UInt8], headers: [String: String], secret: [UInt8]
    ) throws(SecretError) -> [String: String] {
        try Self.signature.sign(body, headers: headers, secret: secret)
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
        let event = TopicPart.text(try request.headers.single("x-github-event"))
        return WebhookEvent(
            topic: "github." + event,
            name: TopicPart.name(event, action: document.string("action")),
            privateContent: Self.privateContent(of: event, in: document),
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

    private static func privateContent(of event: String, in document: JSONDocument) -> PrivateContent? {
        if isSecurityEvent(event) || document.isObject("alert") { return .securityAlert }
        if isDraftAdvisory(document) { return .draftAdvisory }
        if let content = visibility.privateContent(in: document) { return content }
        if let content = projectContent(of: event, in: document) { return content }
        for list: StaticString in ["repositories", "repositories_added", "repositories_removed"]
        where document.hasElement(in: list, where: "private", isNot: false) { return .privateRepository }
        let isConfidential =
            document.bool("release.draft") == true || document.string("team.privacy") == "secret"
            || document.string("sponsorship.privacy_level") == "private"
        return isConfidential ? .confidential : nil
    }

    private static let scanners = ["secret_scanning", "code_scanning", "dependabot"]

    /// Alerts themselves, and what people ask to have exempted from them or dismissed: `dismissal_request_dependabot`.
    private static func isSecurityEvent(_ event: String) -> Bool {
        event == "repository_vulnerability_alert" || scanners.contains { event.utf8.holds($0.utf8) }
    }

    /// Projects belong to organisations and are private unless they say otherwise; what is in one, and how it gets on,
    /// does not say which it is.
    private static func projectContent(of event: String, in document: JSONDocument) -> PrivateContent? {
        guard event.hasPrefix("projects_v2") else { return nil }
        guard let isPublic = document.bool("projects_v2.public") else { return .unknownVisibility }
        return isPublic ? nil : .privateRepository
    }

    /// An advisory has a state where it is a repository's own; one of the database of all has the time of its
    /// publication.
    private static func isDraftAdvisory(_ document: JSONDocument) -> Bool {
        if document.isObject("repository_advisory") {
            return document.string("repository_advisory.state") != "published"
        }
        guard document.isObject("security_advisory") else { return false }
        if let state = document.string("security_advisory.state"), state != "published" { return true }
        return document.string("security_advisory.published_at") == nil
    }

    /// What people do at GitHub.
    public var setup: SetupGuide {
        SetupGuide(
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
                "Copy the URL into \"Payload URL\".",
                "Choose \"application/json\" as \"Content type\".",
                "Copy the secret into \"Secret\".",
                "Leave \"Enable SSL verification\" chosen.",
                "Choose the events, leave \"Active\" checked, and click \"Add webhook\".",
                "GitHub sends a ping at once: \"Recent Deliveries\" shows it with a green mark.",
            ],
            fields: [
                .init("Payload URL", .url), .init("Content type", .text("application/json")),
                .init("Secret", .secret), .init("SSL verification", .text("Enable SSL verification")),
            ],
            contentType: "application/json",
            events: "\"Send me everything\", or \"Let me select individual events\" and what you want on the bus.",
            notes: [
                "GitHub proposes \"application/x-www-form-urlencoded\" as the content type: that works as well.",
                "What a private repository sends, and security alerts, are not published unless you allow it here.",
                "A delivery that failed can be sent again: \"Recent Deliveries\", then \"Redeliver\".",
            ],
            reference: "https://docs.github.com/en/webhooks/using-webhooks/creating-webhooks")
    }
}
