/// Bitbucket Cloud and Bitbucket Data Center: `X-Hub-Signature` (without `-256`) over the raw body.
///
/// The two send different events in different shapes, under the same headers but for the delivery's id.
///
/// <https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/>,
/// <https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html>
public struct BitbucketService: SigningService {
    /// In hex, over the body.
    public static let signature = SignatureScheme(header: "x-hub-signature", prefix: "sha256=")
    private static let outgoing = OutgoingHeaders([
        "x-event-key": .required,
        "x-request-uuid": .optional,
        "x-request-id": .optional,
        "x-hook-uuid": .optional,
        "x-attempt-number": .optional,
        "content-type": .optional,
        "user-agent": .optional,
    ])

    /// The service.
    public init() {}

    /// `bitbucket`.
    public var name: String { "bitbucket" }
    /// Bitbucket.
    public var title: String { "Bitbucket" }
    /// `BitbucketMessageV1`.
    public var schema: MessageSchema { MessageSchema(own: name) }

    /// The events that may go out by default.
    public var eventTable: EventTable? { Self.table }

    /// `webhook.bitbucket.<key>`: `repo:push` is `webhook.bitbucket.repo.push`.
    public func event(
        _ request: WebhookRequest, _ document: JSONDocument
    ) throws(WebhookError) -> WebhookEvent {
        let headers = try Self.outgoing.selected(from: request.headers)
        let key = try request.headers.single("x-event-key")
        let name = TopicPart.text(key.map { $0 == UInt8(ascii: ":") ? UInt8(ascii: ".") : $0 })
        let judgement = Self.table.judge(name, document)
        return WebhookEvent(
            topic: topicRoot + "." + name,
            name: name,
            privateContent: judgement.privateContent,
            sender: Self.actor(in: document),
            deliveryID: Self.deliveryID(in: request.headers),
            headers: headers,
            payload: judgement.payload(of: document, allowsPrivateContent: request.allowsPrivateContent))
    }

    /// `workspace/repository` of Cloud, `project/repository` of Data Center.
    public func repository(in document: JSONDocument) -> String? {
        if let name = document.string("repository.full_name") { return name }
        let places: [(StaticString, StaticString)] = [
            ("repository.project.key", "repository.slug"),
            ("pullRequest.toRef.repository.project.key", "pullRequest.toRef.repository.slug"),
            ("new.project.key", "new.slug"),
        ]
        for (project, slug) in places {
            if let project = document.string(project), let slug = document.string(slug) { return project + "/" + slug }
        }
        // An event of a whole project.
        return document.string("new.key")
    }

    /// Data Center's users have names of their own, and those of Cloud had; a nickname is what people call themselves.
    private static func actor(in document: JSONDocument) -> String? {
        let name =
            document.string("actor.username") ?? (document.contains("eventKey") ? document.string("actor.name") : nil)
        return name?.isEmpty == false ? name : nil
    }

    /// Cloud's `X-Request-UUID`, Data Center's `X-Request-Id`. Proxies make the latter up too, so the former is first.
    private static func deliveryID(in headers: any WebhookHeaders) -> [UInt8]? {
        (headers.value("x-request-uuid") ?? headers.value("x-request-id")).map { Array($0) }
    }

    /// With a delivery of their own.
    public func exampleHeaders(event: String?) -> [String: String]? { ["x-event-key": event ?? "repo:push"] }

    /// `workspace/repository`; in Data Center `PROJECT/repository`.
    public var repositoryNames: RepositoryNames {
        RepositoryNames(
            maximumParts: 2, hosts: ["bitbucket.org"], prefixes: [["scm"], ["projects"]], infix: "repos",
            ownerPrefixes: [["workspace"]],
            pages: [
                "src", "browse", "admin", "branches", "commits", "pull-requests", "pipelines", "workspace", "settings",
            ])
    }

    /// The steps at Bitbucket.
    public var setup: SetupGuide {
        SetupGuide(
            summary: "Pushes, pull requests, issues",
            places: [
                .init(
                    "A repository of Bitbucket Cloud",
                    path: ["Repository settings", "Webhooks", "Add webhook"],
                    address: "https://bitbucket.org/WORKSPACE/REPOSITORY/admin/webhooks"),
                .init(
                    "All repositories of a workspace of Bitbucket Cloud",
                    path: ["Settings", "Workspace settings", "Webhooks", "Add webhook"],
                    address: "https://bitbucket.org/WORKSPACE/workspace/settings/webhooks"),
                .init(
                    "A repository of Bitbucket Data Center",
                    path: ["Repository settings", "Webhooks", "Create webhook"],
                    address: "https://INSTANCE/plugins/servlet/webhooks/projects/PROJECT/repos/REPOSITORY"),
                .init(
                    "All repositories of a project of Bitbucket Data Center",
                    path: ["Project settings", "Webhooks", "Create webhook"],
                    address: "https://INSTANCE/plugins/servlet/webhooks/projects/PROJECT"),
            ],
            steps: [
                "Open the page. You need administrator access.",
                "Enter any “Title” (“Name” in Data Center).",
                "Paste the URL into “URL”.",
                "Paste the secret into “Secret”.",
                "Leave “Active” checked and “Skip certificate verification” unchecked.",
                "Select the events under “Triggers” (“Events” in Data Center).",
                "Click “Save” (“Create” in some versions of Data Center).",
            ],
            fields: [.init("URL", .url), .init("Secret", .secret)],
            events: "“Repository push”, or “Choose from a full list of triggers” and the events you want. In Data "
                + "Center, “Push” under “Repository”, and any others you want.",
            notes: [
                "Events from private repositories, and secrets found by a scanner, aren’t published unless you allow "
                    + "it here.",
                "“Test connection” in Data Center may send an unsigned request, which is refused with 401. Real events "
                    + "are signed.",
            ],
            reference: "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/",
            rotation: [
                "Open the page and click “Edit” next to the webhook with the URL above. Don’t add a new one.",
                "Click “Change secret” if it is shown, replace the secret with the new one, and click “Save”.",
            ])
    }
}

extension BitbucketService {
    /// All events that Bitbucket Cloud and Data Center document, as in topics: dots for colons.
    static let documentedEvents = DocumentedEvents(
        source:
            "support.atlassian.com, Bitbucket Cloud, Event payloads; confluence.atlassian.com, Bitbucket Data "
            + "Center, Event payload",
        date: "2026-11-30",
        """
        diagnostics.ping
        issue.comment_created
        issue.created
        issue.updated
        mirror.repo_synchronized
        pr.comment.added
        pr.comment.deleted
        pr.comment.edited
        pr.declined
        pr.deleted
        pr.from_ref_updated
        pr.merged
        pr.modified
        pr.opened
        pr.reviewer.approved
        pr.reviewer.changes_requested
        pr.reviewer.needs_work
        pr.reviewer.unapproved
        pr.reviewer.updated
        pr.to_ref_updated
        project.modified
        project.updated
        pullrequest.approved
        pullrequest.changes_request_created
        pullrequest.changes_request_removed
        pullrequest.comment_created
        pullrequest.comment_deleted
        pullrequest.comment_reopened
        pullrequest.comment_resolved
        pullrequest.comment_updated
        pullrequest.created
        pullrequest.fulfilled
        pullrequest.rejected
        pullrequest.unapproved
        pullrequest.updated
        repo.comment.added
        repo.comment.deleted
        repo.comment.edited
        repo.commit_comment_created
        repo.commit_status_created
        repo.commit_status_updated
        repo.created
        repo.deleted
        repo.fork
        repo.forked
        repo.imported
        repo.modified
        repo.push
        repo.refs_changed
        repo.secret_detected
        repo.transfer
        repo.updated
        """)

    /// Cloud says whether a repository is private. Data Center says whether it or its whole project is public.
    private static func proof(
        _ isPrivate: StaticString, _ isPublic: StaticString, _ isProjectPublic: StaticString
    ) -> [VisibilityCheck] {
        [
            // The header that names the event is not signed.
            .absent("secretLocations", otherwise: .securityAlert),
            .any([
                .required(isPrivate, .flag(false)), .required(isProjectPublic, .flag(true)),
                .required(isPublic, .flag(true)),
            ]),
            .optional(isPrivate, .flag(false)),
        ]
    }

    private static let repository = proof(
        "repository.is_private", "repository.public", "repository.project.public")

    private static let target: [VisibilityCheck] = proof(
        "pullRequest.toRef.repository.is_private", "pullRequest.toRef.repository.public",
        "pullRequest.toRef.repository.project.public")

    private static let destination: VisibilityCheck = .optional(
        "pullrequest.destination.repository.is_private", .flag(false))

    /// The members that remain of the repository that a pull request comes from. Cloud says only of some whether they
    /// are private, and tells little more.
    private static let sources = [cloud("pullrequest.source.repository"), dataCenter("pullRequest.fromRef.repository")]

    private static func cloud(_ object: String) -> EventRule.Reduction {
        EventRule.Reduction(
            object, unless: [.required("is_private", "false")],
            keeping: ["type", "uuid", "name", "full_name", "is_private", "links.html.href"])
    }

    private static func dataCenter(_ object: String) -> EventRule.Reduction {
        EventRule.Reduction(
            object, unless: [.required("public", "true")], [.required("project.public", "true")],
            keeping: ["id", "slug", "name", "project.key", "public"])
    }

    static let table = EventTable(
        documentedEvents,
        // What a repository is a fork of, in Data Center and in Cloud.
        reducing: [dataCenter("**.origin"), cloud("**.repository.parent"), cloud("**.fork.parent")],
        marks: [.init("is_private", "true")], commits: ["target"],
        rules: [
            .proven(
                [
                    "repo.push", "repo.updated", "repo.transfer", "repo.deleted", "repo.imported",
                    "repo.created",
                    "repo.commit_comment_created", "repo.commit_status_created", "repo.commit_status_updated",
                    "issue.created", "issue.updated", "issue.comment_created", "repo.refs_changed",
                    "repo.comment.added", "repo.comment.edited", "repo.comment.deleted",
                    "mirror.repo_synchronized",
                ],
                by: repository,
                "A repository says whether it is private, or its project whether it is public."),
            .proven(
                ["repo.fork"],
                by: repository + [
                    .any([
                        .required("fork.is_private", .flag(false)), .required("fork.project.public", .flag(true)),
                        .required("fork.public", .flag(true)),
                    ]), .optional("fork.is_private", .flag(false)),
                ],
                "Both repositories have to be public."),
            .proven(
                ["repo.forked"],
                by: repository + [
                    .any([
                        .absent("fork"), .required("fork.is_private", .flag(false)),
                        .required("fork.project.public", .flag(true)), .required("fork.public", .flag(true)),
                    ])
                ],
                "It is about the fork; what that is one of may be private."),
            .proven(
                [
                    "pullrequest.created", "pullrequest.updated", "pullrequest.approved",
                    "pullrequest.unapproved",
                    "pullrequest.fulfilled", "pullrequest.rejected", "pullrequest.changes_request_created",
                    "pullrequest.changes_request_removed", "pullrequest.comment_created",
                    "pullrequest.comment_updated", "pullrequest.comment_deleted",
                    "pullrequest.comment_resolved",
                    "pullrequest.comment_reopened",
                ],
                by: repository + [destination], reducing: sources,
                "The repository that it goes to decides; the one that it comes from may be private."),
            .proven(
                [
                    "pr.opened", "pr.from_ref_updated", "pr.to_ref_updated", "pr.modified", "pr.merged",
                    "pr.declined",
                    "pr.deleted", "pr.reviewer.approved", "pr.reviewer.unapproved", "pr.reviewer.needs_work",
                    "pr.reviewer.changes_requested", "pr.reviewer.updated", "pr.comment.added",
                    "pr.comment.edited",
                    "pr.comment.deleted",
                ],
                by: target, reducing: sources,
                "The repository that it goes to decides; the one that it comes from may be private."),
            .proven(
                ["repo.modified"],
                by: proof("old.is_private", "old.public", "old.project.public")
                    + proof("new.is_private", "new.public", "new.project.public"),
                "It has to be public before and after."),
            .proven(
                ["project.modified"],
                by: [.required("old.public", .flag(true)), .required("new.public", .flag(true))],
                "It has to be public before and after."),
            .never(
                ["project.updated"], as: .unknownVisibility, "Projects of Cloud do not say who sees them."),
            .never(["diagnostics.ping"], as: .unknownVisibility, "A test, which names no repository."),
            .never(["repo.secret_detected"], as: .securityAlert, "Where a secret was found."),
        ])
}
