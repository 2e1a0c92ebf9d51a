// `GitHubMessageV1`, `GitLabMessageV1` and `ForgejoMessageV1` take names from the envelope, which is ours; their
// `summary` takes the repository's name from the payload, and raises where there is no such member. (Its value may be
// anything.)

extension GitHubService {
    /// `webhook2fedmsg.github.message_v1`.
    public var robustSchema: MessageSchema? { MessageSchema(own: name) }

    /// `body["repository"]["full_name"]`.
    public func fit(_ event: inout WebhookEvent, to document: JSONDocument) {
        if !document.contains("repository.full_name") {
            event.consumerHazard = .summary(member: "repository.full_name")
        }
    }
}

extension GitLabService {
    /// `webhook2fedmsg.gitlab.message_v1`.
    public var robustSchema: MessageSchema? { MessageSchema(own: name) }

    /// `body["repository"]["name"]`: releases, deployments, pipelines, wiki pages and others have none.
    public func fit(_ event: inout WebhookEvent, to document: JSONDocument) {
        if !document.contains("repository.name") { event.consumerHazard = .summary(member: "repository.name") }
    }
}

extension ForgejoService {
    /// `webhook2fedmsg.forgejo.message_v1`.
    public var robustSchema: MessageSchema? { MessageSchema(own: name) }

    /// `body["run"]["repository"]["full_name"]` where `"repository" in body["run"]`, else
    /// `body["repository"]["full_name"]`.
    public func fit(_ event: inout WebhookEvent, to document: JSONDocument) {
        switch document.value("run") {
        case nil:
            break
        case .object:
            guard document.contains("run.repository") else { break }
            if !document.contains("run.repository.full_name") {
                event.consumerHazard = .summary(member: "run.repository.full_name")
            }
            return
        case .string(let text) where !text.utf8.holds("repository".utf8):
            // Python looks for the word in the text.
            break
        default:
            // An array may hold the word or not: no Forgejo sends one.
            event.consumerHazard = .summary(member: "run.repository.full_name")
            return
        }
        if !document.contains("repository.full_name") {
            event.consumerHazard = .summary(member: "repository.full_name")
        }
    }
}

extension PretixService {
    /// `webhook2fedmsg.pretix.message_v1`.
    public var robustSchema: MessageSchema? { MessageSchema(own: name) }

    /// All that `PretixMessageV1` reads is required by its schema; ours requires the instance alone, which is not in the
    /// payload.
    public func fit(_ event: inout WebhookEvent, to document: JSONDocument) {
        if let member = event.missingMember, member != Self.instanceKey {
            event.consumerHazard = .schema(member: member)
        }
    }
}
