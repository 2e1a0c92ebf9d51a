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

extension GitHubService {
    /// All events that GitHub documents, those of enterprises and of projects of old included.
    static let documentedEvents = DocumentedEvents(
        source: "github/rest-api-description, webhooks of ghec 2022-11-28 (as in githubkit-schemas 26.10.21); "
            + "bypass_request_*: docs.github.com, Webhook events and payloads",
        date: "2026-10-21",
        """
        branch_protection_configuration disabled enabled
        branch_protection_rule created deleted edited
        bypass_request_push_ruleset
        bypass_request_secret_scanning
        check_run completed created requested_action rerequested
        check_suite completed requested rerequested
        code_scanning_alert appeared_in_branch closed_by_user created fixed reopened reopened_by_user \
        updated_assignment
        commit_comment created
        create
        custom_property created deleted promote_to_enterprise updated
        custom_property_values updated
        delete
        dependabot_alert assignees_changed auto_dismissed auto_reopened created dismissed fixed reintroduced \
        reopened withdrawn
        deploy_key created deleted
        deployment created
        deployment_protection_rule requested
        deployment_review approved rejected requested
        deployment_status created
        discussion answered category_changed closed created deleted edited labeled locked pinned reopened \
        transferred unanswered unlabeled unlocked unpinned
        discussion_comment created deleted edited
        dismissal_request_code_scanning created response_submitted
        dismissal_request_dependabot cancelled created response_submitted
        dismissal_request_license_compliance cancelled created response_submitted
        dismissal_request_secret_scanning cancelled completed created response_dismissed response_submitted
        exemption_request_push_ruleset cancelled completed created response_dismissed response_submitted
        exemption_request_secret_scanning cancelled completed created response_dismissed response_submitted
        fork
        github_app_authorization revoked
        gollum
        installation created deleted new_permissions_accepted suspend unsuspend
        installation_repositories added removed
        installation_target renamed
        issue_comment created deleted edited pinned unpinned
        issue_dependencies blocked_by_added blocked_by_removed blocking_added blocking_removed
        issue_relates_to relates_to_added relates_to_removed
        issues assigned closed deleted demilestoned edited field_added field_removed labeled locked milestoned \
        opened pinned reopened transferred typed unassigned unlabeled unlocked unpinned untyped
        label archived created deleted edited unarchived
        marketplace_purchase cancelled changed pending_change pending_change_cancelled purchased
        member added edited removed
        membership added removed
        merge_group checks_requested destroyed
        meta deleted
        milestone closed created deleted edited opened
        org_block blocked unblocked
        organization deleted member_added member_invited member_removed renamed
        organization_custom_property created deleted updated
        organization_custom_property_values updated
        package published updated
        page_build
        personal_access_token_request approved cancelled created denied
        ping
        project closed created deleted edited reopened
        project_card converted created deleted edited moved
        project_column created deleted edited moved
        projects_v2 closed created deleted edited reopened
        projects_v2_item archived converted created deleted edited reordered restored
        projects_v2_status_update created deleted edited
        public
        pull_request assigned auto_merge_disabled auto_merge_enabled closed converted_to_draft demilestoned \
        dequeued edited enqueued labeled locked milestoned opened ready_for_review reopened \
        review_request_removed review_requested stacked synchronize unassigned unlabeled unlocked
        pull_request_review dismissed edited submitted
        pull_request_review_comment created deleted edited
        pull_request_review_thread resolved unresolved
        push
        registry_package published updated
        release created deleted edited prereleased published released unpublished
        repository archived created deleted edited privatized publicized renamed transferred unarchived
        repository_advisory published reported
        repository_dispatch
        repository_import
        repository_ruleset created deleted edited
        repository_vulnerability_alert create dismiss reopen resolve
        secret_scanning_alert assigned created metadata_created metadata_removed publicly_leaked reopened \
        resolved unassigned validated
        secret_scanning_alert_location created
        secret_scanning_scan completed
        security_advisory published updated withdrawn
        security_and_analysis
        sponsorship cancelled created edited pending_cancellation pending_tier_change tier_changed
        star created deleted
        status
        sub_issues parent_issue_added parent_issue_removed sub_issue_added sub_issue_removed
        team added_to_repository created deleted edited removed_from_repository
        team_add
        watch started
        workflow_dispatch
        workflow_job completed in_progress queued waiting
        workflow_run completed in_progress requested
        """)
}
