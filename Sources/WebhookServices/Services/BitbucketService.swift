/// Bitbucket Cloud and Bitbucket Data Center: `X-Hub-Signature` (without `-256`) over the raw body.
///
/// The two send different events in different shapes, under the same headers but for the delivery's id.
///
/// <https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/>,
/// <https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html>
public struct BitbucketService: WebhookService {
    private static let signature = SignatureScheme(header: "x-hub-signature", prefix: "sha256=")
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

    /// Any secret but an empty one.
    public func prepare(secret: [UInt8]) throws(SecretError) -> PreparedSecret {
        try Self.signature.prepare(secret: secret)
    }

    /// By the signature.
    public func verify(_ request: WebhookRequest, secrets: [PreparedSecret]) -> Verification {
        Self.signature.verify(request.headers, body: request.body, at: request.receivedAt, secrets: secrets)
    }

    /// Its signature.
    public func exampleProof(
        of body: [UInt8], headers: [String: String], secret: [UInt8]
    ) throws(SecretError) -> [String: String] {
        try Self.signature.sign(body, headers: headers, secret: secret)
    }

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
