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
