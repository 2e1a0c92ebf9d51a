/// Gitea or its descendant Forgejo: signatures over the JSON payload even where that comes in a form or a query, and the
/// shape of payloads.
///
/// Both send `X-GitHub-*`, `X-Gitea-*` and `X-Gogs-*` headers too, for what once read those: they say nothing.
public protocol GiteaFamilyService: WebhookService {
    /// The scheme of the system's own signature, in bare hex: it counts where there is no `X-Hub-Signature-256`.
    static var ownSignature: SignatureScheme { get }
}

extension GiteaFamilyService {
    /// Any secret but an empty one. (Without a secret they send an empty signature, which never matches.)
    public func prepare(secret: [UInt8]) throws(SecretError) -> PreparedSecret {
        try SignatureScheme.hub256.prepare(secret: secret)
    }

    /// Decodes a form or a query first, as its field is what is signed.
    public func verify(_ request: WebhookRequest, secrets: [PreparedSecret]) -> Verification {
        let hasHubSignature = request.headers.count(of: SignatureScheme.hub256.header) > 0
        let scheme = hasHubSignature ? SignatureScheme.hub256 : Self.ownSignature
        guard request.headers.count(of: scheme.header) > 0 else { return .missing }
        guard let payload = try? request.formOrBody() else { return .mismatch }
        return scheme.verify(request.headers, body: payload, at: request.receivedAt, secrets: secrets)
    }

    /// Its signature.
    public func exampleProof(
        of body: [UInt8], headers: [String: String], secret: [UInt8]
    ) throws(SecretError) -> [String: String] {
        try SignatureScheme.hub256.sign(body, headers: headers, secret: secret)
    }

    /// A GET with a payload in its query, which is one of the HTTP methods that a webhook can have there.
    public func isDelivery(query: ArraySlice<UInt8>) -> Bool { FormBody(bytes: query).hasField("payload") }

    /// The body, or the field `payload` of the form or of the query.
    public func payload(of request: WebhookRequest) throws(WebhookError) -> ArraySlice<UInt8> {
        guard request.query != nil || request.contentKind != .other else { throw .unsupportedMediaType }
        return try request.formOrBody()
    }

    /// The repository or, for an event of a whole organisation, that.
    public func repository(in document: JSONDocument) -> String? {
        document.string("repository.full_name") ?? document.string("run.repository.full_name")
            ?? document.string("organization.username")
    }

    /// Runs of actions name who set them off, and have no sender.
    func actor(in document: JSONDocument) -> String? {
        let login = document.string("run.trigger_user.login") ?? document.string("sender.login")
        return login?.isEmpty == false ? login : nil
    }
}

/// The texts and the table of events that the two have in common.
enum GiteaFamily {
    /// The words of the form's fields and buttons: the same words, in sentence case or each with a capital.
    struct FormLabels: Sendable {
        /// The button that adds a webhook, and that which saves it.
        var add: String
        /// GET or POST.
        var method: String
        /// JSON or a form.
        var contentType: String
        /// The events to choose.
        var trigger: String
        /// Everything.
        var allEvents: String
        /// Some of it.
        var customEvents: String
        /// A header that goes along.
        var authorization: String
        /// The button that sends a push event.
        var test: String

        /// Forgejo's.
        static let forgejo = FormLabels(
            add: "Add webhook", method: "HTTP method", contentType: "POST content type", trigger: "Trigger on",
            allEvents: "All events", customEvents: "Custom events…", authorization: "Authorization header",
            test: "“Test delivery”")
        /// Gitea's.
        static let gitea = FormLabels(
            add: "Add Webhook", method: "HTTP Method", contentType: "POST Content Type", trigger: "Trigger On",
            allEvents: "All Events", customEvents: "Custom Events…", authorization: "Authorization Header",
            test: "“Test Push Event” (“Test Delivery” in older versions)")
    }

    /// The steps at such a system.
    ///
    /// - Parameters:
    ///   - title: What people call it; also the type of webhook to choose.
    ///   - path: What it is called in the addresses of its pages.
    ///   - reference: Its own page on webhooks.
    static func setup(title: String, path: String, labels: FormLabels, reference: String) -> SetupGuide {
        let clicks = ["Settings", "Webhooks", labels.add, title]
        let page = "settings/hooks/\(path)/new"
        return SetupGuide(
            summary: "Pushes, pull requests, releases",
            places: [
                .init("A repository", path: clicks, address: "https://INSTANCE/OWNER/REPOSITORY/\(page)"),
                .init(
                    "All repositories of an organization", path: clicks,
                    address: "https://INSTANCE/org/ORGANIZATION/\(page)"),
                .init("All your repositories", path: clicks, address: "https://INSTANCE/user/\(page)"),
            ],
            steps: [
                "Open the page, and choose the type “\(title)”. You need to be an administrator of the repository, or "
                    + "an owner of the organization.",
                "Paste the URL into “Target URL”.",
                "Leave “\(labels.method)” set to “POST” and “\(labels.contentType)” set to “application/json”.",
                "Paste the secret into “Secret”, and leave “\(labels.authorization)” empty.",
                "Select the events under “\(labels.trigger)”.",
                "Leave “Active” checked, and click “\(labels.add)”.",
                "To try it, click \(labels.test) on the webhook’s page. It sends a push event.",
            ],
            fields: [
                .init("Target URL", .url), .init(labels.method, .text("POST")),
                .init(labels.contentType, .text("application/json")), .init("Secret", .secret),
            ],
            contentType: "application/json",
            events: "“\(labels.allEvents)”, or “\(labels.customEvents)” and the events you want.",
            notes: [
                "Events from private repositories, and from repositories whose owner isn’t publicly visible, aren’t "
                    + "published unless you allow it here.",
                "Certificate verification is a setting of the whole instance, not of a webhook.",
            ],
            reference: reference,
            rotation: [
                "Open the page and click the pencil next to the webhook with the URL above. Don’t add a new one.",
                "Replace the value of “Secret” with the new secret.",
                "Click “Update webhook”.",
            ])
    }
}

extension GiteaFamily {
    /// The events that both have.
    static let events = """
        create
        delete
        fork
        issue_comment created edited deleted
        issues opened closed reopened edited deleted assigned unassigned label_updated label_cleared milestoned \
        demilestoned
        package created deleted
        pull_request opened closed reopened edited assigned unassigned label_updated label_cleared synchronized \
        milestoned demilestoned review_requested review_request_removed
        pull_request_approved reviewed
        pull_request_comment reviewed
        pull_request_rejected reviewed
        push
        release published updated deleted
        repository created deleted
        status
        wiki created edited deleted
        workflow_job queued waiting in_progress completed
        """
}

extension GiteaFamily {
    /// The proof that everybody sees a repository: it is not private, and neither is whoever owns it.
    private static func repository(_ place: RepositoryPlace) -> [VisibilityCheck] {
        [
            .within(place.object, place.isPrivate, .flag(false)),
            .optional(place.isInternal, .flag(false)),
            .optional(place.owner, .words(["public"])),
        ]
    }

    /// The paths of a repository and of what says who sees it.
    private struct RepositoryPlace {
        var object: StaticString
        var isPrivate: StaticString
        var isInternal: StaticString
        var owner: StaticString
    }

    private static let organization: VisibilityCheck = .optional(
        "organization.visibility", .words(["public"]))

    /// The repository that an event is of, and those into which pull requests go and from which forks come.
    private static let named: [VisibilityCheck] =
        [.required("repository.private", .flag(false)), organization]
        + repository(
            RepositoryPlace(
                object: "repository", isPrivate: "repository.private", isInternal: "repository.internal",
                owner: "repository.owner.visibility"))
        + repository(
            RepositoryPlace(
                object: "pull_request.base.repo", isPrivate: "pull_request.base.repo.private",
                isInternal: "pull_request.base.repo.internal",
                owner: "pull_request.base.repo.owner.visibility"))

    private static let forked = repository(
        RepositoryPlace(
            object: "forkee", isPrivate: "forkee.private", isInternal: "forkee.internal",
            owner: "forkee.owner.visibility"))

    private static func run(_ place: RepositoryPlace, in run: StaticString) -> [VisibilityCheck] {
        [.within(run, place.isPrivate, .flag(false))] + repository(place)
    }

    /// The run that an event is of, and the one before it.
    private static let runs: [VisibilityCheck] =
        [.required("run.repository.private", .flag(false)), organization]
        + run(
            RepositoryPlace(
                object: "run.repository", isPrivate: "run.repository.private",
                isInternal: "run.repository.internal", owner: "run.repository.owner.visibility"),
            in: "run")
        + run(
            RepositoryPlace(
                object: "last_run.repository", isPrivate: "last_run.repository.private",
                isInternal: "last_run.repository.internal", owner: "last_run.repository.owner.visibility"),
            in: "last_run")
        // Wherever else such an event has one.
        + repository(
            RepositoryPlace(
                object: "repository", isPrivate: "repository.private", isInternal: "repository.internal",
                owner: "repository.owner.visibility"))

    private static let workflowRun = repository(
        RepositoryPlace(
            object: "workflow_run.repository", isPrivate: "workflow_run.repository.private",
            isInternal: "workflow_run.repository.internal", owner: "workflow_run.repository.owner.visibility"))

    /// The members that remain of the repository that a pull request or a run comes from, or that another one is a fork
    /// of, if it is private. How visible its owner is does not matter: the event is of another one.
    private static func reduced(_ object: String) -> EventRule.Reduction {
        EventRule.Reduction(
            object, unless: [.required("private", "false"), .optional("internal", "false")],
            keeping: ["id", "name", "full_name", "html_url", "private", "owner.login", "owner.username"])
    }

    private static let head = reduced("pull_request.head.repo")

    /// The members that remain of a team that has to review something: teams are for the members of their organization.
    private static let teams = EventRule.Reduction(
        "**.requested_reviewers_teams.*", keeping: ["id"], isBlanking: true)

    /// The table of one of the two.
    static func table(_ documented: DocumentedEvents) -> EventTable {
        let names = Set(documented.events.map(\.name))
        func those(_ events: [String]) -> [String] { events.filter(names.contains) }
        return EventTable(
            documented, checks: [.optional("action", .anything)],
            // Gitea before 1.14 has the secret itself in the payload.
            removing: ["secret"], reducing: [reduced("**.parent"), teams],
            documents: ["run.event_payload", "last_run.event_payload"],
            marks: [.init("private", "true"), .init("internal", "true")],
            rules: [
                .proven(
                    those([
                        "push", "create", "delete", "issues", "wiki", "repository", "status", "workflow_job",
                    ]),
                    by: named,
                    "A repository says whether it is private, and its owner whether few can see them."),
                .proven(
                    those(["workflow_run"]), by: named + workflowRun,
                    reducing: [head, reduced("workflow_run.head_repository")],
                    "Runs are for whoever sees the repository; the one that a run is for may be private."),
                .proven(
                    those([
                        "pull_request", "pull_request_approved", "pull_request_rejected",
                        "pull_request_comment",
                        "pull_request_review", "issue_comment",
                    ]),
                    by: named, reducing: [head],
                    "The repository that it goes to decides; the one that it comes from may be private."),
                .proven(["fork"], by: named + forked, "Both repositories have to be public."),
                .proven(
                    ["release"],
                    by: named + [.optional("release.draft", .flag(false), otherwise: .confidential)],
                    "Drafts are for members."),
                .proven(
                    ["package"],
                    by: [
                        .required("package.owner.visibility", .words(["public"])), organization,
                        .within("package.repository", "package.repository.private", .flag(false)),
                        .optional("package.repository.internal", .flag(false)),
                        .optional("package.repository.owner.visibility", .words(["public"])),
                        .within("repository", "repository.private", .flag(false)),
                    ],
                    "Packages are for whoever sees their owner."),
                .proven(
                    those(["action_run_success", "action_run_failure", "action_run_recover", "action_run_cancelled"]),
                    by: runs, reducing: [head],
                    blanking: ["run.event_payload.inputs", "last_run.event_payload.inputs"],
                    "Runs are for whoever sees the repository. The event that began one is in a string, and cut as it is."
                ),
            ])
    }
}
