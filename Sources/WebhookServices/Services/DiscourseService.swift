/// Discourse: `X-Discourse-Event-Signature` over the raw body, which is JSON whatever the content type says.
///
/// <https://meta.discourse.org/t/configure-webhooks-that-trigger-on-discourse-events-to-integrate-with-external-services/49045>
public struct DiscourseService: SigningService {
    /// In hex, over the body.
    public static let signature = SignatureScheme(header: "x-discourse-event-signature", prefix: "sha256=")
    private static let outgoing = OutgoingHeaders([
        "X-Discourse-Instance": .required,
        "X-Discourse-Event-Id": .required,
        "X-Discourse-Event-Type": .required,
        "X-Discourse-Event": .required,
        "X-Discourse-Event-Signature": .redacted,
    ])
    /// The setting of a token by which only some categories are public.
    static let publicCategories = "public_categories"

    /// The service.
    public init() {}

    /// `discourse`.
    public var name: String { "discourse" }
    /// Discourse.
    public var title: String { "Discourse" }
    /// `discourse`.
    public var topicRoot: String { name }
    /// `DiscourseMessageV1`.
    public var schema: MessageSchema { MessageSchema(published: "discourse.event.v1") }

    /// The events that may go out by default.
    public var eventTable: EventTable? { Self.table }

    /// A forum has none.
    public var namesRepositories: Bool { false }

    /// The body, whatever its content type.
    public func payload(of request: WebhookRequest) throws(WebhookError) -> ArraySlice<UInt8> {
        request.body
    }

    /// `discourse.<type>.<event>`.
    public func event(
        _ request: WebhookRequest, _ document: JSONDocument
    ) throws(WebhookError) -> WebhookEvent {
        let headers = try Self.outgoing.selected(from: request.headers)
        let type = try request.headers.single("x-discourse-event-type")
        let event = try request.headers.single("x-discourse-event")
        let typeName = String(decoding: type, as: UTF8.self)
        let name = TopicPart.text(type) + "." + TopicPart.text(event)
        let eventName = String(decoding: event, as: UTF8.self)
        let judgement = Self.table.judge(typeName, action: eventName, document)
        let isElsewhere = !Self.isInPublicCategory(document, type: typeName, settings: request.settings)
        let agent = Self.agent(of: eventName, type: typeName, in: document)
        return WebhookEvent(
            topic: "discourse." + name,
            name: name,
            privateContent: judgement.privateContent ?? (isElsewhere ? .unknownVisibility : nil),
            agent: agent,
            sender: agent,
            usernames: Self.author(ofType: typeName, in: document).map { [$0] } ?? [],
            deliveryID: try Self.deliveryID(of: request, type: type, event: event),
            headers: headers,
            payload: judgement.payload(of: document, allowsPrivateContent: request.allowsPrivateContent),
            envelope: .discourse)
    }

    /// `post_created` stands for `post.post_created`.
    public func exampleHeaders(event: String?) -> [String: String]? {
        let parts = (event ?? "ping.ping").split(separator: ".", maxSplits: 1).map(String.init)
        let name = parts.last ?? ""
        let type = parts.count == 2 ? parts[0] : String(name.prefix { $0 != "_" })
        return [
            "x-discourse-instance": "https://discourse.example.org", "x-discourse-event-id": "1",
            "x-discourse-event-type": type, "x-discourse-event": name,
        ]
    }

    /// A ping, which has nothing else in it.
    public func examplePayload(repository: String, sender: String, id: String) -> String { #"{"ping": "OK"}"# }

    /// Returns the actor, as `DiscourseMessageV1.agent_name` has it. It has no place in the envelope and, as in w2fm's
    /// messages, no header: consumers compute it from the payload.
    private static func agent(of event: String, type: String, in document: JSONDocument) -> String? {
        let name =
            switch (type, event) {
            case ("post", "post_created"), ("post", "post_edited"), ("post", "post_destroyed"),
                ("post", "post_recovered"):
                document.string("post.username")
            case ("like", "post_liked"):
                document.string("like.user.username")
            case ("topic", "topic_created"), ("topic", "topic_edited"), ("topic", "topic_destroyed"),
                ("topic", "topic_recovered"):
                document.string("topic.created_by.username")
            default:
                // Who accepts a solution is not in the payload.
                String?.none
            }
        return name?.isEmpty == false ? name : nil
    }

    /// The person concerned, as `DiscourseMessageV1.usernames` has it: the author of a solution or of a liked post, and
    /// not the agent. (Where the payload has none, Python names a user `None`; here nobody is named.)
    private static func author(ofType type: String, in document: JSONDocument) -> String? {
        let name =
            switch type {
            case "solved": document.string("solved.username")
            case "like": document.string("like.post.username")
            default: String?.none
            }
        return name?.isEmpty == false ? name : nil
    }

    /// Instance, type and event, for the body is part of the message's id as it is. The event's own id is no part of it:
    /// an automatic retry has another. So an equal body is a repetition as long as the first is remembered
    /// (`ingest.deduplication_window`), and after that another message with the same id. A ping has always the same body,
    /// and each is one of its own. A header's value has no NUL, so one keeps them apart.
    private static func deliveryID(
        of request: WebhookRequest, type: ArraySlice<UInt8>, event: ArraySlice<UInt8>
    ) throws(WebhookError) -> [UInt8]? {
        if type.elementsEqual("ping".utf8) { return nil }
        var id = Array(try request.headers.single("x-discourse-instance"))
        id.append(0)
        id.append(contentsOf: type)
        id.append(0)
        id.append(contentsOf: event)
        return id
    }

    /// Returns a Boolean value that indicates whether an event is in one of the categories that the token has as
    /// public: in any, if it has none.
    private static func isInPublicCategory(
        _ document: JSONDocument, type: String, settings: [String: String]
    ) -> Bool {
        guard let listed = settings[publicCategories] else { return true }
        let path: StaticString
        switch type {
        case "post": path = "post.category_id"
        case "topic": path = "topic.category_id"
        case "like": path = "like.post.category_id"
        case "solved": path = "solved.category_id"
        case "category": path = "category.id"
        case "chat_message": path = "chat_message.channel.chatable.id"
        // Nothing of these is in a category.
        default: return true
        }
        let category = document.place(path)
        guard case .integer(let id)? = category.value, !category.isAmbiguous else { return false }
        return listed.split(separator: ",").contains { $0 == "\(id)" }
    }

    /// The categories that everybody can read: webhooks of topics and posts do not say.
    public var settings: [ServiceSetting] {
        [
            ServiceSetting(
                key: Self.publicCategories, title: "Public categories",
                help:
                    "Recommended. The numbers of categories that everyone can read, as in /c/NAME/NUMBER. Posts, topics, "
                    + "likes, and solutions in other categories aren’t published then.",
                example: "5,7,12", isRequired: false,
                expectation: "enter category numbers, separated by commas", read: Self.categories)
        ]
    }

    /// Numbers separated by commas and blanks, in the form in which they are kept.
    private static func categories(_ text: String) -> String? {
        let numbers = text.split { $0 == "," || $0 == " " }.map { Int64($0) }
        guard !numbers.isEmpty, numbers.allSatisfy({ ($0 ?? 0) > 0 }) else { return nil }
        return numbers.compactMap { $0.map(String.init) }.joined(separator: ",")
    }

    /// The steps at Discourse.
    public var setup: SetupGuide {
        SetupGuide(
            summary: "Topics, posts, likes",
            places: [
                .init(
                    "The whole forum", path: ["Admin", "Advanced", "Webhooks", "Add webhook"],
                    address: "https://FORUM/admin/api/web_hooks/new")
            ],
            steps: [
                "Open the page. Only administrators of the forum can.",
                "Paste the URL into “Payload URL”.",
                "Choose “application/json” as the “Content Type”.",
                "Paste the secret into “Secret”.",
                "Under “Which events should trigger this webhook?”, choose “Select individual events” and the events "
                    + "you want.",
                "Under “Triggered Categories”, choose categories that everyone can read.",
                "Check “Check TLS certificate of payload url” and “Active”, and click “Create”.",
                "To try it, click “Ping” on the webhook’s page.",
            ],
            fields: [
                .init("Payload URL", .url), .init("Content Type", .text("application/json")),
                .init("Secret", .secret),
            ],
            contentType: "application/json",
            events: "Topics, posts, likes, and solutions. “Send me everything” also sends accounts and moderation.",
            notes: [
                "Webhooks for topics and posts don’t say whether their category is restricted. Without “Triggered "
                    + "Categories” there, or “Public categories” here, content from restricted categories would be "
                    + "published, too.",
                "Posts and chat messages are published without their text.",
                "Private messages, whispers, accounts, restricted groups, notifications, and moderation reviews aren’t "
                    + "published unless you allow it here.",
                "Discourse disables webhooks that keep failing.",
            ],
            reference: "https://meta.discourse.org/t/configure-webhooks-that-trigger-on-discourse-events-to-"
                + "integrate-with-external-services/49045",
            rotation: [
                "Open the page and click “Edit” next to the webhook with the URL above. Don’t add a new one.",
                "Replace the value of “Secret” with the new secret, and click “Save”.",
            ])
    }
}

extension DiscourseService {
    /// All types of events that Discourse and its plugins have, and their events.
    static let documentedEvents = DocumentedEvents(
        source:
            "discourse/discourse, app/models/web_hook_event_type.rb and db/fixtures/007_web_hook_event_types.rb",
        date: "2026-11-30",
        """
        assign assigned unassigned
        category category_created category_updated category_destroyed
        chat_message chat_message_created chat_message_edited chat_message_restored chat_message_trashed
        group group_created group_updated group_destroyed
        group_user user_added_to_group user_removed_from_group
        like post_liked
        notification notification_created
        ping ping
        post post_created post_edited post_destroyed post_recovered
        reviewable reviewable_created reviewable_score_updated reviewable_transitioned_to reviewable_updated
        solved accepted_solution unaccepted_solution
        tag tag_created tag_updated tag_destroyed
        topic topic_created topic_revised topic_edited topic_destroyed topic_recovered \
        topic_closed_status_updated topic_archived_status_updated topic_pinned_status_updated \
        topic_pinned_globally_status_updated topic_visible_status_updated topic_autoclosed_status_updated
        topic_voting topic_upvote topic_unvote
        user user_created user_approved user_updated user_destroyed user_suspended user_unsuspended user_logged_in \
        user_logged_out user_confirmed_email user_anonymized
        user_badge user_badge_granted user_badge_revoked
        user_promoted user_promoted
        """)

    /// A post: of a topic that is no private message, for everybody, and there.
    private static func post(
        _ archetype: StaticString, _ type: StaticString, _ isHidden: StaticString,
        _ deletion: StaticString,
        _ isVisible: StaticString, _ isDeletedByAuthor: StaticString
    ) -> [VisibilityCheck] {
        [
            .required(archetype, .words(["regular", "banner"]), otherwise: .privateMessage),
            // Regular, of a moderator, and small ones that tell what was done; 4 is a whisper among the staff.
            .optional(type, .numbers([1, 2, 3]), otherwise: .confidential),
            .optional(isHidden, .flag(false), otherwise: .confidential),
            .optional(deletion, .nothing, otherwise: .confidential),
            .optional(isVisible, .flag(true), otherwise: .confidential),
            .optional(isDeletedByAuthor, .flag(false), otherwise: .confidential),
        ]
    }

    /// Texts that people wrote, which do not go to the bus (<https://pagure.io/fedora-infrastructure/issue/10420>):
    /// neither a post's text, in both forms and in parts, nor what is said in a chat, wherever events have one.
    private static let texts: [String] =
        ["cooked", "raw", "excerpt", "last_reply_excerpt", "old_message", "new_message", "blocks"].map { "**." + $0 }
        + ["chat_message.*.**.message", "chat_message.**.original_filename"]

    static let table = EventTable(
        documentedEvents, isOneMember: true, removing: texts,
        blanking: [
            // How a group gets and sends mail.
            "group.incoming_email", "group.email_username", "group.email_password",
            "group.email_from_alias", "group.smtp_server", "group.smtp_password", "group.imap_server",
            "group.imap_password", "group.imap_mailbox_name", "group.automatic_membership_email_domains",
        ],
        marks: [.init("read_restricted", "true"), .init("archetype", "\"private_message\"")],
        rules: [
            .byNature(
                ["ping"], unless: [.required("ping", .words(["OK"]), otherwise: .unknownVisibility)],
                "Nothing is in it."),
            .byNature(
                ["post"],
                unless: post(
                    "post.topic_archetype", "post.post_type", "post.hidden", "post.deleted_at", "post.visible",
                    "post.user_deleted"
                ),
                removing: ["post.raw", "post.cooked"],
                "Posts do not say who sees their category; private messages, whispers and what is hidden or deleted do."
            ),
            .byNature(
                ["topic"],
                unless: post(
                    "topic.archetype", "topic.post_type", "topic.hidden", "topic.deleted_at", "topic.visible",
                    "topic.user_deleted"),
                "Topics do not say who sees their category; private messages and what is unlisted or deleted do."
            ),
            .byNature(
                ["like"],
                unless: post(
                    "like.post.topic_archetype", "like.post.post_type", "like.post.hidden",
                    "like.post.deleted_at",
                    "like.post.visible", "like.post.user_deleted"),
                removing: ["like.post.raw", "like.post.cooked"], "As the post that is liked."),
            .byNature(
                ["solved"],
                unless: post(
                    "solved.topic_archetype", "solved.post_type", "solved.hidden", "solved.deleted_at",
                    "solved.visible", "solved.user_deleted"),
                removing: ["solved.raw", "solved.cooked"], "As the post that is the solution."),
            .byNature(
                ["user_badge"], unless: [.required("user_badge", .object)],
                removing: ["user_badge.topic", "user_badge.topic_title", "user_badge.post"],
                "Badges are on people's public pages; what they were given for may be for few."),
            .proven(
                ["category"],
                by: [.required("category.read_restricted", .flag(false), otherwise: .confidential)],
                "Categories say whether only some can read them."),
            .proven(
                ["chat_message"],
                by: [
                    .optional(
                        "chat_message.channel.chatable_type", .words(["Category"]), otherwise: .privateMessage),
                    .required(
                        "chat_message.channel.chatable.read_restricted", .flag(false), otherwise: .confidential),
                ],
                removing: ["chat_message.message.message", "chat_message.message.cooked"],
                "Channels are for whoever reads their category; others are of certain people."),
            .proven(
                ["group"],
                by: [.required("group.visibility_level", .numbers([0]), otherwise: .confidential)],
                blanking: ["group.incoming_email"],
                "Groups have a level; the addresses that they get mail by are cut."),
            .never(["user"], "Accounts, with addresses."),
            .never(["user_promoted"], "How much an account is trusted is between it and the staff."),
            .never(["group_user"], "Members of groups, which do not say who sees them."),
            .never(["assign"], "Who is to do what is for the staff."),
            .never(["notification"], as: .privateMessage, "Somebody's own."),
            .never(["reviewable"], as: .privateMessage, "For moderators."),
            .never(["topic_voting"], as: .unknownVisibility, "Votes do not say who sees the topic."),
            .never(["tag"], as: .unknownVisibility, "Tags do not say who sees them."),
        ])
}
