import Foundation
import TestSupport
import Testing
import WebhookServices

/// The payloads of the corpora and of the fixtures, each with the headers that its service would send.
struct CorpusDelivery {
    var service: any WebhookService
    /// The file, from the corpora's folder on.
    var file: String
    var headers: HeaderList
    var body: [UInt8]

    /// The event as a token without settings gets it.
    func event() throws -> WebhookEvent {
        var webhook = request(headers, body)
        webhook.settings = ["instance_url": "https://pretix.example.org"]
        webhook.isAtTokenAddress = true
        return try service.event(of: webhook)
    }

    /// All of them.
    static func all() throws -> [CorpusDelivery] {
        try (corpora.map { try inCorpora($0) } ?? []) + inFixtures()
    }

    private static func inCorpora(_ root: URL) throws -> [CorpusDelivery] {
        let services: [(folder: String, service: any WebhookService)] = [
            ("octokit-github", GitHubService()), ("drone-github", GitHubService()), ("drone-gitlab", GitLabService()),
            ("go-playground-gitlab", GitLabService()), ("drone-gitea", GiteaService()),
            ("go-playground-gitea", GiteaService()), ("go-playground-gogs", GiteaService()),
            ("drone-gitea", ForgejoService()), ("go-playground-gitea", ForgejoService()),
            ("drone-bitbucket", BitbucketService()), ("go-playground-bitbucket", BitbucketService()),
            ("drone-stash", BitbucketService()), ("go-playground-bitbucket-server", BitbucketService()),
        ]
        var deliveries: [CorpusDelivery] = []
        for (folder, service) in services {
            for (file, body) in try RealPayloads.payloads(folder) {
                let event = eventName(of: file, folder: folder, service: service, body: body)
                let name = folder == "octokit-github" ? folder + "/" + event : folder
                deliveries.append(
                    CorpusDelivery(
                        service: service, file: name + "/" + file.lastPathComponent,
                        headers: headers(service, event: event), body: body))
            }
        }
        for file in try FileManager.default.contentsOfDirectory(
            at: root.appendingPathComponent("w2fm/bodies"), includingPropertiesForKeys: nil)
        {
            let name = file.deletingPathExtension().lastPathComponent.dropFirst("discourse-".count)
            let kinds: [String: String] = [
                "accepted-solution": "solved.accepted_solution", "ping": "ping.ping",
                "post-created": "post.post_created",
                "post-edited": "post.post_edited", "post-liked": "like.post_liked", "post-unicode": "post.post_created",
                "topic-created": "topic.topic_created", "user-created": "user.user_created",
            ]
            let event = try #require(kinds[String(name)])
            deliveries.append(
                CorpusDelivery(
                    service: DiscourseService(), file: "w2fm/bodies/" + file.lastPathComponent,
                    headers: headers(DiscourseService(), event: event), body: try bytes(of: file)))
        }
        return deliveries
    }

    private static func inFixtures() throws -> [CorpusDelivery] {
        let manager = FileManager.default
        return try manager.contentsOfDirectory(atPath: OwnPayloads.folder.path).sorted().flatMap { name in
            guard let service = ServiceRegistry.service(named: name) else { return [CorpusDelivery]() }
            return try OwnPayloads.payloads(of: name).map { event, file, body in
                CorpusDelivery(
                    service: service, file: "\(name)/\(event)/\(file)", headers: headers(service, event: event),
                    body: body)
            }
        }
    }

    private static func headers(_ service: any WebhookService, event: String) -> HeaderList {
        var headers: HeaderList = ["Content-Type": "application/json"]
        let names = service.exampleHeaders(event: event) ?? service.exampleHeaders(event: nil) ?? [:]
        for (name, value) in names.sorted(by: { $0.key < $1.key }) { headers.fields.append((name, Array(value.utf8))) }
        return headers
    }

    /// The name of the event: a folder's, what the payload says, or what the file's name tells.
    private static func eventName(of file: URL, folder: String, service: any WebhookService, body: [UInt8]) -> String {
        if folder == "octokit-github" { return file.deletingLastPathComponent().lastPathComponent }
        let payload = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
        let name = file.deletingPathExtension().lastPathComponent
        switch service.name {
        case "gitlab":
            return payload?["event_name"] as? String ?? payload?["object_kind"] as? String ?? "push"
        case "bitbucket":
            if let key = payload?["eventKey"] as? String { return key }
            return payload?["pullrequest"] != nil ? "pullrequest:created" : "repo:push"
        default:
            if payload?["review"] is [String: Any], payload?["pull_request"] != nil {
                return service.name == "github" ? "pull_request_review" : "pull_request_approved"
            }
            if payload?["comment"] != nil, payload?["issue"] != nil { return "issue_comment" }
            if payload?["release"] != nil { return "release" }
            if payload?["pull_request"] != nil { return "pull_request" }
            if payload?["issue"] != nil { return "issues" }
            if payload?["merge_group"] != nil { return "merge_group" }
            if payload?["check_run"] != nil { return "check_run" }
            if payload?["workflow_run"] != nil { return "workflow_run" }
            if payload?["commits"] != nil { return "push" }
            if payload?["forkee"] != nil { return "fork" }
            if name.contains("delete") { return "delete" }
            if name.contains("create") { return "create" }
            if payload?["state"] != nil { return "status" }
            return "push"
        }
    }
}
