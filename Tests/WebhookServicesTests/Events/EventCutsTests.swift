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
            "ping", #""hook":{"config":{"url":"SECRET"}},"hook":{"config":{"url":"SECRET"}}"#,
            #""hook":{"config":{"url":""}},"hook":{"config":{"url":""}}"#
        ),
        ("ping", #""ho\u006fk":{"conf\u0069g":{"url":"SECRET"}}"#, #""ho\u006fk":{"conf\u0069g":{"url":""}}"#),
    ]

    @Test(arguments: githubCuts)
    func github(_ event: String, _ members: String, _ left: String) throws {
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
        ("Issue Hook", #""user":{"username":"a","email":"a@example.org"}"#, #""user":{"username":"a","email":""}"#),
        ("Issue Hook", #""assignees":[{"email":"a@example.org"},{}]"#, #""assignees":[{"email":""},{}]"#),
        (
            "Push Hook", #""user_email":"a@example.org","commits":[{"author":{"email":"a@example.org"}}]"#,
            #""user_email":"","commits":[{"author":{"email":"a@example.org"}}]"#
        ),
    ]

    @Test(arguments: gitlabCuts)
    func gitlab(_ event: String, _ members: String, _ left: String) throws {
        for allows in [false, true] {
            let text = try gitlab(
                event, #"{"project":{"visibility_level":20},\#(members)}"#, allowsPrivateContent: allows)
            #expect(text == #"{"project":{"visibility_level":20},\#(left)}"#)
        }
    }

    @Test func aPrivateForkIsReduced() throws {
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

    @Test func thePrivateProjectOfAMergeRequestIsReduced() throws {
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
