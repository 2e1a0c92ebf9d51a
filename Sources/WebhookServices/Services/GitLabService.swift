internal import Cryptography

/// GitLab: the secret itself in `X-Gitlab-Token`, or since 19.0 a signature by Standard Webhooks.
///
/// <https://docs.gitlab.com/user/project/integrations/webhooks/>
public struct GitLabService: WebhookService {
    private static let signature = SignatureScheme.standardWebhooks
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
    /// `GitLabMessageV1`.
    public var schema: MessageSchema { MessageSchema(published: "webhook_to_fedora_messaging.gitlab.message_v1") }

    /// Any secret but an empty one; one that is a signing token (`whsec_…`) verifies signatures too.
    public func prepare(secret: [UInt8]) throws(SecretError) -> PreparedSecret {
        guard !secret.isEmpty else { throw .empty }
        return PreparedSecret(
            signingKey: secret.starts(with: "whsec_".utf8)
                ? try Self.signature.prepare(secret: secret).signingKey : nil,
            tokenDigest: SHA256.digest(secret))
    }

    /// By the signature where there is one, and then by nothing else; by the token otherwise.
    ///
    /// `webhook-id` and `webhook-timestamp` come with every delivery and say nothing about that. Hashes are compared,
    /// so that not even the secret's length shows in the time.
    public func verify(_ request: WebhookRequest, secrets: [PreparedSecret]) -> Verification {
        if request.headers.count(of: Self.signature.header) > 0 {
            return Self.signature.verify(
                request.headers, body: request.body, at: request.receivedAt, secrets: secrets)
        }
        guard let token = request.headers.first("x-gitlab-token") else { return .missing }
        guard !token.isEmpty, request.headers.count(of: "x-gitlab-token") == 1 else { return .mismatch }
        let digest = SHA256.digest(token)
        let index = secrets.firstIndex { secret in
            secret.tokenDigest.map { constantTimeEqual($0, digest) } ?? false
        }
        guard let index else { return .mismatch }
        return .verified(index: index, digest: SHA256.digest(request.body))
    }

    /// `gitlab.<event without " Hook", blanks to _, lower case>`: `Merge Request Hook` is `gitlab.merge_request`.
    public func event(
        _ request: WebhookRequest, _ document: JSONDocument
    ) throws(WebhookError) -> WebhookEvent {
        let headers = try Self.outgoing.selected(from: request.headers)
        let event = String(decoding: try request.headers.single("x-gitlab-event"), as: UTF8.self)
        return WebhookEvent(
            topic: "gitlab." + TopicPart.text(Self.topicName(of: event).utf8),
            sender: Self.actor(in: document),
            deliveryID: Self.deliveryID(in: request.headers),
            headers: headers,
            payload: [document.bytes])
    }

    /// The repository or, for an event of a whole organisation, that.
    public func repository(in document: JSONDocument) -> String? {
        document.string("project.path_with_namespace") ?? document.string("path_with_namespace")
            ?? document.string("group_path")
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

    /// Who did it: `user_username` for pushes, `user.username` else; nobody in some (releases, system hooks, older
    /// job events). `user.name` and `user_name` are what people call themselves, so they are nobody's account.
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
        let id = headers.first("webhook-id") ?? headers.first("idempotency-key")
        return id.flatMap { $0.isEmpty ? nil : Array($0) }
    }
}
