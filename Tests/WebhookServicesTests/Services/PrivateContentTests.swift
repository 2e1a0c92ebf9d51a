import Testing
import WebhookServices

/// What of each service's payloads does not go to the bus by itself.
@Suite struct PrivateContentTests {
    func content(_ service: any WebhookService, _ headers: HeaderList, _ body: String) throws -> PrivateContent? {
        try service.event(of: request(headers, body)).privateContent
    }

    static let githubCases: [(String, String, PrivateContent?)] = [
        ("push", #"{"repository":{"private":false}}"#, nil),
        ("push", #"{"repository":{"private":true}}"#, .privateRepository),
        ("push", #"{"repository":{"private":false},"repository":{"private":true}}"#, .privateRepository),
        ("push", #"{"repository":{"full_name":"a/b"}}"#, .unknownVisibility),
        ("push", #"{"repository":{"private":null}}"#, .unknownVisibility),
        ("push", #"{"repository":{"private":"false"}}"#, .unknownVisibility),
        ("push", #"{"repository":null}"#, .unknownVisibility),
        ("push", #"{"repository":{"private":0}}"#, .unknownVisibility),
        ("push", #"{"repository":[{"private":false}]}"#, .unknownVisibility),
        ("push", #"{"repository":{"private":false},"repository":null}"#, .unknownVisibility),
        ("push", #"{"repository":{"private":false,"visibility":"internal"}}"#, .privateRepository),
        ("push", "{}", .unknownVisibility),
        ("invented", #"{"repository":{"private":false}}"#, .unknownVisibility),
        ("PUSH", #"{"repository":{"private":false}}"#, .unknownVisibility),
        ("organization", #"{"action":"member_added","organization":{"login":"a"}}"#, .confidential),
        (
            "pull_request",
            #"{"repository":{"private":false},"pull_request":{"head":{"repo":{"private":true}}}}"#, nil
        ),
        (
            "pull_request",
            #"{"repository":{"private":false},"pull_request":{"base":{"repo":{"private":true}}}}"#, .privateRepository
        ),
        (
            "pull_request",
            #"{"repository":{"private":false},"pull_request":{"base":{"repo":"a/b"}}}"#, .unknownVisibility
        ),
        ("pull_request", #"{"repository":{"private":false},"pull_request":{"head":{"repo":null}}}"#, nil),
        ("fork", #"{"repository":{"private":false},"forkee":{"private":false}}"#, nil),
        ("fork", #"{"repository":{"private":false}}"#, .unknownVisibility),
        (
            "fork", #"{"repository":{"private":false},"forkee":{"private":false,"visibility":"internal"}}"#,
            .privateRepository
        ),
        (
            "issues",
            #"{"repository":{"private":false},"changes":{"new_repository":{"private":false,"visibility":"internal"}}}"#,
            .privateRepository
        ),
        ("fork", #"{"repository":{"private":false},"forkee":{"private":true}}"#, .privateRepository),
        (
            "workflow_run", #"{"repository":{"private":false},"workflow_run":{"head_repository":{"private":true}}}"#,
            nil
        ),
        (
            "issues", #"{"repository":{"private":false},"changes":{"new_repository":{"private":true}}}"#,
            .privateRepository
        ),
        (
            "issues", #"{"action":"transferred","repository":{"private":false}}"#, .unknownVisibility
        ),
        (
            "issues", #"{"action":"opened","repository":{"private":false},"changes":{"old_issue":{"title":"x"}}}"#,
            .unknownVisibility
        ),
        (
            "sub_issues", #"{"action":"sub_issue_added","repository":{"private":false},"sub_issue":{"title":"x"}}"#,
            .unknownVisibility
        ),
        (
            "sub_issues", #"{"repository":{"private":false},"parent_issue_repo":{"private":true}}"#, .privateRepository
        ),
        ("sub_issues", #"{"repository":{"private":false},"sub_issue_repo":{"private":true}}"#, .privateRepository),
        ("sub_issues", #"{"repository":{"private":false},"sub_issue_repo":{"private":false}}"#, nil),
        (
            "issue_dependencies", #"{"repository":{"private":false},"blocked_issue_repo":{"private":true}}"#,
            .privateRepository
        ),
        (
            "issue_dependencies", #"{"repository":{"private":false},"blocking_issue_repo":{"private":true}}"#,
            .privateRepository
        ),
        ("issue_dependencies", #"{"repository":{"private":false},"blocking_issue_repo":{}}"#, .unknownVisibility),
        ("projects_v2", #"{"projects_v2":{"public":true}}"#, nil),
        ("projects_v2", #"{"projects_v2":{"public":false}}"#, .privateRepository),
        ("projects_v2", #"{"projects_v2":{"title":"x"}}"#, .unknownVisibility),
        ("projects_v2_item", #"{"projects_v2_item":{"id":1},"organization":{"login":"a"}}"#, .unknownVisibility),
        ("projects_v2_status_update", #"{"projects_v2_status_update":{"id":1}}"#, .unknownVisibility),
        ("installation", #"{"repositories":[{"private":false},{"private":true}]}"#, .confidential),
        ("installation", #"{"repositories":[{"private":false}]}"#, .confidential),
        ("installation_repositories", #"{"repositories_removed":[{"private":true}]}"#, .confidential),
        ("secret_scanning_alert", #"{"repository":{"private":false}}"#, .securityAlert),
        ("secret_scanning_alert_location", "{}", .securityAlert),
        ("dependabot_alert", "{}", .securityAlert),
        ("code_scanning_alert", "{}", .securityAlert),
        ("exemption_request_secret_scanning", "{}", .securityAlert),
        ("dismissal_request_secret_scanning", "{}", .securityAlert),
        ("dismissal_request_code_scanning", #"{"repository":{"private":false}}"#, .securityAlert),
        ("dismissal_request_dependabot", "{}", .securityAlert),
        ("bypass_request_secret_scanning", "{}", .securityAlert),
        ("repository_vulnerability_alert", "{}", .securityAlert),
        ("another_alert", #"{"repository":{"private":false},"alert":{"number":1}}"#, .unknownVisibility),
        ("security_advisory", #"{"security_advisory":{"published_at":"2026-01-01T00:00:00Z"}}"#, nil),
        ("security_advisory", #"{"security_advisory":{"published_at":null}}"#, .draftAdvisory),
        (
            "security_advisory",
            #"{"security_advisory":{"state":"draft","published_at":"2026-01-01T00:00:00Z"}}"#, .draftAdvisory
        ),
        (
            "repository_advisory", #"{"repository":{"private":false},"repository_advisory":{"state":"triage"}}"#,
            .draftAdvisory
        ),
        (
            "repository_advisory", #"{"repository":{"private":false},"repository_advisory":{"state":"published"}}"#,
            nil
        ),
        ("release", #"{"repository":{"private":false},"release":{"draft":true}}"#, .confidential),
        ("release", #"{"repository":{"private":false},"release":{"draft":false}}"#, nil),
        ("team", #"{"team":{"privacy":"secret"}}"#, .confidential),
        ("team", #"{"team":{"privacy":"closed"}}"#, .confidential),
        ("ping", #"{"zen":"Keep it logically awesome."}"#, .unknownVisibility),
        ("ping", #"{"repository":{"private":false}}"#, nil),
        ("release", #"{"repository":{"private":false},"release":{}}"#, .unknownVisibility),
        ("organization", #"{"action":"member_invited","invitation":{"email":"a@example.org"}}"#, .confidential),
        ("marketplace_purchase", "{}", .confidential),
        (
            "personal_access_token_request",
            #"{"personal_access_token_request":{"repositories":[{"private":true}]}}"#, .confidential
        ),
        ("membership", #"{"team":{"privacy":"closed"}}"#, .confidential),
        ("member", #"{"repository":{"private":false}}"#, .confidential),
        ("org_block", "{}", .confidential),
        ("package", #"{"package":{"name":"x"}}"#, .unknownVisibility),
        ("package", #"{"repository":{"private":false}}"#, nil),
        ("repository_ruleset", #"{"repository":{"private":false}}"#, .confidential),
        ("exemption_request_push_ruleset", #"{"repository":{"private":false}}"#, .confidential),
        ("security_and_analysis", #"{"repository":{"private":false}}"#, .confidential),
        ("sponsorship", #"{"sponsorship":{"privacy_level":"public"}}"#, nil),
        ("sponsorship", #"{"sponsorship":{"privacy_level":"private"}}"#, .confidential),
        ("sponsorship", #"{"sponsorship":{}}"#, .unknownVisibility),
    ]

    @Test(arguments: githubCases)
    func `GitHub`(_ event: String, _ body: String, _ expected: PrivateContent?) throws {
        let headers = GitHubServiceTests.headers.setting("X-GitHub-Event", event)
        #expect(try content(GitHubService(), headers, body) == expected, "\(body)")
    }

    static let gitlabCases: [(String, String, PrivateContent?)] = [
        ("Push Hook", #"{"object_kind":"push","project":{"visibility_level":20}}"#, nil),
        ("Push Hook", #"{"object_kind":"push","project":{"visibility_level":10}}"#, .privateRepository),
        ("Push Hook", #"{"object_kind":"push","project":{"visibility_level":0}}"#, .privateRepository),
        ("Push Hook", #"{"project":{"path_with_namespace":"a/b"}}"#, .unknownVisibility),
        ("Push Hook", #"{"project":{"visibility_level":"20"}}"#, .unknownVisibility),
        ("Push Hook", #"{"project_id":4}"#, .unknownVisibility),
        ("Push Hook", "{}", .unknownVisibility),
        ("Push Hook", #"{"object_kind":"push","project":null,"repository":{"visibility_level":20}}"#, nil),
        ("Push Hook", #"{"project":{"visibility_level":20},"repository":{"visibility_level":0}}"#, .privateRepository),
        ("Push Hook", #"{"project":{"visibility_level":21}}"#, .unknownVisibility),
        ("Push Hook", #"{"project":{"visibility_level":20.0}}"#, .unknownVisibility),
        ("Push Hook", #"{"project":[{"visibility_level":20}]}"#, .unknownVisibility),
        ("Push Hook", #"{"project":{"visibility_level":20},"project":{"visibility_level":0}}"#, .privateRepository),
        ("Push Hook", #"{"object_kind":"vulnerability","project":{"visibility_level":20}}"#, .unknownVisibility),
        ("Invented Hook", #"{"project":{"visibility_level":20}}"#, .unknownVisibility),
        ("Issue Hook", #"{"object_kind":"work_item","project":null}"#, .unknownVisibility),
        (
            "Issue Hook",
            #"{"object_kind":"work_item","project":null,"object_attributes":{"confidential":true}}"#, .confidential
        ),
        (
            "Issue Hook", #"{"project":{"visibility_level":20},"object_attributes":{"confidential":null}}"#,
            .unknownVisibility
        ),
        (
            "Emoji Hook", #"{"project":{"visibility_level":20},"work_item":{"confidential":true}}"#, .confidential
        ),
        (
            "Note Hook", #"{"project":{"visibility_level":20},"snippet":{"visibility_level":0,"content":"x"}}"#,
            .privateRepository
        ),
        (
            "Note Hook", #"{"project":{"visibility_level":20},"snippet":{"visibility_level":10}}"#, .privateRepository
        ),
        ("Note Hook", #"{"object_kind":"note","project":{"visibility_level":20}}"#, .unknownVisibility),
        (
            "Note Hook", #"{"project":{"visibility_level":20},"object_attributes":{"noteable_type":"Snippet"}}"#,
            .unknownVisibility
        ),
        (
            "Note Hook", #"{"project":{"visibility_level":20},"object_attributes":{"noteable_type":"Epic"}}"#,
            .unknownVisibility
        ),
        (
            "Merge Request Hook",
            #"{"project":{"visibility_level":20},"object_attributes":{"target":{"visibility_level":0}}}"#,
            .privateRepository
        ),
        ("Resource Access Token Hook", #"{"project":{"visibility_level":20}}"#, .confidential),
        ("Subgroup Hook", #"{"event_name":"subgroup_create","full_path":"a/b"}"#, .confidential),
        ("System Hook", #"{"event_name":"user_add_to_team","project_visibility":"public"}"#, .confidential),
        (
            "System Hook", #"{"event_name":"user_access_request_to_project","project_visibility":"public"}"#,
            .confidential
        ),
        ("System Hook", #"{"object_kind":"gitlab_subscription_member_approval"}"#, .confidential),
        ("System Hook", #"{"event_name":"invented","project":{"visibility_level":20}}"#, .unknownVisibility),
        ("System Hook", #"{"event_name":"push","project":{"visibility_level":20}}"#, nil),
        ("System Hook", #"{"event_name":"repository_update","project":{"visibility_level":20}}"#, nil),
        ("Job Hook", #"{"object_kind":"build","project_id":4,"repository":{"visibility_level":20}}"#, nil),
        ("Job Hook", #"{"project_id":4,"repository":{"visibility_level":0}}"#, .privateRepository),
        ("Confidential Issue Hook", #"{"project":{"visibility_level":20}}"#, .confidential),
        ("Confidential Note Hook", #"{"project":{"visibility_level":20}}"#, .confidential),
        (
            "Issue Hook", #"{"project":{"visibility_level":20},"object_attributes":{"confidential":true}}"#,
            .confidential
        ),
        (
            "Issue Hook",
            #"{"object_kind":"issue","project":{"visibility_level":20},"object_attributes":{"confidential":false}}"#,
            nil
        ),
        ("Note Hook", #"{"event_type":"confidential_note","project":{"visibility_level":20}}"#, .confidential),
        ("Note Hook", #"{"project":{"visibility_level":20},"issue":{"confidential":true}}"#, .confidential),
        ("Note Hook", #"{"project":{"visibility_level":20},"object_attributes":{"internal":true}}"#, .confidential),
        (
            "Merge Request Hook",
            #"{"object_kind":"merge_request","project":{"visibility_level":20},"object_attributes":{"source":{"visibility_level":0}}}"#,
            nil
        ),
        ("Vulnerability Hook", #"{"project":{"visibility_level":20}}"#, .securityAlert),
        ("Member Hook", #"{"event_name":"user_add_to_group","group_id":7,"group_path":"g"}"#, .confidential),
        ("System Hook", #"{"event_name":"project_create","project_visibility":"private"}"#, .privateRepository),
        ("System Hook", #"{"event_name":"project_create","project_visibility":"public","project_id":1}"#, nil),
        ("System Hook", #"{"event_name":"user_create","email":"a@example.org"}"#, .confidential),
    ]

    @Test(arguments: gitlabCases)
    func `GitLab`(_ event: String, _ body: String, _ expected: PrivateContent?) throws {
        let headers = GitLabServiceTests.headers.setting("X-Gitlab-Event", event)
        #expect(try content(GitLabService(), headers, body) == expected, "\(event) \(body)")
    }

    /// What comments and reactions are on has to be there, and to say who sees it.
    @Test(
        arguments: [
            (#""noteable_type":"Issue"},"issue":{"confidential":false}"#, nil),
            (#""noteable_type":"Issue"},"work_item":{"confidential":false}"#, nil),
            (#""noteable_type":"Issue"},"issue":{"confidential":true}"#, .confidential),
            (
                #""noteable_type":"Issue"},"issue":{"confidential":false},"work_item":{"confidential":true}"#,
                .confidential
            ),
            (#""noteable_type":"Issue"},"issue":{}"#, .unknownVisibility),
            (#""noteable_type":"Issue"}"#, .unknownVisibility),
            (#""noteable_type":"WorkItem"},"work_item":{"confidential":false}"#, nil),
            (#""noteable_type":"WorkItem"}"#, .unknownVisibility),
            (#""noteable_type":"WorkItem"},"work_item":null"#, .unknownVisibility),
            (#""noteable_type":"MergeRequest"},"merge_request":{"iid":1}"#, nil),
            (#""noteable_type":"MergeRequest"}"#, .unknownVisibility),
            (#""noteable_type":"Commit"},"commit":{"id":"1"}"#, nil),
            (#""noteable_type":"Commit"}"#, .unknownVisibility),
            (#""noteable_type":"Snippet"},"snippet":{"visibility_level":20}"#, nil),
            (#""noteable_type":"Snippet"},"project_snippet":{"visibility_level":20}"#, nil),
            (#""noteable_type":"Snippet"},"project_snippet":{"visibility_level":0}"#, .privateRepository),
            (#""noteable_type":"Snippet"}"#, .unknownVisibility),
            (#""noteable_type":"Commit"},"commit":{},"project_snippet":{"visibility_level":10}"#, .privateRepository),
            (#""noteable_type":"DesignManagement::Design"}"#, .unknownVisibility),
            (#""noteable_type":"Epic"}"#, .unknownVisibility), (#""note":"x"}"#, .unknownVisibility),
            (
                #""noteable_type":"Commit","noteable_type":"Issue"},"commit":{},"issue":{"confidential":false}"#,
                .unknownVisibility
            ),
        ] as [(String, PrivateContent?)])
    func `what comments are on`(_ members: String, _ expected: PrivateContent?) throws {
        func body(_ kind: String, _ members: String) -> String {
            #"{"object_kind":"\#(kind)","project":{"visibility_level":20},"object_attributes":{\#(members)}"#
        }
        let note = GitLabServiceTests.headers.setting("X-Gitlab-Event", "Note Hook")
        let emoji = GitLabServiceTests.headers.setting("X-Gitlab-Event", "Emoji Hook")
        #expect(try content(GitLabService(), note, body("note", members)) == expected)
        let award = members.replacing("noteable_type", with: "awardable_type")
        #expect(try content(GitLabService(), emoji, body("emoji", award)) == expected)
        // On a comment on it.
        let onNote = #""awardable_type":"Note"},"note":{"# + members
        #expect(try content(GitLabService(), emoji, body("emoji", onNote)) == expected)
        #expect(try content(GitLabService(), emoji, body("emoji", #""awardable_type":"Note"}"#)) == .unknownVisibility)
    }

    /// A key that is there twice proves nothing, whichever of its values comes last, and however it is written.
    @Test(
        arguments: [
            ("github", "push", "", #""repository":{"private":PRIVATE}"#, "false", "true"),
            (
                "github", "push", "", #""repository":{"private":false,"visibility":PRIVATE}"#, "\"public\"",
                "\"internal\""
            ),
            (
                "github", "pull_request", #""repository":{"private":false},"#,
                #""pull_request":{"base":{"repo":{"private":PRIVATE}}}"#, "false", "true"
            ),
            (
                "github", "release", #""repository":{"private":false},"#, #""release":{"draft":PRIVATE}"#, "false",
                "true"
            ),
            (
                "github", "issues", #""repository":{"private":false},"#, #""action":PRIVATE"#, "\"opened\"",
                "\"field_added\""
            ),
            ("gitlab", "push", #""object_kind":"push","#, #""project":{"visibility_level":PRIVATE}"#, "20", "0"),
            (
                "gitlab", "issue", #""object_kind":"issue","project":{"visibility_level":20},"#,
                #""object_attributes":{"confidential":PRIVATE}"#, "false", "true"
            ),
            (
                "gitlab", "System Hook", #""project":{"visibility_level":20},"#, #""event_name":PRIVATE"#, "\"push\"",
                "\"user_create\""
            ),
            ("forgejo", "push", "", #""repository":{"private":PRIVATE}"#, "false", "true"),
            ("forgejo", "action_run_success", "", #""run":{"repository":{"private":PRIVATE}}"#, "false", "true"),
            (
                "discourse", "post.post_created", "", #""post":{"topic_archetype":PRIVATE}"#, "\"regular\"",
                "\"private_message\""
            ),
            ("discourse", "category.category_created", "", #""category":{"read_restricted":PRIVATE}"#, "false", "true"),
            ("bitbucket", "repo:push", "", #""repository":{"is_private":PRIVATE}"#, "false", "true"),
            ("bitbucket", "repo:refs_changed", "", #""repository":{"public":PRIVATE}"#, "true", "false"),
            ("pagure", "git.receive", "", #""msg":{"project":{"private":PRIVATE}}"#, "false", "true"),
        ] as [(String, String, String, String, String, String)])
    func `doubled keys`(
        _ name: String, _ event: String, _ around: String, _ members: String, _ open: String, _ shut: String
    ) throws {
        let service = try #require(ServiceRegistry.service(named: name))
        var headers: HeaderList = ["Content-Type": "application/json"]
        for (key, value) in service.exampleHeaders(event: event) ?? [:] { headers = headers.setting(key, value) }
        let proof = members.replacing("PRIVATE", with: open)
        let secret = members.replacing("PRIVATE", with: shut)
        #expect(try content(service, headers, "{\(around)\(proof)}") == nil)
        // The outermost key, and the innermost.
        let inner =
            members.split(separator: "\"").map(String.init).last {
                $0.contains(where: \.isLetter) && $0 != "PRIVATE}" && !$0.contains("PRIVATE")
            } ?? ""
        let twice = { (first: String, second: String) in
            members.replacing("\"\(inner)\":PRIVATE", with: "\"\(inner)\":\(first),\"\(inner)\":\(second)")
        }
        let bodies = [
            "\(proof),\(secret)", "\(secret),\(proof)", twice(open, shut), twice(shut, open),
        ]
        for body in bodies {
            #expect(try content(service, headers, "{\(around)\(body)}") != nil, "\(body)")
            // The same in other letters.
            let first = try #require(body.firstIndex { $0.isLetter })
            let escaped = body.replacingCharacters(
                in: first...first, with: "\\u00" + String(body[first].asciiValue ?? 0, radix: 16))
            #expect(try content(service, headers, "{\(around)\(escaped)}") != nil, "\(escaped)")
        }
    }

    /// What a schema does not list is unknown.
    @Test func `actions that nobody knows`() throws {
        let issues = GitHubServiceTests.headers.setting("X-GitHub-Event", "issues")
        for action in [#""opened""#, #""typed""#] {
            let body = #"{"action":\#(action),"repository":{"private":false}}"#
            #expect(try content(GitHubService(), issues, body) == nil)
        }
        for action in [#""invented""#, #""Opened""#, "null", "7", "{}", #""""#] {
            let body = #"{"action":\#(action),"repository":{"private":false}}"#
            #expect(try content(GitHubService(), issues, body) == .unknownVisibility, "\(action)")
        }
        for action in ["field_added", "field_removed"] {
            let body = #"{"action":"\#(action)","repository":{"private":false},"issue_field":{}}"#
            #expect(try content(GitHubService(), issues, body) == .confidential)
        }
        let post = #"{"post":{"topic_archetype":"regular"}}"#
        #expect(try content(DiscourseService(), DiscourseServiceTests.headers("post", "post_edited"), post) == nil)
        #expect(
            try content(DiscourseService(), DiscourseServiceTests.headers("post", "post_moved"), post)
                == .unknownVisibility)
        let project = GitLabServiceTests.headers.setting("X-Gitlab-Event", "Project Hook")
        for (name, expected) in [("project_create", nil), ("project_invented", .unknownVisibility)]
            as [(String, PrivateContent?)]
        {
            let body = #"{"event_name":"\#(name)","project_visibility":"public"}"#
            #expect(try content(GitLabService(), project, body) == expected)
        }
    }

    /// The header that names an event of Discourse is not signed: the body has to be of its type.
    @Test(
        arguments: [
            ("ping", "ping", #"{"ping":"OK","post":{"title":"x"}}"#), ("ping", "ping", #"{"post":{}}"#),
            ("ping", "ping", #"{"ping":{"post":{}}}"#), ("ping", "ping", "{}"),
            ("user_badge", "user_badge_granted", #"{"post":{}}"#), ("user_badge", "user_badge_granted", "{}"),
            ("user_badge", "user_badge_granted", #"{"user_badge":[]}"#),
            ("post", "post_created", #"{"user":{"name":"x"}}"#), ("post", "post_created", #"{"post":{}}"#),
            ("post", "post_created", #"{"post":{"topic_archetype":"regular"},"user":{}}"#),
            ("post", "post_created", #"{"post":{"topic_archetype":"regular","user_deleted":true}}"#),
            ("topic", "topic_created", #"{"topic":{"title":"x"}}"#), ("like", "post_liked", #"{"like":{"post":{}}}"#),
            ("solved", "accepted_solution", #"{"solved":{"id":1}}"#),
        ] as [(String, String, String)])
    func `bodies of another type`(_ type: String, _ event: String, _ body: String) throws {
        #expect(try content(DiscourseService(), DiscourseServiceTests.headers(type, event), body) != nil)
    }

    static let forgejoCases: [(String, String, PrivateContent?)] = [
        ("push", #"{"repository":{"private":false,"internal":false}}"#, nil),
        ("push", #"{"repository":{"private":true}}"#, .privateRepository),
        ("push", #"{"repository":{"private":false},"repository":{"private":true}}"#, .privateRepository),
        ("push", #"{"repository":{"private":false,"internal":true}}"#, .privateRepository),
        ("push", #"{"repository":{"full_name":"a/b"}}"#, .unknownVisibility),
        ("push", #"{"repository":{"private":null}}"#, .unknownVisibility),
        ("push", #"{"repository":{"private":"false"}}"#, .unknownVisibility),
        ("push", #"{"repository":[{"private":false}]}"#, .unknownVisibility),
        ("push", #"{"repository":null}"#, .unknownVisibility), ("push", "{}", .unknownVisibility),
        ("invented", #"{"repository":{"private":false}}"#, .unknownVisibility),
        ("push", #"{"repository":{"private":false},"organization":{"visibility":"limited"}}"#, .privateRepository),
        ("push", #"{"repository":{"private":false},"organization":{"visibility":"public"}}"#, nil),
        ("push", #"{"repository":{"private":false},"organization":{"visibility":7}}"#, .unknownVisibility),
        ("issues", #"{"repository":{"private":false,"owner":{"visibility":"limited"}}}"#, .privateRepository),
        ("issues", #"{"repository":{"private":false,"owner":{"visibility":"private"}}}"#, .privateRepository),
        ("issues", #"{"repository":{"private":false,"owner":{"visibility":null}}}"#, .unknownVisibility),
        ("issues", #"{"repository":{"private":false,"owner":{"visibility":"public"}}}"#, nil),
        ("issues", #"{"repository":{"private":false,"owner":{"login":"a"}}}"#, nil),
        ("status", #"{"repository":{"private":false}}"#, nil),
        // The repository that it goes to decides.
        ("pull_request", #"{"repository":{"private":false},"pull_request":{"head":{"repo":{"private":true}}}}"#, nil),
        ("pull_request", #"{"repository":{"private":true},"pull_request":{"head":{"repo":{}}}}"#, .privateRepository),
        (
            "pull_request",
            #"{"repository":{"private":false},"pull_request":{"head":{"repo":{"owner":{"visibility":"private"}}}}}"#,
            nil
        ),
        (
            "pull_request",
            #"{"repository":{"private":false},"pull_request":{"head":{"repo":{"owner":{"visibility":"limited"}}}}}"#,
            nil
        ),
        (
            "pull_request",
            #"{"repository":{"private":false},"pull_request":{"base":{"repo":{"private":false,"owner":{"visibility":"limited"}}}}}"#,
            .privateRepository
        ),
        (
            "issue_comment", #"{"repository":{"private":false},"pull_request":{"base":{"repo":{"private":true}}}}"#,
            .privateRepository
        ),
        ("fork", #"{"repository":{"private":false},"forkee":{"private":false}}"#, nil),
        ("fork", #"{"repository":{"private":false},"forkee":{"private":true}}"#, .privateRepository),
        ("fork", #"{"repository":{"private":false},"forkee":{}}"#, .unknownVisibility),
        (
            "fork", #"{"repository":{"private":false},"forkee":{"private":false,"owner":{"visibility":"limited"}}}"#,
            .privateRepository
        ),
        ("package", #"{"package":{"owner":{"visibility":"public"},"repository":null}}"#, nil),
        ("package", #"{"package":{"owner":{"visibility":"limited"}}}"#, .privateRepository),
        ("package", #"{"package":{"owner":{"login":"a"}}}"#, .unknownVisibility),
        (
            "package", #"{"package":{"owner":{"visibility":"public"},"repository":{"private":true}}}"#,
            .privateRepository
        ),
        (
            "package", #"{"package":{"owner":{"visibility":"public"}},"organization":{"visibility":"private"}}"#,
            .privateRepository
        ),
        ("release", #"{"repository":{"private":false},"release":{"draft":true}}"#, .confidential),
        ("release", #"{"repository":{"private":false},"release":{"draft":false}}"#, nil),
    ]

    @Test(arguments: forgejoCases)
    func `Forgejo`(_ event: String, _ body: String, _ expected: PrivateContent?) throws {
        let headers = ForgejoServiceTests.headers.setting("X-Forgejo-Event", event)
        #expect(try content(ForgejoService(), headers, body) == expected, "\(event) \(body)")
    }

    @Test(arguments: forgejoCases)
    func `gitea`(_ event: String, _ body: String, _ expected: PrivateContent?) throws {
        let headers = GiteaServiceTests.headers.setting("X-Gitea-Event", event)
        #expect(try content(GiteaService(), headers, body) == expected, "\(event) \(body)")
    }

    @Test(
        arguments: [
            (#"{"run":{"repository":{"private":true}}}"#, .privateRepository),
            (#"{"run":{"repository":{"private":false}}}"#, nil),
            (#"{"run":{"repository":{}}}"#, .unknownVisibility),
            (#"{"run":{}}"#, .unknownVisibility), (#"{"run":null}"#, .unknownVisibility),
            (#"{"repository":{"private":false}}"#, .unknownVisibility),
            (#"{"run":{"repository":{"private":false,"owner":{"visibility":"limited"}}}}"#, .privateRepository),
        ] as [(String, PrivateContent?)])
    func `runs of actions`(_ body: String, _ expected: PrivateContent?) throws {
        for outcome in ["success", "failure", "recover", "cancelled"] {
            let headers = ForgejoServiceTests.headers.setting("X-Forgejo-Event", "action_run_" + outcome)
            #expect(try content(ForgejoService(), headers, body) == expected, "\(body)")
        }
    }
}
