/// Pagure: `X-Pagure-Signature-256` in bare hex, by a key that Pagure makes for each project.
///
/// <https://docs.pagure.org/pagure/usage/using_webhooks.html>
public struct PagureService: WebhookService {
    private static let signature = SignatureScheme(header: "x-pagure-signature-256")
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

    /// Any secret but an empty one.
    public func prepare(secret: [UInt8]) throws(SecretError) -> PreparedSecret {
        try Self.signature.prepare(secret: secret)
    }

    /// By SHA-256 alone: `X-Pagure-Signature` (SHA-1) is not looked at.
    public func verify(_ request: WebhookRequest, secrets: [PreparedSecret]) -> Verification {
        Self.signature.verify(request.headers, body: request.body, at: request.receivedAt, secrets: secrets)
    }

    /// Its signature.
    public func exampleProof(
        of body: [UInt8], headers: [String: String], secret: [UInt8]
    ) throws(SecretError) -> [String: String] {
        try Self.signature.sign(body, headers: headers, secret: secret)
    }

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
