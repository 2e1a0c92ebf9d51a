/// Forgejo: `X-Hub-Signature-256`, or `X-Forgejo-Signature` in bare hex, over the JSON payload even where that comes
/// in a form.
///
/// <https://forgejo.org/docs/latest/user/webhooks/>
public struct ForgejoService: GiteaFamilyService {
    /// `X-Forgejo-Signature`.
    public static let ownSignature = SignatureScheme(header: "x-forgejo-signature")
    private static let outgoing = OutgoingHeaders([
        // That of a commit's status comes empty (go-gitea/gitea#33244).
        "x-forgejo-event": .requiredOr("x-forgejo-event-type"),
        "x-forgejo-event-type": .optional,
        "x-forgejo-delivery": .required,
        "x-hub-signature": .redacted,
        "x-hub-signature-256": .redacted,
        "content-type": .optional,
        "user-agent": .optional,
    ])
    /// The setting of a token by which a sender is an agent.
    private static let fedoraAccounts = "fedora_accounts"

    /// The service.
    public init() {}

    /// `forgejo`.
    public var name: String { "forgejo" }
    /// Forgejo.
    public var title: String { "Forgejo" }
    /// `forgejo`.
    public var topicRoot: String { name }
    /// `ForgejoMessageV1`.
    public var schema: MessageSchema { MessageSchema(published: "webhook_to_fedora_messaging.forgejo.message_v1") }

    /// The events that may go out by default.
    public var eventTable: EventTable? { Self.table }

    /// The switch by which the instance's accounts are Fedora's. Without it no agent is published: a login at codeberg.org may be anybody's.
    public var settings: [ServiceSetting] {
        [
            ServiceSetting(
                administrativeSwitch: Self.fedoraAccounts, title: "Accounts on this instance are Fedora accounts",
                help: "Messages then name the person behind an event by their Fedora account. Only administrators can "
                    + "change this.")
        ]
    }

    /// `forgejo.<event>`.
    public func event(
        _ request: WebhookRequest, _ document: JSONDocument
    ) throws(WebhookError) -> WebhookEvent {
        let headers = try Self.outgoing.selected(from: request.headers)
        let name = TopicPart.text(try request.headers.single("x-forgejo-event", or: "x-forgejo-event-type"))
        let action = document.string("action")
        let judgement = Self.table.judge(name, action: action, document)
        var event = WebhookEvent(
            topic: "forgejo." + name,
            name: TopicPart.name(name, action: action),
            privateContent: judgement.privateContent,
            sender: actor(in: document),
            deliveryID: Array(try request.headers.single("x-forgejo-delivery")),
            headers: headers,
            payload: judgement.payload(of: document, allowsPrivateContent: request.allowsPrivateContent))
        if request.settings[Self.fedoraAccounts] == ServiceSetting.on { event.attribute(to: event.sender) }
        return event
    }

    /// With a delivery of their own.
    public func exampleHeaders(event: String?) -> [String: String]? {
        ["x-forgejo-event": event ?? "push", "x-forgejo-delivery": ExampleValue.uuid]
    }

    /// `owner/repository`.
    public var repositoryNames: RepositoryNames {
        .forge(
            hosts: ["codeberg.org", "forge.fedoraproject.org", "src.fedoraproject.org"], ownerPrefixes: [["org"]],
            pages: ["src"])
    }

    /// The steps at Forgejo.
    public var setup: SetupGuide {
        GiteaFamily.setup(
            title: "Forgejo", path: "forgejo", labels: .forgejo,
            reference: "https://forgejo.org/docs/latest/user/webhooks/")
    }
}

// `ForgejoMessageV1` takes names from the envelope, which is ours; its `summary` takes the repository's name from the
// payload, and raises where there is no such member. (Its value may be anything.)
extension ForgejoService {
    /// `webhook2fedmsg.forgejo.message_v1`.
    public var robustSchema: MessageSchema? { MessageSchema(own: name) }

    /// `body["run"]["repository"]["full_name"]` where `"repository" in body["run"]`, else
    /// `body["repository"]["full_name"]`.
    public func fit(_ event: inout WebhookEvent, to document: JSONDocument) {
        switch document.value("run") {
        case nil:
            break
        case .object:
            guard document.contains("run.repository") else { break }
            if !document.contains("run.repository.full_name") {
                event.consumerHazard = .summary(member: "run.repository.full_name")
            }
            return
        case .string(let text) where !text.utf8.holds("repository".utf8):
            // Python looks for the word in the text.
            break
        default:
            // An array may hold the word or not: no Forgejo sends one.
            event.consumerHazard = .summary(member: "run.repository.full_name")
            return
        }
        if !document.contains("repository.full_name") {
            event.consumerHazard = .summary(member: "repository.full_name")
        }
    }
}

extension ForgejoService {
    /// All events that Forgejo documents. Those of a run that was cancelled are asked for by consumers.
    static let documentedEvents = DocumentedEvents(
        source: "forgejo/forgejo, modules/webhook/type.go and modules/structs/hook.go",
        date: "2026-11-30",
        GiteaFamily.events + """

            action_run_cancelled cancelled
            action_run_failure failure
            action_run_recover recover
            action_run_success success
            """)

    static let table = GiteaFamily.table(documentedEvents)
}
