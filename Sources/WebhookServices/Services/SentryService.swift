/// Sentry's integration platform: `Sentry-Hook-Signature` in bare hex, by the client secret that Sentry makes for the
/// integration.
///
/// <https://docs.sentry.io/organization/integrations/integration-platform/webhooks/>
public struct SentryService: SigningService {
    /// In bare hex, over the body.
    public static let signature = SignatureScheme(header: "sentry-hook-signature")
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

    /// It knows projects by numbers only.
    public var namesRepositories: Bool { false }

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

extension SentryService {
    /// The resources of Sentry's webhooks, and their actions.
    static let documentedEvents = DocumentedEvents(
        source: "docs.sentry.io, Integration Platform, Webhooks", date: "2026-11-30",
        """
        comment created updated deleted
        error created
        event_alert triggered
        installation created deleted
        issue created resolved assigned archived ignored unresolved
        metric_alert critical warning resolved
        preprod_artifact size_analysis_completed build_distribution_completed
        seer root_cause_started root_cause_completed solution_started solution_completed coding_started \
        coding_completed iteration_started iteration_completed impact_assessment_started \
        impact_assessment_completed pr_created
        """)

    /// The members that remain of an issue, an error or an event.
    private static let members = [
        "id", "issue_id", "event_id", "shortId", "title", "culprit", "level", "status", "url",
        "web_url", "permalink", "issue_url",
    ]

    private static let kept: [String] =
        ["action", "test"]
        + ["issue", "error", "event"].flatMap { thing in members.map { "data.\(thing).\($0)" } }
        // An issue tells more of its project than its number.
        + ["id", "name", "slug"].map { "data.issue.project.\($0)" } + [
            "data.error.project", "data.event.project",
        ]
        + ["id", "identifier", "title", "status", "projects.*", "web_url"].map {
            "data.metric_alert.\($0)"
        }
        + [
            "data.id", "data.issue_id", "data.project_slug", "data.project_id", "data.web_url",
            "data.description_title", "data.triggered_rule",
        ]

    static let table = EventTable(
        documentedEvents, blanking: ["data.installation.code"], keepsTexts: false,
        rules: [
            .byNature(
                ["issue", "error", "event_alert", "metric_alert", "comment"],
                reducing: [EventRule.Reduction("", keeping: kept)],
                "Errors hold whatever the program had, and people's comments: what stays is that there was one, and where."
            ),
            .never(["installation"], "It holds a code that is good for an API token."),
            .never(
                ["seer", "preprod_artifact"], as: .unknownVisibility,
                "Nothing says who sees what is in them."),
        ])
}
