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
        "gitlab": """
        {"project": {"visibility_level": 20}, "project_visibility": "public", "commit": {},
        "object_attributes": {"noteable_type": "Commit", "awardable_type": "Commit"}}
        """,
        "forgejo": forge, "gitea": forge,
        "discourse": """
        {"ping": "OK", "post": {"topic_archetype": "regular", "post_type": 1},
        "like": {"post": {"topic_archetype": "regular"}}, "solved": {"topic_archetype": "regular"}, "user_badge": {},
        "topic": {"archetype": "regular", "visible": true},
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
        "last_run": {"repository": {"private": false}},
        "package": {"owner": {"visibility": "public"}}, "release": {"draft": false}}
        """

    func judge(_ service: String, _ event: String, _ action: String?, _ payload: String) throws -> EventJudgement {
        let table = try #require(ServiceRegistry.service(named: service)?.eventTable)
        return try JSONParser().withDocument(Array(payload.utf8)[...]) { table.judge(event, action: action, $0) }
    }

    func report(_ name: String) throws -> EventReport {
        let service = try #require(ServiceRegistry.service(named: name))
        return try #require(EventReport(service))
    }

    /// What a service's payload of an event has of the public one, with some more members.
    func publicPayload(
        _ service: String, _ event: String, _ action: String?, adding more: [String: Any] = [:]
    ) throws -> String {
        let text = try #require(Self.publicPayloads[service])
        var payload = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        if service == "discourse" { payload = payload.filter { $0.key == event } }
        if service == "gitlab" {
            payload[action == nil ? "object_kind" : "event_name"] = action ?? (event == "job" ? "build" : event)
        }
        payload.merge(more, uniquingKeysWith: Self.merged)
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try JSONSerialization.data(withJSONObject: payload, options: options), as: UTF8.self)
    }

    static func merged(_ old: Any, _ new: Any) -> Any {
        guard let old = old as? [String: Any], let new = new as? [String: Any] else { return old }
        return old.merging(new, uniquingKeysWith: merged)
    }

    /// Members with a value at a path; stars are some key.
    static func members(_ path: String, _ value: Any) -> [String: Any] {
        let keys = path.split(separator: ".").map { $0.hasPrefix("*") ? "any" : String($0) }
        return keys.dropLast().reversed().reduce([keys.last ?? "": value]) { [$1: $0] }
    }

    /// What a line says is cut is so in a payload that has all of it, and nothing else is.
    @Test(arguments: publicPayloads.keys.sorted())
    func `what is cut is in the report`(_ name: String) throws {
        let service = try #require(ServiceRegistry.service(named: name))
        let report = try #require(EventReport(service))
        let table = try #require(service.eventTable)
        for line in report.lines where line.outcome != "withheld" {
            let event = try #require(
                table.documented.events.map(\.name).filter { line.event == $0 || line.event.hasPrefix($0 + ".") }.max {
                    $0.count < $1.count
                })
            let action = event == line.event ? nil : String(line.event.dropFirst(event.count + 1))
            let actions = table.documented.events.first { $0.name == event }?.actions
            let rule = try #require(table.rule(for: event, action: action))
            let common = table.common.of(event, isMember: table.isOneMember)
            let reductions = (rule.reductions + common.reductions).map(\.redaction)
            var more: [String: Any] = [:]
            for path in rule.removed + rule.blanked + common.removed + common.blanked {
                more.merge(Self.members(path, "MARK"), uniquingKeysWith: Self.merged)
            }
            for reduction in reductions {
                let rest = reduction.path.isEmpty ? "mark" : reduction.path + ".mark"
                more.merge(Self.members(rest, "MARK"), uniquingKeysWith: Self.merged)
            }
            let isWhole = reductions.contains { $0.path.isEmpty }
            if !isWhole, !table.isOneMember { more["other"] = ["stays": 1] }
            let payload = try publicPayload(name, event, action, adding: more)
            let judged = try JSONParser().withDocument(Array(payload.utf8)[...]) {
                (document) throws(WebhookError) -> (PrivateContent?, String) in
                let judged = table.judge(event, action: action ?? actions?.first, document)
                let pieces = judged.payload(of: document, allowsPrivateContent: false)
                return (judged.privateContent, String(decoding: pieces.joined(), as: UTF8.self))
            }
            #expect(judged.0 == nil, "\(line.event)")
            #expect(!judged.1.contains("MARK"), "\(line.event): \(judged.1)")
            if more["other"] != nil { #expect(judged.1.contains(#""other":{"stays":1}"#), "\(line.event)") }
            // Every place has its words.
            let words = (line.cuts + report.everywhere).joined(separator: "; ")
            for path in rule.removed + rule.blanked + common.removed + common.blanked { #expect(words.contains(path)) }
            let plain = try publicPayload(name, event, action)
            let isCut = !(rule.removed + rule.blanked + common.removed + common.blanked).allSatisfy {
                $0.hasPrefix("**")
            }
            switch line.outcome {
            case "published": #expect(!isCut && rule.reductions.isEmpty, "\(line.event) \(plain)")
            case "projected": #expect(!rule.reductions.isEmpty)
            default: #expect(isCut || reductions.contains { !$0.path.hasPrefix("**") }, "\(line.event)")
            }
        }
    }

    /// Where nothing proves that anything is public, nothing is.
    @Test(arguments: ["weblate", "standard"])
    func `what proves nothing is withheld`(_ name: String) throws {
        let report = try report(name)
        #expect(!report.lines.isEmpty && report.lines.allSatisfy { $0.outcome == "withheld" })
        #expect(report.lines.allSatisfy { $0.code == "unknown_visibility" })
    }

    @Test func `outcomes`() throws {
        for (name, event, outcome) in [
            ("github", "star", "published"), ("github", "push", "cut"), ("github", "pull_request", "projected"),
            ("github", "issues.field_added", "withheld"), ("dockerhub", "push", "cut"), ("gitlab", "issue", "cut"),
            ("gitlab", "push", "cut"), ("forgejo", "push", "cut"), ("discourse", "group", "cut"),
            ("discourse", "user_badge", "cut"), ("sentry", "issue", "projected"),
            ("pretix", "event.checkin", "projected"), ("bitbucket", "repo.push", "published"),
        ] {
            let report = try report(name)
            #expect(report.lines.first { $0.event == event }?.outcome == outcome, "\(name) \(event)")
        }
    }

    @Test(arguments: services)
    func `every documented event has a row and every row a documented event`(_ service: String) throws {
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
    func `the report is what the code does`(_ name: String) throws {
        let service = try #require(ServiceRegistry.service(named: name))
        let report = try #require(EventReport(service))
        for line in report.lines {
            // The names of some services' events have dots in them.
            let documented = try #require(service.eventTable).documented.events
            let event = try #require(
                documented.map(\.name).filter { line.event == $0 || line.event.hasPrefix($0 + ".") }.max {
                    $0.count < $1.count
                })
            let action = event == line.event ? nil : String(line.event.dropFirst(event.count + 1))
            let payload = try publicPayload(name, event, action)
            let first = name == "discourse" ? documented.first { $0.name == event }?.actions.first : nil
            let judged = try judge(name, event, action ?? first, payload)
            #expect((judged.privateContent == nil) == (line.outcome != "withheld"), "\(line.event)")
            if let code = line.code { #expect(judged.privateContent?.code == code, "\(line.event)") }
            if service.eventTable?.rule(for: event, action: action)?.standing == .byNature { continue }
            #expect(try judge(name, event, action, "{}").privateContent != nil, "\(line.event) proves nothing")
        }
        #expect(
            try judge(name, "invented", nil, publicPayload(name, "push", nil)).privateContent == .unknownVisibility)
    }

    /// What does not say it in the very way in which the service says it proves nothing.
    @Test(arguments: ["null", "0", "1", "\"false\"", "\"\"", "[]", "{}", "[false]", "true", "false, \"private\": true"])
    func `odd flags are no proof`(_ flag: String) throws {
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
    func `odd levels are no proof`(_ level: String) throws {
        let payload = "{\"project\": {\"visibility_level\": \(level)}, \"project_visibility\": \"internal\"}"
        for rule in GitLabService.table.rules where rule.standing == .proven {
            for event in rule.events {
                #expect(try judge("gitlab", event, rule.actions.first, payload).privateContent != nil, "\(event)")
            }
        }
    }

    @Test func `how many events are documented`() {
        let counts = Self.services.map { name in
            ServiceRegistry.service(named: name)?.eventTable?.documented.events.count ?? 0
        }
        #expect(GitHubService.table.documented.events.count == 86)
        #expect(GitLabService.table.documented.events.count == 22)
        #expect(GitLabService.table.eventNames.count > 70)
        #expect(zip(Self.services, counts).allSatisfy { $1 > 0 || $0 == "standard" })
    }
}
