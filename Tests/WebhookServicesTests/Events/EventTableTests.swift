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
    ]

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
            let parts = line.event.split(separator: ".").map(String.init)
            let action = parts.count > 1 ? parts[1] : nil
            let judged = try judge(name, parts[0], action, payload)
            #expect((judged.privateContent == nil) == (line.outcome != "withheld"), "\(line.event)")
            if let code = line.code { #expect(judged.privateContent?.code == code, "\(line.event)") }
            #expect(try judge(name, parts[0], action, "{}").privateContent != nil, "\(line.event) proves nothing")
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
        #expect(GitLabService.table.documented.events.count == 23)
        #expect(GitLabService.table.eventNames.count > 70)
        #expect(counts.allSatisfy { $0 > 0 })
    }
}
