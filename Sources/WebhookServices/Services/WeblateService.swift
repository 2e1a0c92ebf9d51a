/// Weblate: Standard Webhooks, but for a timestamp with a fraction, which is not signed.
///
/// <https://docs.weblate.org/en/latest/admin/addons.html#webhook>
public struct WeblateService: SigningService {
    /// A signature of version 1, over the whole seconds of the timestamp.
    public static let signature = SignatureScheme.standardWebhooks(allowsFraction: true)
    private static let outgoing = OutgoingHeaders([
        "webhook-id": .required,
        "webhook-timestamp": .required,
        "content-type": .optional,
        "user-agent": .optional,
    ])

    /// The service.
    public init() {}

    /// `weblate`.
    public var name: String { "weblate" }
    /// Weblate.
    public var title: String { "Weblate" }
    /// `WeblateMessageV1`.
    public var schema: MessageSchema { MessageSchema(own: name) }

    /// The events that may go out by default.
    public var eventTable: EventTable? { Self.table }

    /// `whsec_` and 32 bytes in base 64.
    public func secret(from random: [UInt8]) -> String { SecretEncoding.standardWebhooks.secret(from: random) }

    /// `webhook.weblate.<action>`: `New translation` is `webhook.weblate.New_translation`.
    public func event(
        _ request: WebhookRequest, _ document: JSONDocument
    ) throws(WebhookError) -> WebhookEvent {
        let headers = try Self.outgoing.selected(from: request.headers)
        let name = TopicPart.text((document.string("action") ?? "").utf8)
        let judgement = Self.table.judge(name, document)
        return WebhookEvent(
            topic: topicRoot + "." + name,
            name: name,
            privateContent: judgement.privateContent,
            // The author may be somebody else: who acts is the user.
            sender: document.string("user").flatMap { $0.isEmpty ? nil : $0 },
            deliveryID: Array(try request.headers.single("webhook-id")),
            headers: headers,
            payload: judgement.payload(of: document, allowsPrivateContent: request.allowsPrivateContent))
    }

    /// `project/component`, or the project alone.
    public func repository(in document: JSONDocument) -> String? {
        guard let project = document.string("project") else { return nil }
        return document.string("component").map { project + "/" + $0 } ?? project
    }

    /// The event is in the payload.
    public func exampleHeaders(event: String?) -> [String: String]? {
        event == nil ? ["webhook-id": ExampleValue.uuid, "webhook-timestamp": ExampleValue.time] : nil
    }

    /// Something that Weblate does not send.
    public func examplePayload(repository: String, sender: String, id: String) -> String {
        """
        {"test": true, "action": "test", "change_id": 1, "timestamp": "2026-01-01T00:00:00+00:00", \
        "project": "\(repository.prefix { $0 != "/" })", \
        "component": "\(repository.drop { $0 != "/" }.dropFirst())", "user": "\(sender)"}
        """
    }

    /// `project` or `project/component`.
    public var repositoryNames: RepositoryNames {
        RepositoryNames(maximumParts: 2, hosts: ["hosted.weblate.org"], prefixes: [["projects"], ["addons"]])
    }

    /// The steps at Weblate.
    public var setup: SetupGuide {
        SetupGuide(
            summary: "Translations, comments, new strings",
            places: [
                .init(
                    "A project", path: ["Operations", "Add-ons", "Webhook"],
                    address: "https://INSTANCE/addons/PROJECT/"),
                .init(
                    "A component", path: ["Operations", "Add-ons", "Webhook"],
                    address: "https://INSTANCE/addons/PROJECT/COMPONENT/"),
            ],
            steps: [
                "Open the page. You need to be an administrator of the project.",
                "Click “Install” next to “Webhook”.",
                "Paste the URL into “Webhook URL”.",
                "Paste the secret into “Webhook secret” (“Secret” in older versions). If Weblate doesn’t accept it, "
                    + "leave out “whsec_” at the start. It is the same secret.",
                "Select the events under “Change events”, and click “Install add-on”.",
            ],
            fields: [.init("Webhook URL", .url), .init("Webhook secret", .secret)],
            events: "Any you want. Each change is one message, and changes of strings are frequent.",
            notes: [
                "Weblate doesn’t say whether a project is public, so nothing is published unless you turn on “Also "
                    + "publish private content”. Do so for a public project."
            ],
            reference: "https://docs.weblate.org/en/latest/admin/addons.html",
            rotation: [
                "Open the page and click “Configure” next to the installed “Webhook” add-on. Don’t install a new one.",
                "Replace the secret with the new one, and click “Save”.",
            ])
    }
}

extension WeblateService {
    /// The changes that Weblate's history knows, as in topics.
    static let documentedEvents = DocumentedEvents(
        source: "WeblateOrg/weblate, weblate/trans/actions.py", date: "2026-11-30", isOpen: true,
        changes.map { TopicPart.text($0.utf8) }.joined(separator: "\n"))

    private static let changes = [
        "Resource updated", "Translation completed", "Translation changed", "Comment added",
        "Suggestion added",
        "Translation added", "Automatically translated", "Suggestion accepted", "Translation reverted",
        "Translation uploaded", "Source string added", "Component locked", "Component unlocked",
        "Changes committed",
        "Changes pushed", "Repository reset", "Repository merged", "Repository rebased",
        "Repository merge failed",
        "Repository rebase failed", "Parsing failed", "Translation removed", "Suggestion removed",
        "Translation replaced", "Repository push failed", "Suggestion removed during cleanup",
        "Source string changed", "String added", "Bulk status changed", "Visibility changed",
        "User added",
        "User removed", "Translation approved", "Marked for edit", "Component removed",
        "Project removed",
        "Project renamed", "Component renamed", "Moved component", "Contributor joined",
        "Announcement posted",
        "Alert triggered", "Language added", "Language requested", "Project created",
        "Component created",
        "User invited", "Repository notification received", "Translation replaced file by upload",
        "License changed",
        "Contributor license agreement changed", "Screenshot added", "Screenshot uploaded",
        "String updated in the repository", "Add-on installed", "Add-on configuration changed",
        "Add-on uninstalled",
        "String removed", "Comment removed", "Comment resolved", "Explanation updated",
        "Category removed",
        "Category renamed", "Category moved", "Saving string failed", "String added in the repository",
        "String updated in the upload", "String added in the upload",
        "Translation updated by source upload",
        "Component translation completed", "Applied enforced check", "Propagated change",
        "File uploaded",
        "Extra flags updated", "Font uploaded", "Font changed", "Font removed",
        "Forced synchronization of translations", "Forced rescan of translations", "Screenshot removed",
        "Label added", "Label removed", "Repository cleanup",
    ]

    static let table = EventTable(
        documentedEvents, texts: ["target", "source", "old"],
        rules: [.proven(["*"], by: [], "Weblate does not say who sees a project.")])
}
