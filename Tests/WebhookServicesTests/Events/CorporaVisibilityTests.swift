import Foundation
import TestSupport
import Testing

@testable import WebhookServices

/// Real payloads: what is about public repositories goes out by default, but for what is listed here, and what is not
/// stays in.
@Suite(.enabled(if: corpora != nil, "shared/corpora is not there"))
struct CorporaVisibilityTests {
    /// Payloads about public repositories that are withheld all the same: their events are never for everybody.
    static let withheldOfGitHub: [String: PrivateContent] = [
        "code_scanning_alert": .securityAlert,
        "dependabot_alert": .securityAlert,
        "repository_vulnerability_alert": .securityAlert,
        "member": .confidential,
        "team": .confidential,
        "team_add": .confidential,
    ]

    /// What drone's files of GitHub are.
    static let events: [String: String] = [
        "branch_create": "create", "branch_delete": "delete", "merge_group_destroyed": "merge_group",
        "pipeline_hook": "workflow_run", "pr_review_submitted": "pull_request_review", "push": "push",
        "push_tag_delete": "push", "status": "status",
    ]

    /// The event that a file is an example of.
    static func gitHubEvent(of file: URL) -> String {
        let folder = file.deletingLastPathComponent().lastPathComponent
        guard folder == "drone-github" else { return folder }
        let name = file.deletingPathExtension().lastPathComponent
        return events[name] ?? (name.hasPrefix("pr_") ? "pull_request" : "release")
    }

    @Test func `GitHub`() throws {
        var published = 0
        var withheld: [String] = []
        var shown: Set<String> = []
        for (file, bytes) in try RealPayloads.payloads("octokit-github", "drone-github") {
            let name = Self.gitHubEvent(of: file)
            let event = try GitHubService().event(
                of: request(GitHubServiceTests.headers.setting("X-GitHub-Event", name), bytes))
            let payload = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
            let isPublic = (payload["repository"] as? [String: Any])?["private"] as? Bool == false
            if event.privateContent == nil {
                #expect(isPublic || name == "security_advisory" || name == "sponsorship", "\(file.path)")
                shown.insert(name)
                published += 1
            } else if isPublic, Self.withheldOfGitHub[name] != event.privateContent {
                withheld.append("\(name)/\(file.lastPathComponent): \(event.privateContent?.code ?? "")")
            }
        }
        #expect(withheld == [])
        #expect(published > 100)
        #expect(shown.isSuperset(of: ["push", "pull_request", "issues", "issue_comment", "release"]))
    }

    /// By the header that GitLab sends with a payload.
    static func gitLabHeader(of payload: [String: Any], _ file: URL) -> String {
        if file.lastPathComponent.hasPrefix("system-") { return "System Hook" }
        if file.lastPathComponent.hasPrefix("confidential-") { return "Confidential Issue Hook" }
        let kind = payload["object_kind"] as? String ?? ""
        return (kind == "build" ? "job" : kind).split(separator: "_").map(\.capitalized).joined(separator: " ")
            + " Hook"
    }

    @Test func `GitLab`() throws {
        var shown: [String] = []
        for (file, bytes) in try RealPayloads.payloads("go-playground-gitlab", "drone-gitlab") {
            let payload = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
            let header = Self.gitLabHeader(of: payload, file)
            let event = try GitLabService().event(
                of: request(GitLabServiceTests.headers.setting("X-Gitlab-Event", header), bytes))
            let level = { (member: String) in (payload[member] as? [String: Any])?["visibility_level"] as? Int }
            let isPublic = (level("project") ?? level("repository")) == 20 && !header.hasPrefix("Confidential")
            #expect((event.privateContent == nil) == isPublic, "\(file.lastPathComponent) \(header)")
            if isPublic { shown.append(event.topic) }
        }
        #expect(Set(shown).isSuperset(of: ["gitlab.issue", "gitlab.merge_request", "gitlab.note", "gitlab.pipeline"]))
        #expect(shown.count >= 6)
    }

    /// The corpora have no public push of GitLab; the documented one, then.
    @Test func `what consumers bind to`() throws {
        let project = #""project":{"path_with_namespace":"a/b","visibility_level":20}"#
        for (header, kind, members) in [
            ("Push Hook", "push", #""event_name":"push","commits":[]"#),
            (
                "Issue Hook", "issue",
                #""event_type":"issue","object_attributes":{"action":"open","confidential":false}"#
            ),
            ("Issue Hook", "issue", #""object_attributes":{"action":"open"}"#),
            (
                "Merge Request Hook", "merge_request",
                #""event_type":"merge_request","object_attributes":{"action":"open"}"#
            ),
            (
                "Note Hook", "note",
                #""event_type":"note","object_attributes":{"noteable_type":"Issue","internal":false},"issue":{"confidential":false}"#
            ),
            ("Note Hook", "note", #""object_attributes":{"noteable_type":"MergeRequest"},"merge_request":{"iid":1}"#),
            ("Note Hook", "note", #""object_attributes":{"noteable_type":"Commit"},"commit":{"id":"1"}"#),
            (
                "Note Hook", "note",
                #""object_attributes":{"noteable_type":"Snippet"},"snippet":{"visibility_level":20}"#
            ),
        ] {
            let event = try GitLabService().event(
                of: request(
                    GitLabServiceTests.headers.setting("X-Gitlab-Event", header),
                    "{\"object_kind\":\"\(kind)\",\(project),\"repository\":{\"name\":\"b\"},\(members)}"))
            #expect(event.privateContent == nil, "\(header) \(members)")
        }
    }
}
