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

    /// Where a payload has a repository, and where that says that it is public: Cloud has `is_private`; Data Center
    /// has `public`, of the repository or of the whole project.
    private struct Place: Sendable {
        let object: StaticString
        let isPrivate: StaticString
        let isPublic: StaticString
        let isProjectPublic: StaticString
        /// Whether nothing said of it is as good as unknown; else it is only mentioned.
        let isSubject: Bool

        func privateContent(in document: JSONDocument) -> PrivateContent? {
            guard document.isObject(object) else { return nil }
            if let isPrivate = document.bool(isPrivate) { return isPrivate ? .privateRepository : nil }
            if document.bool(isProjectPublic) == true { return nil }
            if let isPublic = document.bool(isPublic) { return isPublic ? nil : .privateRepository }
            return isSubject ? .unknownVisibility : nil
        }
    }

    private static let places = [
        Place(
            object: "repository", isPrivate: "repository.is_private", isPublic: "repository.public",
            isProjectPublic: "repository.project.public", isSubject: true),
        Place(
            object: "pullRequest.toRef.repository", isPrivate: "pullRequest.toRef.repository.is_private",
            isPublic: "pullRequest.toRef.repository.public",
            isProjectPublic: "pullRequest.toRef.repository.project.public", isSubject: true),
        Place(
            object: "pullRequest.fromRef.repository", isPrivate: "pullRequest.fromRef.repository.is_private",
            isPublic: "pullRequest.fromRef.repository.public",
            isProjectPublic: "pullRequest.fromRef.repository.project.public", isSubject: true),
        Place(
            object: "pullrequest.source.repository", isPrivate: "pullrequest.source.repository.is_private",
            isPublic: "pullrequest.source.repository.public",
            isProjectPublic: "pullrequest.source.repository.project.public", isSubject: false),
        Place(
            object: "pullrequest.destination.repository", isPrivate: "pullrequest.destination.repository.is_private",
            isPublic: "pullrequest.destination.repository.public",
            isProjectPublic: "pullrequest.destination.repository.project.public", isSubject: false),
        Place(
            object: "fork", isPrivate: "fork.is_private", isPublic: "fork.public",
            isProjectPublic: "fork.project.public", isSubject: true),
        Place(
            object: "old", isPrivate: "old.is_private", isPublic: "old.public", isProjectPublic: "old.project.public",
            isSubject: true),
        Place(
            object: "new", isPrivate: "new.is_private", isPublic: "new.public", isProjectPublic: "new.project.public",
            isSubject: true),
    ]

    /// The service.
    public init() {}

    /// `bitbucket`.
    public var name: String { "bitbucket" }
    /// Bitbucket.
    public var title: String { "Bitbucket" }
    /// `BitbucketMessageV1`.
    public var schema: MessageSchema { MessageSchema(own: name) }

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
        return WebhookEvent(
            topic: topicRoot + "." + name,
            name: name,
            privateContent: Self.privateContent(of: key, in: document),
            sender: Self.actor(in: document),
            deliveryID: Self.deliveryID(in: request.headers),
            headers: headers,
            payload: [document.bytes])
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
        let id = headers.first("x-request-uuid") ?? headers.first("x-request-id")
        return id.flatMap { $0.isEmpty ? nil : Array($0) }
    }

    private static func privateContent(of key: ArraySlice<UInt8>, in document: JSONDocument) -> PrivateContent? {
        // Data Center's scanner found a secret, and tells where.
        if key.elementsEqual("repo:secret_detected".utf8) || document.contains("secretLocations") {
            return .securityAlert
        }
        var isUnknown = false
        for place in places {
            switch place.privateContent(in: document) {
            case nil: continue
            case .unknownVisibility: isUnknown = true
            case let content: return content
            }
        }
        return isUnknown ? .unknownVisibility : nil
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

    /// What people do at Bitbucket.
    public var setup: SetupGuide {
        SetupGuide(
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
                "Open the page. You need to be an administrator there.",
                "Write anything into \"Title\" (\"Name\" in Data Center).",
                "Copy the URL into \"URL\".",
                "Copy the secret into \"Secret\".",
                "Leave \"Active\" checked and \"Skip certificate verification\" unchecked.",
                "Choose the events under \"Triggers\" (\"Events\" in Data Center).",
                "Click \"Save\" (\"Create\" in some versions of Data Center).",
            ],
            fields: [.init("URL", .url), .init("Secret", .secret)],
            events: "\"Repository push\", or \"Choose from a full list of triggers\" and what you want on the bus. In "
                + "Data Center \"Push\" under \"Repository\", and what else you want.",
            notes: [
                "What a private repository sends, and secrets that a scanner found, are not published unless you allow "
                    + "it here.",
                "\"Test connection\" of Data Center may send an unsigned request, which is refused with 401: real events "
                    + "are signed.",
            ],
            reference: "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/",
            rotation: [
                "Open the page, and click \"Edit\" beside the webhook with the URL above. There is no need to add another.",
                "Click \"Change secret\" if that is shown, replace the secret by the new one, and click \"Save\".",
            ])
    }
}
