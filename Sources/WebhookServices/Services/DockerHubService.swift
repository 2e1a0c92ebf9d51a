/// Docker Hub: nothing is signed. The unguessable address is all the proof there is.
///
/// <https://docs.docker.com/docker-hub/repos/manage/webhooks/>
public struct DockerHubService: WebhookService {
    private static let outgoing = OutgoingHeaders(["content-type": .optional, "user-agent": .optional])
    /// The service.
    public init() {}

    /// `dockerhub`.
    public var name: String { "dockerhub" }
    /// Docker Hub.
    public var title: String { "Docker Hub" }
    /// The address alone.
    public var proof: ProofKind { .pathOnly }
    /// `DockerHubMessageV1`.
    public var schema: MessageSchema { MessageSchema(own: name) }

    /// The events that may go out by default.
    public var eventTable: EventTable? { Self.table }

    /// Anything: it is never asked for.
    public func prepare(secret: [UInt8]) throws(SecretError) -> PreparedSecret { .none }

    /// Returns a Boolean value that indicates whether it came to the token's own address.
    public func verify(_ request: WebhookRequest, secrets: [PreparedSecret]) -> Verification { request.pathProof }

    /// `webhook.dockerhub.push`, without the address for answers.
    public func event(
        _ request: WebhookRequest, _ document: JSONDocument
    ) throws(WebhookError) -> WebhookEvent {
        let judgement = Self.table.judge("push", document)
        return WebhookEvent(
            topic: topicRoot + ".push",
            name: "push",
            privateContent: judgement.privateContent,
            sender: document.string("push_data.pusher").flatMap { $0.isEmpty ? nil : $0 },
            deliveryID: nil,
            headers: try Self.outgoing.selected(from: request.headers),
            payload: judgement.payload(of: document, allowsPrivateContent: request.allowsPrivateContent))
    }

    /// `namespace/name`.
    public func repository(in document: JSONDocument) -> String? { document.string("repository.repo_name") }

    /// `namespace/repository`.
    public var repositoryNames: RepositoryNames {
        RepositoryNames(
            maximumParts: 2, hosts: ["hub.docker.com", "docker.io"], prefixes: [["r"], ["repository", "docker"]],
            ownerPrefixes: [["u"]], pages: ["webhooks", "tags", "general", "builds", "settings", "collaborators"])
    }

    /// The steps at Docker Hub.
    public var setup: SetupGuide {
        SetupGuide(
            places: [
                .init(
                    "A repository", path: ["Webhooks"],
                    address: "https://hub.docker.com/repository/docker/NAMESPACE/REPOSITORY/webhooks")
            ],
            steps: [
                "Open the page. You need administrator access to the repository.",
                "Enter any “Webhook name”.",
                "Paste the URL into “Webhook URL”.",
                "Click “Create”.",
            ],
            fields: [.init("Webhook URL", .url)],
            events: "Docker Hub only sends pushes.",
            notes: [
                "Docker Hub doesn’t sign webhooks. Anyone who knows the URL can send anything, so keep it private.",
                "Pushes to private repositories aren’t published unless you allow it here.",
                "The callback URL (“callback_url”) is removed from the message.",
            ],
            reference: "https://docs.docker.com/docker-hub/repos/manage/webhooks/")
    }
}

extension DockerHubService {
    /// Pushes, which are all that there is.
    static let table = EventTable(
        DocumentedEvents(source: "docs.docker.com, Docker Hub, Webhooks", date: "2026-11-30", "push"),
        // Whoever knows it can tell Docker Hub how a test of the image ended.
        removing: ["callback_url"],
        rules: [
            .proven(
                ["push"], by: [.required("repository.is_private", .flag(false))],
                "A repository says whether it is private.")
        ])
}
