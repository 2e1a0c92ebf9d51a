/// Quay.io (and Red Hat Quay): nothing is signed. The unguessable address is all the proof there is.
///
/// <https://docs.quay.io/guides/notifications.html>
public struct QuayService: WebhookService {
    private static let outgoing = OutgoingHeaders(["content-type": .optional, "user-agent": .optional])

    /// The service.
    public init() {}

    /// `quay`.
    public var name: String { "quay" }
    /// Quay.io.
    public var title: String { "Quay.io" }
    /// The address alone.
    public var proof: ProofKind { .pathOnly }
    /// `QuayMessageV1`.
    public var schema: MessageSchema { MessageSchema(own: name) }

    /// The events that may go out by default.
    public var eventTable: EventTable? { Self.table }

    /// Anything: it is never asked for.
    public func prepare(secret: [UInt8]) throws(SecretError) -> PreparedSecret { .none }

    /// Returns a Boolean value that indicates whether it came to the token's own address.
    public func verify(_ request: WebhookRequest, secrets: [PreparedSecret]) -> Verification { request.pathProof }

    /// `webhook.quay.push`.
    public func event(
        _ request: WebhookRequest, _ document: JSONDocument
    ) throws(WebhookError) -> WebhookEvent {
        let judgement = Self.table.judge("push", document)
        return WebhookEvent(
            topic: topicRoot + ".push",
            name: "push",
            privateContent: judgement.privateContent,
            // None: who pushes one tag twice sends the same body twice, and both are news.
            deliveryID: nil,
            headers: try Self.outgoing.selected(from: request.headers),
            payload: judgement.payload(of: document, allowsPrivateContent: request.allowsPrivateContent))
    }

    /// `namespace/name`.
    public func repository(in document: JSONDocument) -> String? { document.string("repository") }

    /// A push to a public repository.
    public func examplePayload(repository: String, sender: String, id: String) -> String {
        """
        {"test": true, "id": "\(id)", "name": "\(repository.drop { $0 != "/" }.dropFirst())", \
        "repository": "\(repository)", "namespace": "\(repository.prefix { $0 != "/" })", \
        "visibility": "public", "updated_tags": []}
        """
    }

    /// `namespace/repository`; in Red Hat Quay, the repository may have slashes itself.
    public var repositoryNames: RepositoryNames {
        RepositoryNames(
            maximumParts: nil, hosts: ["quay.io"], prefixes: [["repository"]],
            ownerPrefixes: [["organization"], ["user"]])
    }

    /// The steps at Quay.io.
    public var setup: SetupGuide {
        SetupGuide(
            places: [
                .init(
                    "A repository", path: ["Settings", "Events and Notifications", "Create Notification"],
                    address: "https://quay.io/repository/NAMESPACE/REPOSITORY?tab=settings")
            ],
            steps: [
                "Open the page. You need administrator access to the repository.",
                "Choose “Push to Repository” as the event.",
                "Choose “Webhook POST” as the method.",
                "Paste the URL into “Webhook URL”, and leave “POST JSON body template” empty.",
                "Click “Create Notification” (“Submit” in the new interface).",
                "To try it, click “Test Notification” in the list.",
            ],
            fields: [
                .init("When this event occurs", .text("Push to Repository")),
                .init("Then issue a notification", .text("Webhook POST")), .init("Webhook URL", .url),
            ],
            events: "“Push to Repository”.",
            notes: [
                "Quay.io doesn’t sign webhooks. Anyone who knows the URL can send anything, so keep it private.",
                "Quay.io doesn’t say whether a repository is public, so nothing is published unless you turn on “Also "
                    + "publish private content”. Do so for a public repository.",
            ],
            reference: "https://docs.quay.io/guides/notifications.html")
    }
}

extension WebhookRequest {
    /// The proof of a service that has none but the address.
    var pathProof: Verification {
        isAtTokenAddress ? .verified(index: 0) : .missing
    }
}

extension QuayService {
    /// Pushes, which are all that the service takes for granted.
    static let table = EventTable(
        DocumentedEvents(source: "docs.quay.io, Repository notifications", date: "2026-11-30", "push"),
        rules: [
            .proven(
                ["push"],
                by: [
                    .absent("vulnerability", otherwise: .securityAlert),
                    .absent("event_data"), .absent("build_id"),
                    .required("visibility", .words(["public"])),
                ],
                "A repository's visibility is told by some versions only.")
        ])
}
