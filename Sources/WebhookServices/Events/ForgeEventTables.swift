// Forgejo, Gitea and what they have in common.
extension GiteaFamily {
    /// The proof that everybody sees a repository: it is not private, and neither is whoever owns it.
    private static func repository(_ place: RepositoryPlace) -> [VisibilityCheck] {
        [
            .within(place.object, place.isPrivate, .flag(false)),
            .optional(place.isInternal, .flag(false)),
            .optional(place.owner, .words(["public"])),
        ]
    }

    /// The paths of a repository and of what says who sees it.
    private struct RepositoryPlace {
        var object: StaticString
        var isPrivate: StaticString
        var isInternal: StaticString
        var owner: StaticString
    }

    private static let organization: VisibilityCheck = .optional(
        "organization.visibility", .words(["public"]))

    /// The repository that an event is of, and those into which pull requests go and from which forks come.
    private static let named: [VisibilityCheck] =
        [.required("repository.private", .flag(false)), organization]
        + repository(
            RepositoryPlace(
                object: "repository", isPrivate: "repository.private", isInternal: "repository.internal",
                owner: "repository.owner.visibility"))
        + repository(
            RepositoryPlace(
                object: "pull_request.base.repo", isPrivate: "pull_request.base.repo.private",
                isInternal: "pull_request.base.repo.internal",
                owner: "pull_request.base.repo.owner.visibility"))

    private static let forked = repository(
        RepositoryPlace(
            object: "forkee", isPrivate: "forkee.private", isInternal: "forkee.internal",
            owner: "forkee.owner.visibility"))

    private static func run(_ place: RepositoryPlace, in run: StaticString) -> [VisibilityCheck] {
        [.within(run, place.isPrivate, .flag(false))] + repository(place)
    }

    /// The run that an event is of, and the one before it.
    private static let runs: [VisibilityCheck] =
        [.required("run.repository.private", .flag(false)), organization]
        + run(
            RepositoryPlace(
                object: "run.repository", isPrivate: "run.repository.private",
                isInternal: "run.repository.internal", owner: "run.repository.owner.visibility"),
            in: "run")
        + run(
            RepositoryPlace(
                object: "last_run.repository", isPrivate: "last_run.repository.private",
                isInternal: "last_run.repository.internal", owner: "last_run.repository.owner.visibility"),
            in: "last_run")
        // Wherever else such an event has one.
        + repository(
            RepositoryPlace(
                object: "repository", isPrivate: "repository.private", isInternal: "repository.internal",
                owner: "repository.owner.visibility"))

    private static let workflowRun = repository(
        RepositoryPlace(
            object: "workflow_run.repository", isPrivate: "workflow_run.repository.private",
            isInternal: "workflow_run.repository.internal", owner: "workflow_run.repository.owner.visibility"))

    /// The members that remain of the repository that a pull request or a run comes from, or that another one is a fork
    /// of, if it is private. How visible its owner is does not matter: the event is of another one.
    private static func reduced(_ object: String) -> EventRule.Reduction {
        EventRule.Reduction(
            object, unless: [.required("private", "false"), .optional("internal", "false")],
            keeping: ["id", "name", "full_name", "html_url", "private", "owner.login", "owner.username"])
    }

    private static let head = reduced("pull_request.head.repo")

    /// The members that remain of a team that has to review something: teams are for the members of their organization.
    private static let teams = EventRule.Reduction(
        "**.requested_reviewers_teams.*", keeping: ["id"], isBlanking: true)

    /// The table of one of the two.
    static func table(_ documented: DocumentedEvents) -> EventTable {
        let names = Set(documented.events.map(\.name))
        func those(_ events: [String]) -> [String] { events.filter(names.contains) }
        return EventTable(
            documented, checks: [.optional("action", .anything)],
            // Gitea before 1.14 has the secret itself in the payload.
            removing: ["secret"], reducing: [reduced("**.parent"), teams],
            documents: ["run.event_payload", "last_run.event_payload"],
            marks: [.init("private", "true"), .init("internal", "true")],
            rules: [
                .proven(
                    those([
                        "push", "create", "delete", "issues", "wiki", "repository", "status", "workflow_job",
                    ]),
                    by: named,
                    "A repository says whether it is private, and its owner whether few can see them."),
                .proven(
                    those(["workflow_run"]), by: named + workflowRun,
                    reducing: [head, reduced("workflow_run.head_repository")],
                    "Runs are for whoever sees the repository; the one that a run is for may be private."),
                .proven(
                    those([
                        "pull_request", "pull_request_approved", "pull_request_rejected",
                        "pull_request_comment",
                        "pull_request_review", "issue_comment",
                    ]),
                    by: named, reducing: [head],
                    "The repository that it goes to decides; the one that it comes from may be private."),
                .proven(["fork"], by: named + forked, "Both repositories have to be public."),
                .proven(
                    ["release"],
                    by: named + [.optional("release.draft", .flag(false), otherwise: .confidential)],
                    "Drafts are for members."),
                .proven(
                    ["package"],
                    by: [
                        .required("package.owner.visibility", .words(["public"])), organization,
                        .within("package.repository", "package.repository.private", .flag(false)),
                        .optional("package.repository.internal", .flag(false)),
                        .optional("package.repository.owner.visibility", .words(["public"])),
                        .within("repository", "repository.private", .flag(false)),
                    ],
                    "Packages are for whoever sees their owner."),
                .proven(
                    those(["action_run_success", "action_run_failure", "action_run_recover", "action_run_cancelled"]),
                    by: runs, reducing: [head],
                    blanking: ["run.event_payload.inputs", "last_run.event_payload.inputs"],
                    "Runs are for whoever sees the repository. The event that began one is in a string, and cut as it is."
                ),
            ])
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

extension GiteaService {
    /// All events that Gitea documents.
    static let documentedEvents = DocumentedEvents(
        source: "go-gitea/gitea, modules/webhook/type.go and modules/structs/hook.go",
        date: "2026-11-30",
        GiteaFamily.events + """

            pull_request_review reviewed
            workflow_run requested in_progress completed
            """)

    static let table = GiteaFamily.table(documentedEvents)
}

extension GiteaFamily {
    /// The events that both have.
    static let events = """
        create
        delete
        fork
        issue_comment created edited deleted
        issues opened closed reopened edited deleted assigned unassigned label_updated label_cleared milestoned \
        demilestoned
        package created deleted
        pull_request opened closed reopened edited assigned unassigned label_updated label_cleared synchronized \
        milestoned demilestoned review_requested review_request_removed
        pull_request_approved reviewed
        pull_request_comment reviewed
        pull_request_rejected reviewed
        push
        release published updated deleted
        repository created deleted
        status
        wiki created edited deleted
        workflow_job queued waiting in_progress completed
        """
}
