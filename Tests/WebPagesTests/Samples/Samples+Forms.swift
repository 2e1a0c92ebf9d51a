import WebPages

@testable import Gateway

extension Samples {
    static let forms: [Sample] = [
        Sample(
            "new", frame(.tokens),
            ServicesPage(
                crumbs: toTokens,
                services: services.map {
                    .init(
                        service: $0, url: "/tokens/new?service=\($0.name)",
                        summary: $0.tone == 1 ? "Pushes, merge requests, pipelines" : "Pushes, pull requests, releases")
                })),
        Sample("new-github", frame(.tokens), newToken()),
        Sample(
            "new-github-wrong", frame(.tokens, hasErrors: true),
            newToken(
                problem: "Token not created. Check the field marked below.", scope: "fedora infra",
                scopeError: "Enter “owner” or “owner/repository”, e.g. fedora-infra/bodhi.")),
        Sample(
            "created", frame(.tokens),
            SecretPage(
                title: "Token created", crumbs: toTokens, service: gitHub, heading: "“bodhi” is ready",
                lead: "Copy the URL and secret to GitHub.",
                url: CopyField(id: "url", label: "Webhook URL", value: url),
                secret: CopyField(
                    id: "secret", label: "Secret",
                    value: "9f2c51b7e04d48a6a1f30c7be92d5568c3f7a90e14bb6d8e2f5071c4a86d3b9e", isSecret: true),
                waiting: waiting, guide: guide, test: [CodePart(text: curl), CodePart(text: "s3cr3t", isSecret: true)],
                testNote: "The signature is valid for five minutes.", tokenURL: "/tokens/3v7k2m9x4q8r1t6w5y0zabcdef")),
        Sample(
            "rotated", frame(.tokens),
            SecretPage(
                title: "New secret", crumbs: toTokens + [PageLink(url: "/tokens/x", text: "bodhi")], service: gitHub,
                heading: "“bodhi” has a new secret", lead: "Replace the secret at GitHub.",
                url: CopyField(id: "url", label: "Webhook URL", value: url),
                noSecret: "Uses the secret you provided.", formerUntil: [later], tokenURL: "/tokens/x")),
        Sample(
            "new-sentry", frame(.tokens),
            NewTokenPage(
                crumbs: toTokens, service: gitHub,
                lead: "You need a key from Sentry first. You get the URL on the next page.", guide: guide,
                fields: [nameField(""), eventsField(""), ownSecret])),
        Sample(
            "setup-quay", frame(.tokens),
            SetupPage(
                title: "Set up Quay.io", crumbs: toTokens, service: gitHub, name: "image",
                url: CopyField(id: "url", label: "Webhook URL", value: url), hasSecret: false, guide: guide,
                path: "/tokens/x")),
        Sample(
            "setup", frame(.tokens),
            SetupPage(
                title: "Set up GitHub", crumbs: toTokens + [PageLink(url: "/tokens/x", text: "bodhi")],
                service: gitHub, name: "bodhi", url: CopyField(id: "url", label: "Webhook URL", value: url),
                guide: guide, path: "/tokens/x")),
    ]

    static func newToken(problem: String? = nil, scope: String = "", scopeError: String? = nil) -> NewTokenPage {
        NewTokenPage(
            crumbs: toTokens + [PageLink(url: "/tokens/new", text: "New token")], service: gitHub,
            lead: "You get the URL and secret on the next page.",
            problem: problem,
            fields: [nameField(""), scopeField(scope, error: scopeError), eventsField("")],
            settings: [
                TextField(
                    id: "setting-instance_url", name: "setting.instance_url", label: "Instance URL",
                    hint: "It is part of the published messages.", placeholder: "https://tickets.example.org")
            ],
            checks: [
                CheckField(
                    id: "setting-fedora_accounts", name: "setting.fedora_accounts",
                    label: "Accounts there are Fedora accounts", value: "yes", isChecked: true, isLocked: true,
                    hint: "Only an administrator can change this.")
            ],
            ownSecret: ownSecret)
    }

    static func nameField(_ value: String) -> TextField {
        TextField(
            id: "name", name: "name", label: "Name", value: value,
            hint: "For example, your project’s name.", maximum: 100, isProse: true)
    }

    static func scopeField(_ value: String, error: String? = nil) -> TextField {
        TextField(
            id: "scope", name: "scope", label: "Repository or owner", value: value,
            hint: "Publish only events from this owner or repository.",
            placeholder: "owner/repository", isOptional: true, error: error)
    }

    static func eventsField(_ value: String) -> TextField {
        TextField(
            id: "events", name: "events", label: "Events to publish", value: value,
            hint: "Separate events with commas. “*” matches any action. Leave empty for all events.",
            placeholder: "push, pull_request.*, release.published", isOptional: true)
    }

    static let ownSecret = TextField(
        id: "own-secret", name: "secret", label: "Secret",
        hint: "At least 32 characters. Leave empty to generate one.",
        maximum: 255, isOptional: true)

    static let curl = """
        curl --data-binary '{"zen":"Keep it logically awesome.","hook_id":1}' \\
          --header 'Content-Type: application/json' \\
          --header 'X-GitHub-Event: ping' \\
          --header 'X-GitHub-Delivery: 5e1b0a52-6a0c-4b53-9c1f-1a2b3c4d5e6f' \\
          --header 'X-Hub-Signature-256: sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17' \\
          '\(url)'
        """
}
