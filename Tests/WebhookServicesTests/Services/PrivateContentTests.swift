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
    func github(_ event: String, _ body: String, _ expected: PrivateContent?) throws {
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
        ("Push Hook", #"{"project":null,"repository":{"visibility_level":20}}"#, nil),
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
        ("Note Hook", #"{"project":{"visibility_level":20},"snippet":{"visibility_level":20}}"#, nil),
        (
            "Note Hook", #"{"project":{"visibility_level":20},"object_attributes":{"noteable_type":"Snippet"}}"#,
            .unknownVisibility
        ),
        (
            "Note Hook", #"{"project":{"visibility_level":20},"object_attributes":{"noteable_type":"Epic"}}"#,
            .unknownVisibility
        ),
        (
            "Note Hook", #"{"project":{"visibility_level":20},"object_attributes":{"noteable_type":"Issue"}}"#, nil
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
            "Issue Hook", #"{"project":{"visibility_level":20},"object_attributes":{"confidential":false}}"#, nil
        ),
        ("Note Hook", #"{"event_type":"confidential_note","project":{"visibility_level":20}}"#, .confidential),
        ("Note Hook", #"{"project":{"visibility_level":20},"issue":{"confidential":true}}"#, .confidential),
        ("Note Hook", #"{"project":{"visibility_level":20},"object_attributes":{"internal":true}}"#, .confidential),
        (
            "Merge Request Hook",
            #"{"project":{"visibility_level":20},"object_attributes":{"source":{"visibility_level":0}}}"#,
            nil
        ),
        ("Vulnerability Hook", #"{"project":{"visibility_level":20}}"#, .securityAlert),
        ("Member Hook", #"{"event_name":"user_add_to_group","group_id":7,"group_path":"g"}"#, .confidential),
        ("System Hook", #"{"event_name":"project_create","project_visibility":"private"}"#, .privateRepository),
        ("System Hook", #"{"event_name":"project_create","project_visibility":"public","project_id":1}"#, nil),
        ("System Hook", #"{"event_name":"user_create","email":"a@example.org"}"#, .confidential),
    ]

    @Test(arguments: gitlabCases)
    func gitlab(_ event: String, _ body: String, _ expected: PrivateContent?) throws {
        let headers = GitLabServiceTests.headers.setting("X-Gitlab-Event", event)
        #expect(try content(GitLabService(), headers, body) == expected, "\(event) \(body)")
    }

    static let forgejoCases: [(String, PrivateContent?)] = [
        (#"{"repository":{"private":false,"internal":false}}"#, nil),
        (#"{"repository":{"private":true}}"#, .privateRepository),
        (#"{"repository":{"private":false,"internal":true}}"#, .privateRepository),
        (#"{"repository":{"full_name":"a/b"}}"#, .unknownVisibility),
        (#"{"run":{"repository":{"private":true}}}"#, .privateRepository),
        (#"{"run":{"repository":{"private":false}}}"#, nil),
        (#"{"run":{"repository":{}}}"#, .unknownVisibility),
        (
            #"{"repository":{"private":false},"pull_request":{"head":{"repo":{"private":true}}}}"#, .privateRepository
        ),
        (#"{"repository":{"private":false},"organization":{"visibility":"limited"}}"#, .privateRepository),
        (#"{"repository":{"private":false},"organization":{"visibility":"public"}}"#, nil),
        (#"{"repository":{"private":false,"owner":{"visibility":"limited"}}}"#, .privateRepository),
        (#"{"repository":{"private":false,"owner":{"visibility":"private"}}}"#, .privateRepository),
        (#"{"repository":{"private":false,"owner":{"visibility":"public"}}}"#, nil),
        (#"{"repository":{"private":false,"owner":{"login":"a"}}}"#, nil),
        (#"{"run":{"repository":{"private":false,"owner":{"visibility":"limited"}}}}"#, .privateRepository),
        (
            #"{"repository":{"private":false},"pull_request":{"head":{"repo":{"owner":{"visibility":"private"}}}}}"#,
            .privateRepository
        ),
        (
            #"{"repository":{"private":false},"pull_request":{"base":{"repo":{"owner":{"visibility":"limited"}}}}}"#,
            .privateRepository
        ),
        (#"{"repository":{"private":false},"forkee":{"owner":{"visibility":"limited"}}}"#, .privateRepository),
        (#"{"package":{"owner":{"visibility":"limited"}}}"#, .privateRepository),
        (#"{"repository":{"private":false},"release":{"draft":true}}"#, .confidential),
    ]

    @Test(arguments: forgejoCases)
    func forgejo(_ body: String, _ expected: PrivateContent?) throws {
        #expect(try content(ForgejoService(), ForgejoServiceTests.headers, body) == expected, "\(body)")
    }

    static let discourseCases: [(String, String, PrivateContent?)] = [
        ("post", #"{"post":{"topic_archetype":"regular"}}"#, nil),
        ("post", #"{"post":{"topic_archetype":"private_message"}}"#, .privateMessage),
        ("topic", #"{"topic":{"archetype":"private_message"}}"#, .privateMessage),
        ("like", #"{"like":{"post":{"topic_archetype":"private_message"}}}"#, .privateMessage),
        ("notification", "{}", .privateMessage),
        ("reviewable", "{}", .privateMessage),
        ("category", #"{"category":{"read_restricted":true}}"#, .confidential),
        ("user", #"{"user":{"username":"eve","email":"eve@example.org"}}"#, .confidential),
        ("user_badge", #"{"user_badge":{"id":1}}"#, nil),
        ("ping", #"{"ping":"OK"}"#, nil),
    ]

    @Test(arguments: discourseCases)
    func discourse(_ type: String, _ body: String, _ expected: PrivateContent?) throws {
        let headers = DiscourseServiceTests.headers.setting("X-Discourse-Event-Type", type)
        #expect(try content(DiscourseService(), headers, body) == expected, "\(body)")
    }

    static let bitbucketCases: [(String, PrivateContent?)] = [
        (#"{"repository":{"is_private":false}}"#, nil),
        (#"{"repository":{"is_private":true}}"#, .privateRepository),
        (#"{"repository":{"full_name":"a/b"}}"#, .unknownVisibility),
        (#"{"repository":{"is_private":false},"pullrequest":{"source":{"repository":{"full_name":"x"}}}}"#, nil),
        (
            #"{"repository":{"is_private":false},"pullrequest":{"source":{"repository":{"is_private":true}}}}"#,
            .privateRepository
        ),
        (#"{"repository":{"is_private":false},"fork":{"is_private":true}}"#, .privateRepository),
        (#"{"repository":{"public":true}}"#, nil),
        (#"{"repository":{"public":false}}"#, .privateRepository),
        (#"{"repository":{"public":false,"project":{"public":true}}}"#, nil),
        (#"{"repository":{"public":true,"project":{"public":false}}}"#, nil),
        (
            #"{"pullRequest":{"toRef":{"repository":{"public":true}},"fromRef":{"repository":{"public":false}}}}"#,
            .privateRepository
        ),
        (#"{"pullRequest":{"toRef":{"repository":{"public":true}},"fromRef":{"repository":{}}}}"#, .unknownVisibility),
        (#"{"old":{"public":false},"new":{"public":true}}"#, .privateRepository),
        (#"{"test":true}"#, nil),
    ]

    @Test(arguments: bitbucketCases)
    func bitbucket(_ body: String, _ expected: PrivateContent?) throws {
        #expect(try content(BitbucketService(), BitbucketServiceTests.headers, body) == expected, "\(body)")
    }

    /// Data Center's scanner, told by either: the header is not signed.
    @Test func secretsThatBitbucketFinds() throws {
        let body = #"{"eventKey":"repo:secret_detected","secretLocations":[{"repository":{"public":true}}]}"#
        let headers = BitbucketServiceTests.headers
        #expect(try content(BitbucketService(), headers, body) == .securityAlert)
        let named = headers.setting("X-Event-Key", "repo:secret_detected")
        #expect(try content(BitbucketService(), named, #"{"repository":{"public":true}}"#) == .securityAlert)
    }

    @Test(arguments: forgejoCases)
    func gitea(_ body: String, _ expected: PrivateContent?) throws {
        #expect(try content(GiteaService(), GiteaServiceTests.headers, body) == expected, "\(body)")
    }

    @Test(
        arguments: [
            (#"{"msg":{"issue":{"private":true}}}"#, .confidential), (#"{"msg":{"issue":{"private":false}}}"#, nil),
            (#"{"msg":{"project":{"private":true}}}"#, .privateRepository), (#"{"msg":{"project":{"name":"x"}}}"#, nil),
        ] as [(String, PrivateContent?)])
    func pagure(_ body: String, _ expected: PrivateContent?) throws {
        #expect(try content(PagureService(), PagureServiceTests.headers, body) == expected, "\(body)")
    }

    @Test(
        arguments: [
            (#"{"repository":{"is_private":false}}"#, nil),
            (#"{"repository":{"is_private":true}}"#, .privateRepository),
            (#"{"repository":{}}"#, .unknownVisibility), ("{}", nil),
        ] as [(String, PrivateContent?)])
    func dockerHub(_ body: String, _ expected: PrivateContent?) throws {
        #expect(try content(DockerHubService(), [:], body) == expected, "\(body)")
    }

    @Test func quay() throws {
        #expect(
            try content(QuayService(), [:], #"{"repository":"a/b","vulnerability":{"id":"CVE"}}"#) == .securityAlert)
        #expect(try content(QuayService(), [:], #"{"repository":"a/b"}"#) == nil)
    }
}
