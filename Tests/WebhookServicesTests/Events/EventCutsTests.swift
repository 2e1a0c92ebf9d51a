import Foundation
import Testing
import WebhookServices

/// What is cut out of events that are published.
@Suite struct EventCutsTests {
    func published(
        _ service: any WebhookService, _ headers: HeaderList, _ body: String, allowsPrivateContent: Bool = false
    ) throws -> String {
        var request = request(headers, body)
        request.allowsPrivateContent = allowsPrivateContent
        let event = try service.event(of: request)
        #expect(event.withheld(by: nil, allowsPrivateContent: allowsPrivateContent) == nil)
        let bytes = event.payloadBytes
        #expect((try? JSONSerialization.jsonObject(with: Data(bytes))) != nil)
        return String(decoding: bytes, as: UTF8.self)
    }

    func github(_ event: String, _ body: String, allowsPrivateContent: Bool = false) throws -> String {
        try published(
            GitHubService(), GitHubServiceTests.headers.setting("X-GitHub-Event", event), body,
            allowsPrivateContent: allowsPrivateContent)
    }

    func gitlab(_ event: String, _ body: String, allowsPrivateContent: Bool = false) throws -> String {
        try published(
            GitLabService(), GitLabServiceTests.headers.setting("X-Gitlab-Event", event), body,
            allowsPrivateContent: allowsPrivateContent)
    }

    static let githubCuts: [(String, String, String)] = [
        ("ping", #""hook":{"config":{"url":"SECRET"}}"#, #""hook":{"config":{"url":""}}"#),
        (
            "meta", #""hook":{"type":"Repository","config":{"url":"SECRET","secret":"SECRET"}}"#,
            #""hook":{"type":"Repository","config":{"url":"","secret":""}}"#
        ),
        ("workflow_dispatch", #""inputs":{"key":"SECRET"},"ref":"x""#, #""inputs":{"key":""},"ref":"x""#),
        ("workflow_dispatch", #""inputs":null"#, #""inputs":null"#),
        (
            "repository_dispatch", #""client_payload":{"a":[{"b":"SECRET"},1]}"#,
            #""client_payload":{"a":[{"b":""},""]}"#
        ),
        ("deployment", #""deployment":{"payload":"SECRET","id":1}"#, #""deployment":{"payload":"","id":1}"#),
        ("deployment_status", #""deployment":{"payload":{"a":"SECRET"}}"#, #""deployment":{"payload":{"a":""}}"#),
        ("workflow_job", #""deployment":{"payload":{"a":"SECRET"}}"#, #""deployment":{"payload":{"a":""}}"#),
        (
            "check_run", #""check_run":{"deployment":{"payload":"SECRET"}}"#,
            #""check_run":{"deployment":{"payload":""}}"#
        ),
        ("push", #""pusher":{"name":"a","email":"SECRET"}"#, #""pusher":{"name":"a","email":""}"#),
        ("issues", #""issue":{"parent_issue_url":"SECRET","id":1}"#, #""issue":{"parent_issue_url":"","id":1}"#),
        (
            "star", #""x":{"temp_clone_token":"SECRET"},"temp_clone_token":"SECRET""#,
            #""x":{"temp_clone_token":""},"temp_clone_token":"""#
        ),
        (
            "pull_request", #""pull_request":{"requested_teams":[{"name":"SECRET","privacy":"closed"}]}"#,
            #""pull_request":{"requested_teams":[{"name":"","privacy":""}]}"#
        ),
        (
            "pull_request",
            #""requested_team":{"name":"SECRET"},"pull_request":{"requested_reviewers":[{"login":"a","name":"A"},"#
                + #"{"id":1,"name":"SECRET","slug":"SECRET","html_url":"SECRET","parent":{"name":"SECRET"}}]}"#,
            #""requested_team":{"name":""},"pull_request":{"requested_reviewers":[{"login":"a","name":"A"},"#
                + #"{"id":1,"name":"","slug":"","html_url":"","parent":{"name":""}}]}"#
        ),
        (
            "deployment_review",
            #""reviewers":[{"type":"Team","reviewer":{"id":1,"name":"SECRET","slug":"SECRET"}},{"type":"User","reviewer":{"login":"a"}}]"#,
            #""reviewers":[{"type":"Team","reviewer":{"id":1,"name":"","slug":""}},{"type":"User","reviewer":{"login":"a"}}]"#
        ),
        (
            "issues", #""issue":{"id":1,"issue_field_values":[{"issue_field_name":"SECRET","value":"SECRET"}]}"#,
            #""issue":{"id":1,"issue_field_values":[{"issue_field_name":"","value":""}]}"#
        ),
        (
            "sponsorship",
            #""sponsorship":{"privacy_level":"public","tier":{"monthly_price_in_cents":500}},"#
                + #""changes":{"privacy_level":{"from":"private"}}"#,
            #""sponsorship":{"privacy_level":"public","tier":{"monthly_price_in_cents":500}},"#
                + #""changes":{"privacy_level":{"from":""}}"#
        ),
        (
            "ping", #""hook":{"config":{"url":"SECRET"}},"hook":{"config":{"url":"SECRET"}}"#,
            #""hook":{"config":{"url":""}},"hook":{"config":{"url":""}}"#
        ),
        ("ping", #""ho\u006fk":{"conf\u0069g":{"url":"SECRET"}}"#, #""ho\u006fk":{"conf\u0069g":{"url":""}}"#),
    ]

    @Test(arguments: githubCuts)
    func `GitHub`(_ event: String, _ members: String, _ left: String) throws {
        for allows in [false, true] {
            let text = try github(
                event, #"{"repository":{"private":false},\#(members)}"#, allowsPrivateContent: allows)
            #expect(text == #"{"repository":{"private":false},\#(left)}"#)
        }
    }

    static let gitlabCuts: [(String, String, String)] = [
        (
            "Pipeline Hook",
            #""object_attributes":{"variables":[{"key":"A","value":"SECRET"},{"key":"B","value":"S"}]}"#,
            #""object_attributes":{"variables":[{"key":"A","value":""},{"key":"B","value":""}]}"#
        ),
        (
            "Pipeline Hook", #""source_pipeline":{"project":{"id":41,"web_url":"SECRET"},"job_id":1}"#,
            #""source_pipeline":{"project":{"id":"","web_url":""},"job_id":1}"#
        ),
        (
            "Job Hook", #""source_pipeline":{"project":{"web_url":"SECRET"}}"#,
            #""source_pipeline":{"project":{"web_url":""}}"#
        ),
        (
            "Pipeline Hook",
            #""object_attributes":{"variables":{"A":"SECRET"},"inputs":[{"name":"A","value":"SECRET"}]}"#,
            #""object_attributes":{"variables":{"A":""},"inputs":[{"name":"A","value":""}]}"#
        ),
        (
            "Pipeline Hook", #""builds":[{"variables":[{"key":"A","secret_value":"SECRET"}]}]"#,
            #""builds":[{"variables":[{"key":"A","secret_value":""}]}]"#
        ),
        ("Job Hook", #""variables":[{"key":"A","value":"SECRET"}]"#, #""variables":[{"key":"A","value":""}]"#),
        ("Issue Hook", #""user":{"username":"a","email":"a@example.org"}"#, #""user":{"username":"a","email":""}"#),
        ("Issue Hook", #""assignees":[{"email":"a@example.org"},{}]"#, #""assignees":[{"email":""},{}]"#),
        (
            "Push Hook", #""user_email":"a@example.org","commits":[{"author":{"email":"a@example.org"}}]"#,
            #""user_email":"","commits":[{"author":{"email":"a@example.org"}}]"#
        ),
    ]

    @Test(arguments: gitlabCuts)
    func `GitLab`(_ event: String, _ members: String, _ left: String) throws {
        for allows in [false, true] {
            let kind = ["Pipeline Hook": "pipeline", "Job Hook": "build", "Issue Hook": "issue", "Push Hook": "push"]
            let project = #""object_kind":"\#(kind[event] ?? "")","project":{"visibility_level":20}"#
            let text = try gitlab(event, "{\(project),\(members)}", allowsPrivateContent: allows)
            #expect(text == "{\(project),\(left)}")
        }
    }

    @Test func `a private fork is reduced`() throws {
        func body(_ fork: String) -> String {
            #"{"repository":{"private":false},"pull_request":{"number":1,"head":{"ref":"x","repo":\#(fork)}}}"#
        }
        let fork =
            #"{"id":7,"node_id":"N","name":"fold","full_name":"dolly/fold","private":true,"#
            + #""owner":{"login":"dolly","id":3},"html_url":"https://example.org/dolly/fold","description":"SECRET"}"#
        let left =
            #"{"id":7,"name":"fold","full_name":"dolly/fold","private":true,"#
            + #""owner":{"login":"dolly"},"html_url":"https://example.org/dolly/fold"}"#
        for event in ["pull_request", "pull_request_review", "pull_request_review_comment"] {
            #expect(try github(event, body(fork)) == body(left))
            #expect(try github(event, body(fork), allowsPrivateContent: true) == body(fork))
        }
        // What is public stays as it came; what does not say so is not; null is null.
        let open = fork.replacing("\"private\":true", with: "\"private\":false")
        #expect(try github("pull_request", body(open)) == body(open))
        #expect(try github("pull_request", body(#"{"name":"a","size":1}"#)) == body(#"{"name":"a"}"#))
        #expect(try github("pull_request", body("null")) == body("null"))
        let doubled = #"{"private":false,"size":1,"private":true}"#
        #expect(try github("pull_request", body(doubled)) == body(#"{"private":false,"private":true}"#))
    }

    /// Forks, and what they are forks of, in all services.
    @Test(
        arguments: [
            ("github", "push", #"{"repository":{"private":false,"parent":OTHER}}"#),
            (
                "github", "fork",
                #"{"repository":{"private":false},"forkee":{"private":false,"parent":OTHER,"source":OTHER}}"#
            ),
            ("github", "pull_request", #"{"repository":{"private":false},"pull_request":{"head":{"repo":OTHER}}}"#),
            (
                "github", "pull_request",
                #"{"repository":{"private":false},"pull_request":{"head":{"repo":{"private":false,"parent":OTHER}}}}"#
            ),
            ("github", "pull_request", #"{"repository":{"private":false},"pull_request":{"head":{"repo":INTERNAL}}}"#),
            (
                "github", "check_run",
                #"{"repository":{"private":false},"check_run":{"pull_requests":[{"head":{"repo":OTHER}}]}}"#
            ),
            ("forgejo", "push", #"{"repository":{"private":false,"parent":OTHER}}"#),
            (
                "forgejo", "pull_request",
                #"{"repository":{"private":false},"pull_request":{"head":{"repo":{"private":false,"parent":OTHER}},"#
                    + #""base":{"repo":{"private":false,"parent":OTHER}}}}"#
            ),
            (
                "forgejo", "pull_request",
                #"{"repository":{"private":false},"pull_request":{"head":{"repo":{"private":false,"internal":true,"description":"SECRET"}}}}"#
            ),
            ("gitea", "fork", #"{"repository":{"private":false},"forkee":{"private":false,"parent":OTHER}}"#),
            (
                "gitea", "workflow_run",
                #"{"repository":{"private":false},"workflow_run":{"head_repository":OTHER},"#
                    + #""pull_request":{"head":{"repo":OTHER}}}"#
            ),
            ("bitbucket", "repo:refs_changed", #"{"repository":{"public":true,"origin":OTHER}}"#),
            ("bitbucket", "repo:push", #"{"repository":{"is_private":false,"parent":OTHER}}"#),
            (
                "bitbucket", "pr:opened",
                #"{"pullRequest":{"toRef":{"repository":{"public":true,"origin":OTHER}},"#
                    + #""fromRef":{"repository":{"public":true,"origin":OTHER}}}}"#
            ),
            ("pagure", "git.receive", #"{"msg":{"project":{"private":false,"parent":OTHER}}}"#),
            (
                "pagure", "pull-request.new",
                #"{"msg":{"project":{"private":false},"pullrequest":{"repo_from":{"private":false,"parent":OTHER}}}}"#
            ),
        ] as [(String, String, String)])
    func `other repositories`(_ name: String, _ event: String, _ template: String) throws {
        let service = try #require(ServiceRegistry.service(named: name))
        var headers: HeaderList = ["Content-Type": "application/json"]
        for (key, value) in service.exampleHeaders(event: event) ?? [:] { headers = headers.setting(key, value) }
        func fill(_ flag: String) -> String {
            template
                .replacing("OTHER", with: #"{"id":1,"name":"n",\#(flag),"description":"SECRET"}"#)
                .replacing(
                    "INTERNAL", with: #"{"id":1,"private":false,"visibility":"internal","description":"SECRET"}"#)
        }
        let hidden = fill(#""private":true,"is_private":true,"public":false"#)
        #expect(try !published(service, headers, hidden).contains("SECRET"))
        #expect(try published(service, headers, hidden, allowsPrivateContent: true) == hidden)
        if !template.contains("INTERNAL"), !template.contains("internal"), event != "check_run" {
            let open = fill(#""private":false,"is_private":false,"public":true"#)
            #expect(try published(service, headers, open) == open)
        }
    }

    /// The run before one is what it is: a run.
    @Test func `the run before`() throws {
        let headers = ForgejoServiceTests.headers.setting("X-Forgejo-Event", "action_run_recover")
        func body(_ isPrivate: Bool, _ payload: String) throws -> String {
            #"{"action":"recover","run":{"repository":{"private":false}},"last_run":{"event_payload":"#
                + (try PayloadStrings.quoted(payload)) + #","repository":{"private":\#(isPrivate)}}}"#
        }
        let open = try body(false, #"{"inputs":{"key":"SECRET"}}"#)
        for allows in [false, true] {
            #expect(
                try published(ForgejoService(), headers, open, allowsPrivateContent: allows)
                    == (try body(false, #"{"inputs":{"key":""}}"#)))
        }
        #expect(try ForgejoService().event(of: request(headers, body(true, "{}"))).privateContent == .privateRepository)
    }

    @Test func `teams of Forgejo`() throws {
        let headers = ForgejoServiceTests.headers.setting("X-Forgejo-Event", "pull_request")
        let body =
            #"{"repository":{"private":false},"pull_request":{"requested_reviewers_teams":[{"id":1,"name":"SECRET"}]}}"#
        #expect(try published(ForgejoService(), headers, body) == body.replacing("SECRET", with: ""))
    }

    /// Headers that stand in the message are cleaned as the payload is.
    @Test func `headers`() throws {
        let headers = DiscourseServiceTests.headers
            .setting("X-Discourse-Instance", "https://u:pw@forum.example.org")
        let event = try DiscourseService().event(of: request(headers, "{}"))
        #expect(event.header("X-Discourse-Instance") == "https://forum.example.org")
        let agent = GitHubServiceTests.headers
            .setting("User-Agent", "hook/1 (https://h.org/?token=s3cr3t; a@example.org)")
        #expect(
            try GitHubService().event(of: request(agent, "{}")).header("user-agent")
                == "hook/1 (https://h.org/?token=; )")
        let instance = GitLabServiceTests.headers
            .setting(
                "X-Gitlab-Instance",
                String(repeating: "x", count: 1000) + " https://u:" + String(repeating: "p", count: 50) + "@h.org")
        let text = try #require(try GitLabService().event(of: request(instance, "{}")).header("x-gitlab-instance"))
        #expect(text.hasSuffix(" https://h.org"))
    }

    @Test func `the private project of a merge request is reduced`() throws {
        func body(_ source: String) -> String {
            #"{"object_kind":"merge_request","project":{"visibility_level":20},"object_attributes":{"source":\#(source),"#
                + #""target":{"visibility_level":20}}}"#
        }
        let source =
            #"{"name":"fold","description":"SECRET","web_url":"https://example.org/d/fold","#
            + #""git_ssh_url":"git@example.org:d/fold","namespace":"d","visibility_level":0,"path_with_namespace":"d/fold"}"#
        let left =
            #"{"name":"fold","web_url":"https://example.org/d/fold","#
            + #""namespace":"d","visibility_level":0,"path_with_namespace":"d/fold"}"#
        #expect(try gitlab("Merge Request Hook", body(source)) == body(left))
        #expect(try gitlab("Merge Request Hook", body(source), allowsPrivateContent: true).contains("SECRET"))
    }
}
