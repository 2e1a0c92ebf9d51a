import WebPages

extension Samples {
    static let forms: [Sample] = [
        Sample(
            "new", frame(.tokens),
            ServicesPage(
                crumbs: toTokens,
                services: services.map {
                    .init(
                        service: $0, url: "/tokens/new?service=\($0.name)",
                        summary: $0.tone == 1 ? "Sends a secret along" : "Signs its deliveries")
                })),
        Sample("new-github", frame(.tokens), newToken()),
        Sample(
            "new-github-wrong", frame(.tokens, hasErrors: true),
            newToken(
                problem: "The token was not made yet: one field wants another value.", scope: "fedora infra",
                scopeError: "A scope is OWNER or OWNER/REPOSITORY: letters, digits, “.”, “_” and “-”.")),
        Sample(
            "created", frame(.tokens),
            SecretPage(
                title: "The token is made", crumbs: toTokens, service: gitHub, heading: "“bodhi” is ready",
                lead: "Take the address and the secret to GitHub.",
                url: CopyField(id: "url", label: "Webhook URL", value: url),
                secret: CopyField(
                    id: "secret", label: "Secret",
                    value: "9f2c51b7e04d48a6a1f30c7be92d5568c3f7a90e14bb6d8e2f5071c4a86d3b9e", isSecret: true),
                waiting: waiting, guide: guide, test: [CodePart(text: curl), CodePart(text: "s3cr3t", isSecret: true)],
                testNote: "Its signature holds for five minutes.", tokenURL: "/tokens/3v7k2m9x4q8r1t6w5y0zabcdef")),
        Sample(
            "rotated", frame(.tokens),
            SecretPage(
                title: "A new secret", crumbs: toTokens + [PageLink(url: "/tokens/x", text: "bodhi")], service: gitHub,
                heading: "“bodhi” has a new secret", lead: "Replace the secret at GitHub.",
                url: CopyField(id: "url", label: "Webhook URL", value: url),
                noSecret: "It has the secret that you brought.", formerUntil: [later], tokenURL: "/tokens/x")),
        Sample(
            "new-sentry", frame(.tokens),
            NewTokenPage(
                crumbs: toTokens, service: gitHub, lead: "Sentry makes the secret: get it first.", guide: guide,
                fields: [nameField(""), eventsField(""), ownSecret])),
        Sample(
            "setup-quay", frame(.tokens),
            SetupPage(
                title: "Setting it up at Quay.io", crumbs: toTokens, service: gitHub, name: "image",
                url: CopyField(id: "url", label: "Webhook URL", value: url), hasSecret: false, guide: guide,
                path: "/tokens/x")),
        Sample(
            "setup", frame(.tokens),
            SetupPage(
                title: "Setting it up at GitHub", crumbs: toTokens + [PageLink(url: "/tokens/x", text: "bodhi")],
                service: gitHub, name: "bodhi", url: CopyField(id: "url", label: "Webhook URL", value: url),
                guide: guide, path: "/tokens/x")),
    ]

    static func newToken(problem: String? = nil, scope: String = "", scopeError: String? = nil) -> NewTokenPage {
        NewTokenPage(
            crumbs: toTokens + [PageLink(url: "/tokens/new", text: "New token")], service: gitHub,
            lead: "The address and the secret come next.",
            problem: problem,
            fields: [nameField(""), scopeField(scope, error: scopeError), eventsField("")],
            settings: [
                TextField(
                    id: "setting-instance_url", name: "setting.instance_url", label: "Address of the instance",
                    hint: "The messages name it.", placeholder: "https://tickets.example.org")
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
            hint: "What you want to call it: your project, perhaps.", maximum: 100, isProse: true)
    }

    static func scopeField(_ value: String, error: String? = nil) -> TextField {
        TextField(
            id: "scope", name: "scope", label: "Only from", value: value,
            hint: "An owner, or one repository. What comes from elsewhere is not published then.",
            placeholder: "owner/repository", isOptional: true, error: error)
    }

    static func eventsField(_ value: String) -> TextField {
        TextField(
            id: "events", name: "events", label: "Only these events", value: value,
            hint: "Separated by commas. A star stands for anything; empty is all.",
            placeholder: "push, pull_request.*, release.published", isOptional: true)
    }

    static let ownSecret = TextField(
        id: "own-secret", name: "secret", label: "Secret",
        hint: "At least 32 characters. Leave it empty to have one made.",
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
