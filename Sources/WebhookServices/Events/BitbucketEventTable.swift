extension BitbucketService {
    /// All events that Bitbucket Cloud and Data Center document, as in topics: dots for colons.
    static let documentedEvents = DocumentedEvents(
        source:
            "support.atlassian.com, Bitbucket Cloud, Event payloads; confluence.atlassian.com, Bitbucket Data "
            + "Center, Event payload",
        date: "2026-11-30",
        """
        diagnostics.ping
        issue.comment_created
        issue.created
        issue.updated
        mirror.repo_synchronized
        pr.comment.added
        pr.comment.deleted
        pr.comment.edited
        pr.declined
        pr.deleted
        pr.from_ref_updated
        pr.merged
        pr.modified
        pr.opened
        pr.reviewer.approved
        pr.reviewer.changes_requested
        pr.reviewer.needs_work
        pr.reviewer.unapproved
        pr.reviewer.updated
        pr.to_ref_updated
        project.modified
        project.updated
        pullrequest.approved
        pullrequest.changes_request_created
        pullrequest.changes_request_removed
        pullrequest.comment_created
        pullrequest.comment_deleted
        pullrequest.comment_reopened
        pullrequest.comment_resolved
        pullrequest.comment_updated
        pullrequest.created
        pullrequest.fulfilled
        pullrequest.rejected
        pullrequest.unapproved
        pullrequest.updated
        repo.comment.added
        repo.comment.deleted
        repo.comment.edited
        repo.commit_comment_created
        repo.commit_status_created
        repo.commit_status_updated
        repo.created
        repo.deleted
        repo.fork
        repo.forked
        repo.imported
        repo.modified
        repo.push
        repo.refs_changed
        repo.secret_detected
        repo.transfer
        repo.updated
        """)

    /// Cloud says whether a repository is private. Data Center says whether it or its whole project is public.
    private static func proof(
        _ isPrivate: StaticString, _ isPublic: StaticString, _ isProjectPublic: StaticString
    ) -> [VisibilityCheck] {
        [
            // The header that names the event is not signed.
            .absent("secretLocations", otherwise: .securityAlert),
            .any([
                .required(isPrivate, .flag(false)), .required(isProjectPublic, .flag(true)),
                .required(isPublic, .flag(true)),
            ]),
            .optional(isPrivate, .flag(false)),
        ]
    }

    private static let repository = proof(
        "repository.is_private", "repository.public", "repository.project.public")

    private static let target: [VisibilityCheck] = proof(
        "pullRequest.toRef.repository.is_private", "pullRequest.toRef.repository.public",
        "pullRequest.toRef.repository.project.public")

    private static let destination: VisibilityCheck = .optional(
        "pullrequest.destination.repository.is_private", .flag(false))

    /// The members that remain of the repository that a pull request comes from. Cloud says only of some whether they
    /// are private, and tells little more.
    private static let sources = [cloud("pullrequest.source.repository"), dataCenter("pullRequest.fromRef.repository")]

    private static func cloud(_ object: String) -> EventRule.Reduction {
        EventRule.Reduction(
            object, unless: [.required("is_private", "false")],
            keeping: ["type", "uuid", "name", "full_name", "is_private", "links.html.href"])
    }

    private static func dataCenter(_ object: String) -> EventRule.Reduction {
        EventRule.Reduction(
            object, unless: [.required("public", "true")], [.required("project.public", "true")],
            keeping: ["id", "slug", "name", "project.key", "public"])
    }

    static let table = EventTable(
        documentedEvents,
        // What a repository is a fork of, in Data Center and in Cloud.
        reducing: [dataCenter("**.origin"), cloud("**.repository.parent"), cloud("**.fork.parent")],
        marks: [.init("is_private", "true")], commits: ["target"],
        rules: [
            .proven(
                [
                    "repo.push", "repo.updated", "repo.transfer", "repo.deleted", "repo.imported",
                    "repo.created",
                    "repo.commit_comment_created", "repo.commit_status_created", "repo.commit_status_updated",
                    "issue.created", "issue.updated", "issue.comment_created", "repo.refs_changed",
                    "repo.comment.added", "repo.comment.edited", "repo.comment.deleted",
                    "mirror.repo_synchronized",
                ],
                by: repository,
                "A repository says whether it is private, or its project whether it is public."),
            .proven(
                ["repo.fork"],
                by: repository + [
                    .any([
                        .required("fork.is_private", .flag(false)), .required("fork.project.public", .flag(true)),
                        .required("fork.public", .flag(true)),
                    ]), .optional("fork.is_private", .flag(false)),
                ],
                "Both repositories have to be public."),
            .proven(
                ["repo.forked"],
                by: repository + [
                    .any([
                        .absent("fork"), .required("fork.is_private", .flag(false)),
                        .required("fork.project.public", .flag(true)), .required("fork.public", .flag(true)),
                    ])
                ],
                "It is about the fork; what that is one of may be private."),
            .proven(
                [
                    "pullrequest.created", "pullrequest.updated", "pullrequest.approved",
                    "pullrequest.unapproved",
                    "pullrequest.fulfilled", "pullrequest.rejected", "pullrequest.changes_request_created",
                    "pullrequest.changes_request_removed", "pullrequest.comment_created",
                    "pullrequest.comment_updated", "pullrequest.comment_deleted",
                    "pullrequest.comment_resolved",
                    "pullrequest.comment_reopened",
                ],
                by: repository + [destination], reducing: sources,
                "The repository that it goes to decides; the one that it comes from may be private."),
            .proven(
                [
                    "pr.opened", "pr.from_ref_updated", "pr.to_ref_updated", "pr.modified", "pr.merged",
                    "pr.declined",
                    "pr.deleted", "pr.reviewer.approved", "pr.reviewer.unapproved", "pr.reviewer.needs_work",
                    "pr.reviewer.changes_requested", "pr.reviewer.updated", "pr.comment.added",
                    "pr.comment.edited",
                    "pr.comment.deleted",
                ],
                by: target, reducing: sources,
                "The repository that it goes to decides; the one that it comes from may be private."),
            .proven(
                ["repo.modified"],
                by: proof("old.is_private", "old.public", "old.project.public")
                    + proof("new.is_private", "new.public", "new.project.public"),
                "It has to be public before and after."),
            .proven(
                ["project.modified"],
                by: [.required("old.public", .flag(true)), .required("new.public", .flag(true))],
                "It has to be public before and after."),
            .never(
                ["project.updated"], as: .unknownVisibility, "Projects of Cloud do not say who sees them."),
            .never(["diagnostics.ping"], as: .unknownVisibility, "A test, which names no repository."),
            .never(["repo.secret_detected"], as: .securityAlert, "Where a secret was found."),
        ])
}
