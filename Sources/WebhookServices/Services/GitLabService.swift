internal import Cryptography

/// GitLab: the secret itself in `X-Gitlab-Token`, or since 19.0 a signature by Standard Webhooks.
///
/// <https://docs.gitlab.com/user/project/integrations/webhooks/>
public struct GitLabService: WebhookService {
    private static let signature = SignatureScheme.standardWebhooks
    private static let tokenHeader = "x-gitlab-token"
    private static let outgoing = OutgoingHeaders([
        "x-gitlab-event": .required,
        "x-gitlab-webhook-uuid": .required,
        "x-gitlab-event-uuid": .required,
        "x-gitlab-instance": .optional,
        "idempotency-key": .optional,
        "webhook-id": .optional,
        "content-type": .optional,
        "user-agent": .optional,
    ])

    /// The service.
    public init() {}

    /// `gitlab`.
    public var name: String { "gitlab" }
    /// GitLab.
    public var title: String { "GitLab" }
    /// `gitlab`.
    public var topicRoot: String { name }
    /// The token, or a signature.
    public var proof: ProofKind { .sharedSecret }
    /// `GitLabMessageV1`.
    public var schema: MessageSchema { MessageSchema(published: "webhook_to_fedora_messaging.gitlab.message_v1") }

    /// The events that may go out by default.
    public var eventTable: EventTable? { Self.table }

    /// `whsec_` and 32 bytes in base 64, which is the only form of signing tokens that GitLab takes; as a secret token
    /// it takes anything.
    public func secret(from random: [UInt8]) -> String { SecretEncoding.standardWebhooks.secret(from: random) }

    /// Any secret but an empty one; one that is a signing token (`whsec_…`) verifies signatures too.
    public func prepare(secret: [UInt8]) throws(SecretError) -> PreparedSecret {
        guard !secret.isEmpty else { throw .empty }
        return PreparedSecret(
            signingKey: secret.starts(with: "whsec_".utf8)
                ? try Self.signature.prepare(secret: secret).signingKey : nil,
            tokenDigest: SHA256.digest(secret))
    }

    /// The token, unless there is a signature, which alone counts then.
    public func presentedSecret(in request: WebhookRequest) -> ArraySlice<UInt8>? {
        guard !Self.isSigned(request) else { return nil }
        return request.headers.proof(Self.tokenHeader)
    }

    /// By the signature where there is one, and then by nothing else; by the token otherwise.
    ///
    /// `webhook-id` and `webhook-timestamp` come with every delivery and say nothing about that. Hashes are compared,
    /// so that not even the secret's length shows in the time.
    public func verify(_ request: WebhookRequest, secrets: [PreparedSecret]) -> Verification {
        if Self.isSigned(request) {
            return Self.signature.verify(
                request.headers, body: request.body, at: request.receivedAt, secrets: secrets)
        }
        guard request.headers.count(of: Self.tokenHeader) > 0 else { return .missing }
        guard let token = presentedSecret(in: request) else { return .mismatch }
        let digest = SHA256.digest(token)
        let index = secrets.firstIndex { secret in
            secret.tokenDigest.map { constantTimeEqual($0, digest) } ?? false
        }
        guard let index else { return .mismatch }
        return .verified(index: index)
    }

    /// The secret itself.
    public func exampleProof(
        of body: [UInt8], headers: [String: String], secret: [UInt8]
    ) throws(SecretError) -> [String: String] {
        [Self.tokenHeader: String(decoding: secret, as: UTF8.self)]
    }

    /// `gitlab.<event without " Hook", blanks to _, lower case>`: `Merge Request Hook` is `gitlab.merge_request`.
    public func event(
        _ request: WebhookRequest, _ document: JSONDocument
    ) throws(WebhookError) -> WebhookEvent {
        let headers = try Self.outgoing.selected(from: request.headers)
        let header = String(decoding: try request.headers.single("x-gitlab-event"), as: UTF8.self)
        let event = TopicPart.text(Self.topicName(of: header).utf8)
        let action = Self.action(of: event, in: document)
        let judgement = Self.table.judge(event, action: action, document)
        return WebhookEvent(
            topic: "gitlab." + event,
            name: TopicPart.name(event, action: action),
            privateContent: judgement.privateContent,
            sender: Self.actor(in: document),
            deliveryID: Self.deliveryID(in: request.headers),
            headers: headers,
            payload: judgement.payload(of: document, allowsPrivateContent: request.allowsPrivateContent))
    }

    /// The repository or, for an event of a whole organisation, that.
    public func repository(in document: JSONDocument) -> String? {
        document.string("project.path_with_namespace") ?? document.string("path_with_namespace")
            ?? document.string("group_path")
    }

    /// `push` stands for `Push Hook`, `merge_request` for `Merge Request Hook`.
    public func exampleHeaders(event: String?) -> [String: String]? {
        var name = event ?? "push"
        if !name.contains(where: { $0 == " " || $0.isUppercase }) {
            let words = name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }
            name = (words + ["Hook"]).joined(separator: " ")
        }
        return [
            "x-gitlab-event": name, "x-gitlab-webhook-uuid": ExampleValue.uuid,
            "x-gitlab-event-uuid": ExampleValue.uuid,
        ]
    }

    /// A push of nothing to a public project.
    public func examplePayload(repository: String, sender: String, id: String) -> String {
        """
        {"object_kind": "push", "test": true, "id": "\(id)", "ref": "refs/heads/test", "commits": [], \
        "user_username": "\(sender)", "project": {"path_with_namespace": "\(repository)", "visibility_level": 20}}
        """
    }

    /// As the messages' consumers compute it from the header.
    private static func topicName(of event: String) -> String {
        var name = ""
        var rest = event[...]
        while let first = rest.first {
            if rest.hasPrefix(" Hook") {
                rest = rest.dropFirst(" Hook".count)
            } else {
                name.append(first == " " ? "_" : first)
                rest = rest.dropFirst()
            }
        }
        return name.lowercased()
    }

    /// Returns the actor: `user_username` for pushes, `user.username` else; nobody in some (releases, system hooks,
    /// older job events). `user.name` and `user_name` are what people call themselves, so they are nobody's account.
    private static func actor(in document: JSONDocument) -> String? {
        let name =
            switch document.string("object_kind") {
            case "push", "tag_push": document.string("user_username")
            case nil: String?.none
            default: document.string("user.username")
            }
        return name?.isEmpty == false ? name : nil
    }

    /// `webhook-id`, which signatures cover, or `Idempotency-Key`, which is the same; older versions have neither.
    private static func deliveryID(in headers: any WebhookHeaders) -> [UInt8]? {
        (headers.value("webhook-id") ?? headers.value("idempotency-key")).map { Array($0) }
    }

    private static func isSigned(_ request: WebhookRequest) -> Bool {
        request.headers.count(of: signature.header) > 0
    }

    /// Returns the action, or, in hooks of members, projects, subgroups and the whole instance, the event's own name
    /// there.
    private static func action(of event: String, in document: JSONDocument) -> String? {
        switch event {
        case "system", "member", "project", "subgroup":
            document.string("event_name") ?? document.string("object_kind")
        default:
            document.string("object_attributes.action") ?? document.string("action")
        }
    }

    /// Groups nest: `group/subgroup/project`. Pages are after `/-/`.
    public var repositoryNames: RepositoryNames {
        RepositoryNames(maximumParts: nil, hosts: ["gitlab.com"], ownerPrefixes: [["groups"]])
    }

    /// The steps at GitLab.
    public var setup: SetupGuide {
        SetupGuide(
            summary: "Pushes, merge requests, pipelines",
            places: [
                .init(
                    "A project", path: ["Settings", "Webhooks", "Add new webhook"],
                    address: "https://gitlab.com/NAMESPACE/PROJECT/-/hooks"),
                .init(
                    "All projects of a group (GitLab Premium)", path: ["Settings", "Webhooks", "Add new webhook"],
                    address: "https://gitlab.com/groups/GROUP/-/hooks"),
            ],
            steps: [
                "Open the page. You need the Maintainer role for the project, or the Owner role for the group.",
                "Paste the URL into “URL”.",
                "In GitLab 19.0 and later, click “Generate signing token”, and replace the value of “Signing token” "
                    + "with the secret. Leave “Secret token (not recommended)” empty.",
                "In older versions, and for secrets that don’t start with “whsec_”, paste the secret into “Secret "
                    + "token” instead.",
                "Select the events under “Trigger”.",
                "Leave “Enable SSL verification” checked, and click “Add webhook”.",
                "To try it, choose an event under “Test” next to the webhook in the list.",
            ],
            fields: [
                .init("URL", .url), .init("Signing token (before GitLab 19.0: Secret token)", .secret),
                .init("SSL verification", .text("Enable SSL verification")),
            ],
            events: "“Push events” and any others you want.",
            notes: [
                "Confidential issues and comments, and events from private and internal projects, aren’t published "
                    + "unless you allow it here. You don’t need to select “Confidential issues events”.",
                "Members-only content in public projects (issues, CI/CD, or feature flags with restricted access) is "
                    + "published, because webhooks don’t mark it. Leave those triggers off.",
                "A signing token never leaves GitLab; a secret token is sent with every webhook. If a webhook has "
                    + "both, only its signature counts here.",
                "Signing tokens are “whsec_” followed by 32 bytes in Base64, like the secrets created here. Tokens "
                    + "with another kind of secret keep working with “Secret token”; to use signatures, create a new "
                    + "secret.",
                "GitLab disables a webhook temporarily after four failures in a row, and permanently after forty.",
            ],
            reference: "https://docs.gitlab.com/user/project/integrations/webhooks/",
            rotation: [
                "Open the page and click “Edit” next to the webhook with the URL above. Don’t add a new one.",
                "In GitLab 19.0 and later, replace the signing token with the new secret. In older versions, and for "
                    + "secrets that don’t start with “whsec_”, replace the “Secret token”.",
                "Click “Save changes”.",
            ])
    }
}

// `GitLabMessageV1` takes names from the envelope, which is ours; its `summary` takes the repository's name from the
// payload, and raises where there is no such member. (Its value may be anything.)
extension GitLabService {
    /// `webhook2fedmsg.gitlab.message_v1`.
    public var robustSchema: MessageSchema? { MessageSchema(own: name) }

    /// `body["repository"]["name"]`: releases, deployments, pipelines, wiki pages and others have none.
    public func fit(_ event: inout WebhookEvent, to document: JSONDocument) {
        if !document.contains("repository.name") { event.consumerHazard = .summary(member: "repository.name") }
    }
}
