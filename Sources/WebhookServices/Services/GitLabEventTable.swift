extension GitLabService {
    /// All events that GitLab documents, by their part of the topic, and what happened: the action, or for hooks of
    /// members, projects, subgroups and the whole instance the payload's `event_name` or `object_kind`.
    static let documentedEvents = DocumentedEvents(
        source: "gitlabhq/gitlabhq 017a6c12 (after GitLab 18.2), doc/user/project/integrations/webhook_events.md and "
            + "doc/administration/system_hooks.md; build is job before GitLab 9.3",
        date: "2026-11-30",
        """
        build
        confidential_issue open close reopen update
        confidential_note create update
        deployment
        emoji award revoke
        feature_flag
        issue open close reopen update
        job
        member user_add_to_group user_update_for_group user_remove_from_group user_access_request_to_group \
        user_access_request_denied_for_group user_access_request_revoked_for_group
        merge_request open close reopen update approved unapproved approval unapproval merge
        milestone create close reopen delete
        note create update
        pipeline
        project project_create project_destroy
        push
        release create update delete
        resource_access_token
        subgroup subgroup_create subgroup_destroy
        system group_create group_destroy group_rename gitlab_subscription_member_approval \
        gitlab_subscription_member_approvals key_create key_destroy merge_request project_create project_destroy \
        project_rename project_transfer project_update push repository_update tag_push \
        user_access_request_revoked_for_group user_access_request_revoked_for_project user_access_request_to_group \
        user_access_request_to_project user_add_to_group user_add_to_team user_create user_destroy user_failed_login \
        user_remove_from_group user_remove_from_team user_rename user_update_for_group user_update_for_team
        tag_push
        vulnerability
        wiki_page create update delete
        """)
}

extension GitLabService {
    private static let everybody = VisibilityCheck.PublicValue.level(20)

    /// Projects have a level: 0 for their members, 10 for whoever is logged in, 20 for everybody. Hooks of jobs had it in
    /// `repository`. Custom templates may name neither.
    ///
    /// - Parameter kinds: The kinds of object that events of the header have: the header is not signed.
    private static func project(
        _ kinds: String..., and more: [VisibilityCheck]...
    ) -> [VisibilityCheck] {
        let checks: [VisibilityCheck] = [
            .first([
                ("project", "project.visibility_level", everybody),
                ("repository", "repository.visibility_level", everybody),
            ]),
            .optional("repository.visibility_level", everybody),
            // One of them is there, and neither says otherwise.
            .any([
                .required("object_kind", .words(kinds), otherwise: .unknownVisibility),
                .required("event_name", .words(kinds), otherwise: .unknownVisibility),
            ]),
            .optional("object_kind", .words(kinds), otherwise: .unknownVisibility),
            .optional("event_name", .words(kinds), otherwise: .unknownVisibility),
        ]
        return checks + more.joined()
    }

    /// The marks of a confidential object, wherever it is in the payload.
    private static let marks: [VisibilityCheck] = [
        .optional("event_type", .noWord(prefix: "confidential"), otherwise: .confidential),
        .optional("object_attributes.confidential", .flag(false), otherwise: .confidential),
        .optional("object_attributes.internal", .flag(false), otherwise: .confidential),
        .optional("issue.confidential", .flag(false), otherwise: .confidential),
        .optional("work_item.confidential", .flag(false), otherwise: .confidential),
        .optional("epic.confidential", .flag(false), otherwise: .confidential),
        .optional("note.confidential", .flag(false), otherwise: .confidential),
        .optional("note.internal", .flag(false), otherwise: .confidential),
        .within("snippet", "snippet.visibility_level", everybody),
        .within("project_snippet", "project_snippet.visibility_level", everybody),
    ]

    /// An issue or another work item, which says whether it is confidential.
    private static let workItem: VisibilityCheck = .any([
        .required("issue.confidential", .flag(false), otherwise: .confidential),
        .required("work_item.confidential", .flag(false), otherwise: .confidential),
    ])

    /// The object of a comment or reaction, which has to be there, and to say who may see it, where its kind does.
    private static func target(_ path: StaticString) -> [VisibilityCheck] {
        [
            .when(path, is: "Issue", workItem),
            .when(path, is: "WorkItem", workItem),
            .when(
                path, is: "Snippet",
                .any([
                    .required("snippet.visibility_level", everybody),
                    .required("project_snippet.visibility_level", everybody),
                ])),
            .when(path, is: "MergeRequest", .required("merge_request", .object)),
            .when(path, is: "Commit", .required("commit", .object)),
            .within("merge_request.target", "merge_request.target.visibility_level", everybody),
        ]
    }

    /// The members that remain of the project that a merge request comes from, if not everybody may see it.
    private static func source(_ object: String) -> EventRule.Reduction {
        EventRule.Reduction(
            object, unless: [.required("visibility_level", "20")],
            keeping: ["id", "name", "namespace", "path_with_namespace", "web_url", "visibility_level"])
    }

    /// Hooks of a group or of the whole instance about projects have words.
    private static let projectInWords: [VisibilityCheck] = [
        .required("project_visibility", .words(["public", "visibilitylevel|public"]))
    ]

    private static let mergeRequest: [VisibilityCheck] = project(
        "merge_request", and: marks,
        [.within("object_attributes.target", "object_attributes.target.visibility_level", everybody)])

    /// The objects that people comment on. Designs are of an issue, and no payload says whether that is confidential.
    private static let notables = ["Commit", "Issue", "MergeRequest", "Snippet", "WorkItem"]

    /// The members that remain of variables and inputs, which may hold what is not for everybody: their names.
    private static let values = [
        EventRule.Reduction("**.variables", keeping: ["*.key"], isBlanking: true),
        EventRule.Reduction("**.trigger_variables", keeping: ["*.key"], isBlanking: true),
        EventRule.Reduction("**.yaml_variables", keeping: ["*.key"], isBlanking: true),
        EventRule.Reduction("**.inputs", keeping: ["*.name", "*.key"], isBlanking: true),
    ]

    /// The events that may go out, the proof that each needs, and the members that are cut.
    static let table = EventTable(
        documentedEvents,
        blanking: [
            "user_email", "user.email", "owner_email", "owners.*.email", "assignee.email", "assignees.*.email",
            "reviewers.*.email", "builds.*.user.email", "object_attributes.assignee.email",
            "merge_request.assignee.email", "**.runner.token",
        ],
        reducing: values,
        marks: [
            .init("visibility_level", "0", "10"), .init("confidential", "true"), .init("internal", "true"),
        ],
        rules: [projects, instance, withheld].flatMap { $0 })

    /// The events of projects.
    private static let projects: [EventRule] = [
        .proven(["push"], by: project("push"), "Commits are for whoever sees the project."),
        .proven(["tag_push"], by: project("tag_push"), "Tags are for whoever sees the project."),
        .proven(
            ["issue"], by: project("issue", "work_item", and: marks),
            "Issues and other work items of a project may be confidential; those of a group have no level."),
        .proven(
            ["note"],
            by: project(
                "note",
                and: [.required("object_attributes.noteable_type", .words(notables), otherwise: .unknownVisibility)],
                marks,
                target("object_attributes.noteable_type")),
            reducing: [source("merge_request.source")],
            "Comments are for whoever sees what they are on, which has to be there and to say who that is."),
        .proven(
            ["emoji"],
            by: project(
                "emoji",
                and: [
                    .required(
                        "object_attributes.awardable_type", .words(["Note"] + notables), otherwise: .unknownVisibility),
                    .when(
                        "object_attributes.awardable_type", is: "Note",
                        .required("note.noteable_type", .words(notables), otherwise: .unknownVisibility)),
                    .optional("note.noteable_type", .words(notables), otherwise: .unknownVisibility),
                ], marks, target("object_attributes.awardable_type"), target("note.noteable_type")),
            reducing: [source("merge_request.source")],
            "Reactions are for whoever sees what they are on, which has to be there and to say who that is."),
        .proven(
            ["merge_request"], by: mergeRequest,
            reducing: [source("object_attributes.source")],
            "The project that it goes to decides; the one that it comes from may be private."),
        .proven(["wiki_page"], by: project("wiki_page"), "A project's wiki."),
        .proven(
            ["pipeline"], by: project("pipeline"),
            blanking: ["source_pipeline.project"],
            "The pipeline that began it may be in another project."),
        .proven(
            ["job", "build"], by: project("build"), blanking: ["source_pipeline.project"],
            "The pipeline that began it may be in another project."),
        .proven(["deployment"], by: project("deployment"), "Deployments of a project."),
        .proven(["feature_flag"], by: project("feature_flag"), "Feature flags of a project."),
        .proven(["release"], by: project("release"), "Releases of a project."),
        .proven(["milestone"], by: project("milestone"), "Milestones of a project; those of a group have no level."),
        .proven(
            ["project"], actions: ["project_create", "project_destroy"],
            by: projectInWords + [.optional("event_name", .anything)],
            "Projects of a group, which say in a word who sees them."),
    ]

    /// The events of a whole instance, if it is of a project.
    private static let instance: [EventRule] = [
        .proven(
            ["system"],
            actions: [
                "project_create", "project_destroy", "project_rename", "project_transfer", "project_update",
            ],
            by: projectInWords + [.optional("event_name", .anything)],
            "Projects of an instance, which say in a word who sees them."),
        .proven(
            ["system"], actions: ["push"], by: project("push"),
            "As the hooks of a project."),
        .proven(["system"], actions: ["tag_push"], by: project("tag_push"), "As the hooks of a project."),
        .proven(
            ["system"], actions: ["repository_update"], by: project("repository_update"),
            "Which branches changed."),
        .proven(
            ["system"], actions: ["merge_request"], by: mergeRequest,
            reducing: [source("object_attributes.source")],
            "As the hooks of a project."),
    ]

    /// The events that are not for everybody, whatever the project says.
    private static let withheld: [EventRule] = [
        .never(
            ["system"],
            actions: [
                "user_access_request_revoked_for_group", "user_access_request_revoked_for_project",
                "user_access_request_to_group", "user_access_request_to_project", "user_add_to_group",
                "user_add_to_team", "user_create", "user_destroy", "user_failed_login", "user_remove_from_group",
                "user_remove_from_team", "user_rename", "user_update_for_group", "user_update_for_team",
            ],
            "People and their memberships, with addresses, whoever sees the project."),
        .never(["system"], actions: ["key_create", "key_destroy"], "People's keys."),
        .never(
            ["system"], actions: ["group_create", "group_destroy", "group_rename"],
            "Groups, which do not say who sees them."),
        .never(
            ["system"],
            actions: ["gitlab_subscription_member_approval", "gitlab_subscription_member_approvals"],
            "Who is to be paid for."),
        .never(
            ["confidential_issue", "confidential_note"], "Issues and comments that are confidential."),
        .never(["member"], "Members of a group, with addresses."),
        .never(["subgroup"], "Groups, which do not say who sees them."),
        .never(["resource_access_token"], "Access tokens that expire."),
        .never(["vulnerability"], as: .securityAlert, "Weaknesses that are not mended yet."),
    ]
}
