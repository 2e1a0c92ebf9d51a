extension GitHubService {
    /// Every repository says whether it is private, and since 2020 in a word, too.
    private static func repository(_ more: VisibilityCheck...) -> [VisibilityCheck] {
        var checks: [VisibilityCheck] = [
            .required("repository.private", .flag(false)),
            .optional("repository.visibility", .words(["public"])),
        ]
        checks += more
        return checks
    }

    /// A repository that is another one than the event's.
    private static func isPublic(_ flag: StaticString, _ word: StaticString) -> VisibilityCheck {
        .all([.required(flag, .flag(false)), .optional(word, .words(["public"]))])
    }

    /// The object of one, if it is there.
    private static func other(
        _ object: StaticString, _ flag: StaticString, _ word: StaticString
    ) -> VisibilityCheck {
        .all([.within(object, flag, .flag(false)), .optional(word, .words(["public"]))])
    }

    /// The members that remain of a fork, or of its parent, that not everybody may see: what its pull request shows
    /// anyway.
    private static func fork(_ object: String) -> EventRule.Reduction {
        EventRule.Reduction(
            object, unless: [.required("private", "false"), .optional("visibility", "\"public\"")],
            keeping: ["id", "name", "full_name", "html_url", "private", "owner.login", "owner.username"])
    }

    /// The members that remain of a team that has to review something: teams are for the members of their organization.
    /// Accounts have a login.
    private static func team(_ object: String) -> EventRule.Reduction {
        EventRule.Reduction(
            object, unless: [.required("login", nil)], keeping: ["id", "node_id", "type"], isBlanking: true)
    }

    /// Members of an issue that name the repository of its parent, which may be any.
    private static let parent = ["issue.parent_issue_url"]

    /// Teams are for the members of their organization.
    private static let teams = ["requested_team"]

    /// Values of fields that an organization's issues have, some of them for its members only.
    private static let fields = "**.issue_field_values"

    /// The events that may go out, the proof that each needs, and the members that are cut.
    static let table = EventTable(
        documentedEvents, action: "action",
        blanking: [
            "**.temp_clone_token", "**.template_repository", "**.requested_teams", "**.deployment.payload",
            "**.deployment_status.payload", "**.workflow_run.inputs", fields,
        ],
        reducing: [
            team("**.requested_reviewers.*"), team("**.reviewers.*.reviewer"), team("**.requested_reviewer"),
            fork("**.repository.parent"), fork("**.repository.source"), fork("**.repo.parent"), fork("**.repo.source"),
            fork("**.forkee.parent"), fork("**.forkee.source"), fork("**.head_repository.parent"),
            fork("**.head_repository.source"),
            // Of checks and runs, which tell no more of a fork than this.
            EventRule.Reduction("**.pull_requests.*.head.repo", keeping: ["id", "name", "url"]),
        ],
        marks: [.init("private", "true"), .init("privacy", "\"secret\"", "\"closed\"")],
        rules: [code, issues, runs, others, withheld].flatMap { $0 })

    /// The events of a repository.
    private static let code: [EventRule] = [
        .proven(
            [
                "commit_comment", "create", "delete", "discussion_comment", "gollum",
                "label", "merge_group", "milestone", "page_build", "public", "repository", "repository_import",
                "star", "status", "watch",
            ],
            by: repository(), "What is in a repository, its wiki and its discussions, can be seen by whoever sees it."
        ),
        .proven(
            ["push"], by: repository(), blanking: ["pusher.email"],
            "Commits are in the repository; the address of whoever pushed them is not."),
        .proven(
            ["pull_request"],
            by: repository(
                other("pull_request.base.repo", "pull_request.base.repo.private", "pull_request.base.repo.visibility")),
            reducing: [fork("pull_request.head.repo")], blanking: teams,
            "The repository that it goes to decides; a fork may be private, and teams are their organization's."),
        .proven(
            ["pull_request_review", "pull_request_review_comment", "pull_request_review_thread"],
            by: repository(
                other("pull_request.base.repo", "pull_request.base.repo.private", "pull_request.base.repo.visibility")),
            reducing: [fork("pull_request.head.repo")], blanking: teams,
            "As the pull request."),
        .proven(
            ["fork"], by: repository(isPublic("forkee.private", "forkee.visibility")),
            "It is about the fork, which may be private."),
        .proven(
            ["release"], by: repository(.required("release.draft", .flag(false), otherwise: .confidential)),
            "Drafts of releases are for those who write them."),
    ]

    /// Issues and discussions, which may name other repositories.
    private static let issues: [EventRule] = [
        .proven(
            ["issues"],
            by: repository(
                other("issue.repository", "issue.repository.private", "issue.repository.visibility"),
                other("changes.new_repository", "changes.new_repository.private", "changes.new_repository.visibility"),
                other("changes.new_issue", "changes.new_repository.private", "changes.new_repository.visibility"),
                other("changes.old_repository", "changes.old_repository.private", "changes.old_repository.visibility"),
                other("changes.old_issue", "changes.old_repository.private", "changes.old_repository.visibility")),
            blanking: parent, "An issue that was transferred names the other repository, and so may its parent's."),
        .proven(
            ["issues"], actions: ["transferred"],
            by: repository(isPublic("changes.new_repository.private", "changes.new_repository.visibility")),
            blanking: parent, "It names the repository that the issue went to."),
        .never(
            ["issues"], actions: ["field_added", "field_removed"],
            "Fields of an organization's issues may be for its members only."),
        .proven(
            ["issue_comment"],
            by: repository(other("issue.repository", "issue.repository.private", "issue.repository.visibility")),
            blanking: parent, "Comments are where their issue is."),
        .proven(
            ["discussion"],
            by: repository(
                other("changes.new_repository", "changes.new_repository.private", "changes.new_repository.visibility"),
                other("changes.new_discussion", "changes.new_repository.private", "changes.new_repository.visibility")),
            "A discussion that was transferred names the other repository."),
        .proven(
            ["discussion"], actions: ["transferred"],
            by: repository(isPublic("changes.new_repository.private", "changes.new_repository.visibility")),
            "It names the repository that the discussion went to."),
        .proven(
            ["sub_issues"], actions: ["sub_issue_added", "sub_issue_removed"],
            by: repository(
                other("parent_issue_repo", "parent_issue_repo.private", "parent_issue_repo.visibility"),
                isPublic("sub_issue_repo.private", "sub_issue_repo.visibility")),
            blanking: ["parent_issue.parent_issue_url", "sub_issue.parent_issue_url"],
            "The issue below may be in another repository."),
        .proven(
            ["sub_issues"], actions: ["parent_issue_added", "parent_issue_removed"],
            by: repository(
                other("sub_issue_repo", "sub_issue_repo.private", "sub_issue_repo.visibility"),
                isPublic("parent_issue_repo.private", "parent_issue_repo.visibility")),
            blanking: ["parent_issue.parent_issue_url", "sub_issue.parent_issue_url"],
            "The issue above may be in another repository."),
        .proven(
            ["issue_dependencies"], actions: ["blocked_by_added", "blocked_by_removed"],
            by: repository(
                other("blocked_issue_repo", "blocked_issue_repo.private", "blocked_issue_repo.visibility"),
                isPublic("blocking_issue_repo.private", "blocking_issue_repo.visibility")),
            blanking: dependencyParents, "The issue that blocks may be in another repository."),
        .proven(
            ["issue_dependencies"], actions: ["blocking_added", "blocking_removed"],
            by: repository(
                other("blocking_issue_repo", "blocking_issue_repo.private", "blocking_issue_repo.visibility"),
                isPublic("blocked_issue_repo.private", "blocked_issue_repo.visibility")),
            blanking: dependencyParents, "The issue that is blocked may be in another repository."),
        .proven(
            ["sub_issues"],
            by: repository(
                .first([
                    ("sub_issue_repo", "sub_issue_repo.private", .flag(false)),
                    ("parent_issue_repo", "parent_issue_repo.private", .flag(false)),
                ]), other("sub_issue_repo", "sub_issue_repo.private", "sub_issue_repo.visibility"),
                other("parent_issue_repo", "parent_issue_repo.private", "parent_issue_repo.visibility")),
            blanking: ["parent_issue.parent_issue_url", "sub_issue.parent_issue_url"],
            "Either issue may be in another repository."),
        .proven(
            ["issue_dependencies"],
            by: repository(
                .first([
                    ("blocking_issue_repo", "blocking_issue_repo.private", .flag(false)),
                    ("blocked_issue_repo", "blocked_issue_repo.private", .flag(false)),
                ]), other("blocking_issue_repo", "blocking_issue_repo.private", "blocking_issue_repo.visibility"),
                other("blocked_issue_repo", "blocked_issue_repo.private", "blocked_issue_repo.visibility")),
            blanking: dependencyParents, "Either issue may be in another repository."),
        .proven(
            ["issue_relates_to"],
            by: repository(
                other("issue.repository", "issue.repository.private", "issue.repository.visibility"),
                isPublic("related_issue.repository.private", "related_issue.repository.visibility")),
            blanking: ["issue.parent_issue_url", "related_issue.parent_issue_url"],
            "The related issue may be in another repository, which rarely says whether it is public."),
    ]

    /// Checks, workflows and deployments, which may be given what is not for everybody.
    private static let runs: [EventRule] = [
        .proven(
            ["check_run"],
            by: repository(
                other(
                    "check_run.check_suite.repository", "check_run.check_suite.repository.private",
                    "check_run.check_suite.repository.visibility")),
            blanking: ["check_run.deployment.payload"],
            "Checks are beside their commits; what a deployment was given is not for everybody."),
        .proven(["check_suite"], by: repository(), "Checks are beside their commits."),
        .proven(
            ["workflow_run"],
            by: repository(
                other(
                    "workflow_run.repository", "workflow_run.repository.private", "workflow_run.repository.visibility")),
            reducing: [fork("workflow_run.head_repository")],
            "Runs of public repositories are public; the fork that one is for may not be."),
        .proven(
            ["workflow_job"], by: repository(), blanking: ["deployment.payload"],
            "Jobs of public repositories are public; what a deployment was given is not for everybody."),
        .proven(
            ["workflow_dispatch"], by: repository(), blanking: ["inputs"],
            "Whoever starts a workflow may give it what is not for everybody."),
        .proven(
            ["repository_dispatch"], by: repository(), blanking: ["client_payload"],
            "The payload is an application's own."),
        .proven(
            ["deployment", "deployment_status", "deployment_review", "deployment_protection_rule"],
            by: repository(
                other(
                    "workflow_run.repository", "workflow_run.repository.private", "workflow_run.repository.visibility")),
            reducing: [fork("workflow_run.head_repository")],
            blanking: [
                "deployment.payload", "workflow_run.payload", "check_run.deployment.payload",
                "pull_requests.*.head.repo", "deployment_callback_url",
            ],
            "Deployments of public repositories are public; what they were given is not for everybody."),
    ]

    /// The objects with a visibility or a configuration of their own.
    private static let others: [EventRule] = [
        .proven(
            ["package", "registry_package"],
            by: repository(
                .optional("package.visibility", .words(["public"])),
                .optional("registry_package.visibility", .words(["public"])),
                other("package.repository", "package.repository.private", "package.repository.visibility"),
                other(
                    "registry_package.repository", "registry_package.repository.private",
                    "registry_package.repository.visibility")),
            "A package is for whoever sees its repository; without one nobody knows."),
        .proven(
            ["project", "project_card", "project_column"], by: repository(),
            "A repository's own project, of the kind of old; an organization's has no repository."),
        .proven(
            ["projects_v2", "projects_v2_item", "projects_v2_status_update"],
            by: [
                .required("projects_v2.public", .flag(true)),
                other("repository", "repository.private", "repository.visibility"),
            ],
            "Projects belong to organizations and say whether they are public; their items do not, and are withheld."
        ),
        .proven(
            ["repository_advisory"],
            by: repository(
                .required("repository_advisory.state", .words(["published"]), otherwise: .draftAdvisory)),
            blanking: [
                "repository_advisory.submission", "repository_advisory.private_fork",
                "repository_advisory.collaborating_users", "repository_advisory.collaborating_teams",
            ],
            "A published advisory; who worked on it in private is not for everybody."),
        .byNature(
            ["security_advisory"],
            unless: [
                .required("security_advisory.published_at", .text, otherwise: .draftAdvisory),
                .optional("security_advisory.state", .words(["published"]), otherwise: .draftAdvisory),
                other("repository", "repository.private", "repository.visibility"),
            ],
            "The advisory database is public, once an advisory is published."),
        .byNature(
            ["sponsorship"],
            unless: [
                .required("sponsorship.privacy_level", .words(["public"]), otherwise: .confidential),
                other("repository", "repository.private", "repository.visibility"),
            ],
            blanking: ["changes.privacy_level"],
            "Sponsors say whether everybody may see them."),
        .proven(
            ["ping", "meta"], by: repository(), blanking: ["hook.config"],
            "The configuration of a webhook has the address of the token here."),
    ]

    /// The events that are not for everybody, whatever the repository says.
    private static let withheld: [EventRule] = [
        .never(
            ["secret_scanning_alert", "secret_scanning_alert_location", "secret_scanning_scan"], as: .securityAlert,
            "Secrets that were found."),
        .never(
            ["code_scanning_alert", "dependabot_alert", "repository_vulnerability_alert"], as: .securityAlert,
            "Weaknesses that are not mended yet."),
        .never(
            [
                "bypass_request_secret_scanning", "dismissal_request_code_scanning", "dismissal_request_dependabot",
                "dismissal_request_secret_scanning", "exemption_request_secret_scanning",
            ], as: .securityAlert,
            "Alerts that somebody wants to have dismissed, or pushed past."),
        .never(
            [
                "bypass_request_push_ruleset", "dismissal_request_license_compliance",
                "exemption_request_push_ruleset",
            ],
            "Requests to administrators."),
        .never(
            ["member", "membership", "organization", "org_block", "team", "team_add"],
            "Who belongs to what, invitations with addresses, and teams are for the members."),
        .never(
            [
                "branch_protection_configuration", "branch_protection_rule", "deploy_key", "repository_ruleset",
                "security_and_analysis",
            ],
            "Settings are for administrators."),
        .never(
            [
                "custom_property", "custom_property_values", "organization_custom_property",
                "organization_custom_property_values",
            ],
            "Settings of an organization."),
        .never(
            [
                "github_app_authorization", "installation", "installation_repositories", "installation_target",
                "personal_access_token_request",
            ],
            "Who uses which application or token, and for which repositories, private ones among them."),
        .never(["marketplace_purchase"], "Who pays, with the address for invoices."),
    ]

    private static let dependencyParents = ["blocked_issue.parent_issue_url", "blocking_issue.parent_issue_url"]
}
