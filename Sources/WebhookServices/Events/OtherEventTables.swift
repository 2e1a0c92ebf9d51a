// The tables of services that have few events, or say little of who may see them.

extension SentryService {
    /// The resources of Sentry's webhooks, and their actions.
    static let documentedEvents = DocumentedEvents(
        source: "docs.sentry.io, Integration Platform, Webhooks", date: "2026-11-30",
        """
        comment created updated deleted
        error created
        event_alert triggered
        installation created deleted
        issue created resolved assigned archived ignored unresolved
        metric_alert critical warning resolved
        preprod_artifact size_analysis_completed build_distribution_completed
        seer root_cause_started root_cause_completed solution_started solution_completed coding_started \
        coding_completed iteration_started iteration_completed impact_assessment_started \
        impact_assessment_completed pr_created
        """)

    /// The members that remain of an issue, an error or an event.
    private static let members = [
        "id", "issue_id", "event_id", "shortId", "title", "culprit", "level", "status", "url",
        "web_url", "permalink", "issue_url",
    ]

    private static let kept: [String] =
        ["action", "test"]
        + ["issue", "error", "event"].flatMap { thing in members.map { "data.\(thing).\($0)" } }
        // An issue tells more of its project than its number.
        + ["id", "name", "slug"].map { "data.issue.project.\($0)" } + [
            "data.error.project", "data.event.project",
        ]
        + ["id", "identifier", "title", "status", "projects.*", "web_url"].map {
            "data.metric_alert.\($0)"
        }
        + [
            "data.id", "data.issue_id", "data.project_slug", "data.project_id", "data.web_url",
            "data.description_title", "data.triggered_rule",
        ]

    static let table = EventTable(
        documentedEvents, blanking: ["data.installation.code"], keepsTexts: false,
        rules: [
            .byNature(
                ["issue", "error", "event_alert", "metric_alert", "comment"],
                reducing: [EventRule.Reduction("", keeping: kept)],
                "Errors hold whatever the program had, and people's comments: what stays is that there was one, and where."
            ),
            .never(["installation"], "It holds a code that is good for an API token."),
            .never(
                ["seer", "preprod_artifact"], as: .unknownVisibility,
                "Nothing says who sees what is in them."),
        ])
}

extension PretixService {
    /// The actions that Pretix documents, without `pretix.` before them; `event.item` and `event.order.changed` stand for
    /// all that begin with them.
    static let documentedEvents = DocumentedEvents(
        source: "docs.pretix.eu, REST API, Webhooks", date: "2026-11-30",
        """
        customer.anonymized
        customer.changed
        customer.created
        event.added
        event.changed
        event.checkin
        event.checkin.reverted
        event.deleted
        event.item
        event.live.activated
        event.live.deactivated
        event.order.approved
        event.order.canceled
        event.order.changed
        event.order.contact.changed
        event.order.deleted
        event.order.denied
        event.order.expired
        event.order.expirychanged
        event.order.modified
        event.order.paid
        event.order.payment.confirmed
        event.order.placed
        event.order.placed.require_approval
        event.order.reactivated
        event.order.refund.canceled
        event.order.refund.created
        event.order.refund.created.externally
        event.order.refund.done
        event.order.refund.failed
        event.order.refund.requested
        event.orders.waitinglist.added
        event.orders.waitinglist.changed
        event.orders.waitinglist.deleted
        event.orders.waitinglist.voucher_assigned
        event.testmode.activated
        event.testmode.deactivated
        event.voucher.added
        event.voucher.changed
        event.voucher.deleted
        giftcards.created
        giftcards.modified
        giftcards.transaction
        subevent.added
        subevent.canceled
        subevent.changed
        subevent.deleted
        """)

    /// The members that messages have by their schema, and `instance_url`.
    private static let members = [
        "notification_id", "organizer", "event", "code", "action", "attendee_name", "orderposition_id",
        "orderposition_positionid", "checkin_list", "type",
    ]

    static let table = table(removing: [])

    /// The members that go out of an event: no more of a person than w2fm tells, and without certain members.
    static func table(removing absent: [String]) -> EventTable {
        let isOfEvent = { (name: String) in name.hasPrefix("event.") || name.hasPrefix("subevent.") }
        let names = documentedEvents.events.map(\.name)
        return EventTable(
            documentedEvents, checks: [.optional("action", .anything)], removing: [instanceKey] + absent,
            rules: [
                .byNature(
                    names.filter(isOfEvent), reducing: [EventRule.Reduction("", keeping: members)],
                    "That something happened to an order or an event, by its code: w2fm tells as much."),
                .never(names.filter { !isOfEvent($0) }, "Customers' accounts and gift cards."),
            ])
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

extension PagureService {
    /// Pagure's topics.
    static let documentedEvents = DocumentedEvents(
        source:
            "docs.pagure.org, Using web-hooks; Pagure/pagure, pagure/lib/notify.py and pagure/lib/query.py",
        date: "2026-11-30",
        """
        Test.notification
        commit.flag.added
        commit.flag.updated
        git.branch.creation
        git.branch.deletion
        git.receive
        git.tag.creation
        git.tag.deletion
        group.edit
        issue.assigned.added
        issue.assigned.reset
        issue.comment.added
        issue.comment.edited
        issue.dependency.added
        issue.dependency.removed
        issue.drop
        issue.edit
        issue.new
        issue.tag.added
        issue.tag.removed
        project.delete
        project.edit
        project.forked
        project.group.access.updated
        project.group.added
        project.group.removed
        project.new
        project.tag.edited
        project.tag.removed
        project.user.access.updated
        project.user.added
        project.user.removed
        pull-request.assigned.added
        pull-request.assigned.reset
        pull-request.closed
        pull-request.comment.added
        pull-request.comment.edited
        pull-request.flag.added
        pull-request.flag.updated
        pull-request.initial_comment.edited
        pull-request.new
        pull-request.rebased
        pull-request.reopened
        pull-request.tag.added
        pull-request.tag.removed
        pull-request.updated
        """)

    /// The members that remain of a project that a pull request comes from, or that another one is a fork of, if it is
    /// private.
    private static func project(_ object: String) -> EventRule.Reduction {
        EventRule.Reduction(
            object, unless: [.required("private", "false")],
            keeping: ["id", "name", "fullname", "namespace", "url_path", "full_url", "private"])
    }

    static let table = EventTable(
        documentedEvents,
        marks: [.init("private", "true")],
        rules: [
            .proven(
                documentedEvents.events.map(\.name).filter {
                    $0 != "group.edit" && $0 != "Test.notification"
                },
                by: [
                    .any([
                        .required("msg.project.private", .flag(false)),
                        .required("msg.repo.private", .flag(false)),
                        .required("msg.pullrequest.project.private", .flag(false)),
                        .required("msg.issue.project.private", .flag(false)),
                    ]),
                    .optional("msg.issue.private", .flag(false), otherwise: .confidential),
                    .optional("msg.project.private", .flag(false)),
                    .optional("msg.repo.private", .flag(false)),
                    .optional("msg.pullrequest.project.private", .flag(false)),
                    .optional("msg.issue.project.private", .flag(false)),
                ],
                reducing: [project("msg.pullrequest.repo_from"), project("**.parent")],
                "Projects say only in some versions whether they are private."),
            .never(["group.edit", "Test.notification"], as: .unknownVisibility, "They name no project."),
        ])
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

extension StandardWebhooksService {
    /// Whatever follows the specification.
    static let table = EventTable(
        DocumentedEvents(
            source: "standard-webhooks/standard-webhooks, spec/standard-webhooks.md", date: "2026-11-30",
            isOpen: true,
            ""),
        rules: [.proven(["*"], by: [], "Nothing in these webhooks says who sees what.")])
}
