/// Pagure: `X-Pagure-Signature-256` in bare hex, by a key that Pagure makes for each project.
///
/// <https://docs.pagure.org/pagure/usage/using_webhooks.html>
public struct PagureService: SigningService {
    /// SHA-256 alone: `X-Pagure-Signature` (SHA-1) is not looked at.
    public static let signature = SignatureScheme(header: "x-pagure-signature-256")
    private static let outgoing = OutgoingHeaders([
        "x-pagure-topic": .required,
        "x-pagure-project": .optional,
        "x-pagure": .optional,
        "content-type": .optional,
        "user-agent": .optional,
    ])
    /// The service.
    public init() {}

    /// `pagure`.
    public var name: String { "pagure" }
    /// Pagure.
    public var title: String { "Pagure" }
    /// Pagure makes the key; nobody can give it another.
    public var secretOrigin: SecretOrigin { .there }
    /// `PagureMessageV1`.
    public var schema: MessageSchema { MessageSchema(own: name) }

    /// The events that may go out by default.
    public var eventTable: EventTable? { Self.table }

    /// `webhook.pagure.<topic>`.
    public func event(
        _ request: WebhookRequest, _ document: JSONDocument
    ) throws(WebhookError) -> WebhookEvent {
        let headers = try Self.outgoing.selected(from: request.headers)
        let name = TopicPart.text(try request.headers.single("x-pagure-topic"))
        let judgement = Self.table.judge(name, document)
        return WebhookEvent(
            topic: topicRoot + "." + name,
            name: name,
            privateContent: judgement.privateContent,
            sender: document.string("msg.agent").flatMap { $0.isEmpty ? nil : $0 },
            deliveryID: document.string("msg_id").flatMap { $0.isEmpty ? nil : Array($0.utf8) },
            headers: headers,
            payload: judgement.payload(of: document, allowsPrivateContent: request.allowsPrivateContent))
    }

    /// The project's full name: `namespace/project`, or the project alone.
    public func repository(in document: JSONDocument) -> String? {
        document.string("msg.project_fullname") ?? document.string("msg.project.fullname")
    }

    /// Topics are as on the bus: `git.receive`, `issue.new`.
    public func exampleHeaders(event: String?) -> [String: String]? { ["x-pagure-topic": event ?? "git.receive"] }

    /// A push of nothing to a public project.
    public func examplePayload(repository: String, sender: String, id: String) -> String {
        """
        {"topic": "git.receive", "msg_id": "\(id)", "msg": {"agent": "\(sender)", "commits": [], \
        "project_fullname": "\(repository)", "repo": {"fullname": "\(repository)", "private": false}}}
        """
    }

    /// `project`, `namespace/project`, and forks of either: `fork/user/namespace/project`.
    public var repositoryNames: RepositoryNames {
        RepositoryNames(
            maximumParts: 4, hosts: ["pagure.io"],
            pages: ["settings", "issues", "pull-requests", "releases", "commits", "c", "tree"])
    }

    /// The steps at Pagure.
    public var setup: SetupGuide {
        SetupGuide(
            places: [
                .init(
                    "A project", path: ["Settings", "Web-hooks"],
                    address: "https://INSTANCE/PROJECT/settings#webhooks-tab")
            ],
            steps: [
                "Open the project’s settings. You need to be an administrator of the project.",
                "Show the “Private web-hook key” and copy it. It is the secret for the token here.",
                "Under “Project Options”, paste the URL on its own line into “Activate Web-hooks”.",
                "Click “Update”.",
            ],
            fields: [.init("Activate Web-hooks", .url)],
            events: "Pagure sends all events of the project.",
            notes: [
                "Pagure generates the key. If you regenerate it there, enter the new one here.",
                "Pagure doesn’t say whether a project is private, so nothing is published unless you turn on “Also "
                    + "publish private content”. Private issues are then published, too.",
            ],
            reference: "https://docs.pagure.org/pagure/usage/using_webhooks.html",
            rotation: [
                "Open the project’s settings, “Web-hooks”.",
                "Click “Generate a new key” (“Regenerate” in some versions) next to “Private web-hook key”, and copy "
                    + "the key.",
                "Enter it here right away: Pagure signs with it from now on.",
            ])
    }
}

extension PagureService {
    /// Pagure's topics.
    static let documentedEvents = DocumentedEvents(
        source:
            "docs.pagure.org, Using web-hooks; Pagure/pagure, pagure/lib/notify.py and pagure/lib/query.py",
        date: "2026-11-30",
        """
        Test.notification
        commit.flag.added
        commit.flag.updated
        git.branch.creation
        git.branch.deletion
        git.receive
        git.tag.creation
        git.tag.deletion
        group.edit
        issue.assigned.added
        issue.assigned.reset
        issue.comment.added
        issue.comment.edited
        issue.dependency.added
        issue.dependency.removed
        issue.drop
        issue.edit
        issue.new
        issue.tag.added
        issue.tag.removed
        project.delete
        project.edit
        project.forked
        project.group.access.updated
        project.group.added
        project.group.removed
        project.new
        project.tag.edited
        project.tag.removed
        project.user.access.updated
        project.user.added
        project.user.removed
        pull-request.assigned.added
        pull-request.assigned.reset
        pull-request.closed
        pull-request.comment.added
        pull-request.comment.edited
        pull-request.flag.added
        pull-request.flag.updated
        pull-request.initial_comment.edited
        pull-request.new
        pull-request.rebased
        pull-request.reopened
        pull-request.tag.added
        pull-request.tag.removed
        pull-request.updated
        """)

    /// The members that remain of a project that a pull request comes from, or that another one is a fork of, if it is
    /// private.
    private static func project(_ object: String) -> EventRule.Reduction {
        EventRule.Reduction(
            object, unless: [.required("private", "false")],
            keeping: ["id", "name", "fullname", "namespace", "url_path", "full_url", "private"])
    }

    static let table = EventTable(
        documentedEvents,
        marks: [.init("private", "true")],
        rules: [
            .proven(
                documentedEvents.events.map(\.name).filter {
                    $0 != "group.edit" && $0 != "Test.notification"
                },
                by: [
                    .any([
                        .required("msg.project.private", .flag(false)),
                        .required("msg.repo.private", .flag(false)),
                        .required("msg.pullrequest.project.private", .flag(false)),
                        .required("msg.issue.project.private", .flag(false)),
                    ]),
                    .optional("msg.issue.private", .flag(false), otherwise: .confidential),
                    .optional("msg.project.private", .flag(false)),
                    .optional("msg.repo.private", .flag(false)),
                    .optional("msg.pullrequest.project.private", .flag(false)),
                    .optional("msg.issue.project.private", .flag(false)),
                ],
                reducing: [project("msg.pullrequest.repo_from"), project("**.parent")],
                "Projects say only in some versions whether they are private."),
            .never(["group.edit", "Test.notification"], as: .unknownVisibility, "They name no project."),
        ])
}
