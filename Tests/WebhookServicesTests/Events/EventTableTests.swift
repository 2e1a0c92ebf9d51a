import Foundation
import Testing

@testable import WebhookServices

/// The tables of events against the lists of documented events, and against what the code does with payloads.
@Suite struct EventTableTests {
    static let services = ServiceRegistry.builtIn.filter { $0.eventTable != nil }.map(\.name)

    /// A payload that says of everything that it is public, for each service that has a table here.
    static let publicPayloads: [String: String] = [
        "github": """
        {"repository": {"private": false, "visibility": "public"}, "release": {"draft": false},
        "forkee": {"private": false}, "changes": {"new_repository": {"private": false}},
        "sub_issue_repo": {"private": false}, "parent_issue_repo": {"private": false},
        "blocked_issue_repo": {"private": false}, "blocking_issue_repo": {"private": false},
        "related_issue": {"repository": {"private": false}}, "projects_v2": {"public": true},
        "repository_advisory": {"state": "published"}, "sponsorship": {"privacy_level": "public"},
        "security_advisory": {"published_at": "2026-01-01T00:00:00Z"}}
        """,
        "gitlab": #"{"project": {"visibility_level": 20}, "project_visibility": "public"}"#,
        "forgejo": forge, "gitea": forge,
        "discourse": """
        {"post": {"topic_archetype": "regular", "post_type": 1}, "topic": {"archetype": "regular", "visible": true},
        "category": {"read_restricted": false}, "group": {"visibility_level": 0},
        "chat_message": {"channel": {"chatable_type": "Category", "chatable": {"read_restricted": false}}}}
        """,
        "bitbucket": """
        {"repository": {"is_private": false}, "fork": {"is_private": false}, "old": {"public": true},
        "new": {"public": true}, "pullRequest": {"toRef": {"repository": {"public": true}}}}
        """,
        "pagure": #"{"msg": {"project": {"private": false}}}"#, "quay": #"{"visibility": "public"}"#,
        "dockerhub": #"{"repository": {"is_private": false}}"#, "sentry": "{}", "pretix": "{}",
    ]

    static let forge = """
        {"repository": {"private": false}, "forkee": {"private": false}, "run": {"repository": {"private": false}},
        "package": {"owner": {"visibility": "public"}}, "release": {"draft": false}}
        """

    func judge(_ service: String, _ event: String, _ action: String?, _ payload: String) throws -> EventJudgement {
        let table = try #require(ServiceRegistry.service(named: service)?.eventTable)
        return try JSONParser().withDocument(Array(payload.utf8)[...]) { table.judge(event, action: action, $0) }
    }

    @Test(arguments: services)
    func everyDocumentedEventHasARowAndEveryRowADocumentedEvent(_ service: String) throws {
        let table = try #require(ServiceRegistry.service(named: service)?.eventTable)
        let events = table.documented.events
        #expect(Set(events.map(\.name)).count == events.count)
        #expect(!table.documented.source.isEmpty && table.documented.date.wholeMatch(of: /\d{4}-\d\d-\d\d/) != nil)
        for event in events {
            #expect(table.rule(for: event.name, action: event.actions.first) != nil, "\(event.name)")
            for action in event.actions {
                #expect(table.rule(for: event.name, action: action) != nil, "\(event.name).\(action)")
            }
        }
        for rule in table.rules {
            #expect(!rule.reason.isEmpty)
            for name in rule.events where name != "*" {
                let event = try #require(events.first { $0.name == name }, "\(name) is not documented")
                #expect(Set(rule.actions).isSubset(of: event.actions), "\(name) \(rule.actions)")
            }
        }
    }

    @Test(arguments: publicPayloads.keys.sorted())
    func theReportIsWhatTheCodeDoes(_ name: String) throws {
        let service = try #require(ServiceRegistry.service(named: name))
        let report = try #require(EventReport(service))
        let payload = try #require(Self.publicPayloads[name])
        for line in report.lines {
            // The names of some services' events have dots in them.
            let documented = try #require(service.eventTable).documented.events
            let event = try #require(
                documented.map(\.name).filter { line.event == $0 || line.event.hasPrefix($0 + ".") }.max {
                    $0.count < $1.count
                })
            let action = event == line.event ? nil : String(line.event.dropFirst(event.count + 1))
            let judged = try judge(name, event, action, payload)
            #expect((judged.privateContent == nil) == (line.outcome != "withheld"), "\(line.event)")
            if let code = line.code { #expect(judged.privateContent?.code == code, "\(line.event)") }
            if service.eventTable?.rule(for: event, action: action)?.standing == .byNature { continue }
            #expect(try judge(name, event, action, "{}").privateContent != nil, "\(line.event) proves nothing")
        }
        #expect(try judge(name, "invented", nil, payload).privateContent == .unknownVisibility)
    }

    /// What does not say it in the very way in which the service says it proves nothing.
    @Test(arguments: ["null", "0", "1", "\"false\"", "\"\"", "[]", "{}", "[false]", "true", "false, \"private\": true"])
    func oddFlagsAreNoProof(_ flag: String) throws {
        let table = GitHubService.table
        let payload = try #require(Self.publicPayloads["github"])
            .replacing("\"repository\": {\"private\": false", with: "\"repository\": {\"private\": \(flag)")
        for rule in table.rules where rule.standing == .proven {
            for event in rule.events {
                #expect(try judge("github", event, rule.actions.first, payload).privateContent != nil, "\(event)")
            }
        }
    }

    @Test(arguments: ["null", "0", "10", "21", "-20", "20.0", "\"20\"", "[20]", "20, \"visibility_level\": 0", "2e1"])
    func oddLevelsAreNoProof(_ level: String) throws {
        let payload = "{\"project\": {\"visibility_level\": \(level)}, \"project_visibility\": \"internal\"}"
        for rule in GitLabService.table.rules where rule.standing == .proven {
            for event in rule.events {
                #expect(try judge("gitlab", event, rule.actions.first, payload).privateContent != nil, "\(event)")
            }
        }
    }

    @Test func howManyEventsAreDocumented() {
        let counts = Self.services.map { name in
            ServiceRegistry.service(named: name)?.eventTable?.documented.events.count ?? 0
        }
        #expect(GitHubService.table.documented.events.count == 86)
        #expect(GitLabService.table.documented.events.count == 22)
        #expect(GitLabService.table.eventNames.count > 70)
        #expect(zip(Self.services, counts).allSatisfy { $1 > 0 || $0 == "standard" })
    }
}
