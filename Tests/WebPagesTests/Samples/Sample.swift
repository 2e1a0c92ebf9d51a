import WebPages

@testable import Gateway

/// A page filled with made-up content, in one of its states.
struct Sample: Sendable {
    /// What its file in the gallery is called.
    let name: String
    let frame: PageFrame
    let content: any PageContent

    init(_ name: String, _ frame: PageFrame, _ content: some PageContent) {
        self.name = name
        self.frame = frame
        self.content = content
    }

    func html(_ renderer: PageRenderer) throws -> String {
        String(decoding: try renderer.render(content, in: frame), as: UTF8.self)
    }

    /// Every page in every state worth a look.
    static let all: [Sample] = Samples.front + Samples.lists + Samples.forms + Samples.tokens + Samples.others
}

/// Pieces that several samples are made of.
enum Samples {
    static let links = [
        PageLink(url: "https://docs.example.org/webhooks", text: "Help"),
        PageLink(url: "https://github.com/example/webhook2fedmsg", text: "Source"),
    ]

    static let loggedOut = PageFrame(loginURL: "/login", isIndexed: true, version: "1.0.0", links: links)

    static func frame(
        _ section: PageFrame.Section, flash: Alert? = nil, isAdmin: Bool = false, isDevelopment: Bool = false,
        hasErrors: Bool = false
    ) -> PageFrame {
        PageFrame(
            viewer: Viewer(name: "zoe", isAdmin: isAdmin), csrf: "n0tArealT0ken-n0tArealT0ken-n0tArealT0ken-43",
            flash: flash, section: section, isDevelopment: isDevelopment, hasErrors: hasErrors, version: "1.0.0",
            links: links)
    }

    static let gitHub = ServiceBadge(name: "github", title: "GitHub", letters: "GH", tone: 0)
    static let gitLab = ServiceBadge(name: "gitlab", title: "GitLab", letters: "GL", tone: 1)
    static let forgejo = ServiceBadge(name: "forgejo", title: "Forgejo", letters: "Fj", tone: 2)
    static let discourse = ServiceBadge(name: "discourse", title: "Discourse", letters: "Di", tone: 3)
    static let services = [
        gitHub, gitLab, forgejo, discourse,
        ServiceBadge(name: "gitea", title: "Gitea", letters: "Ge", tone: 4),
        ServiceBadge(name: "pretix", title: "pretix", letters: "Px", tone: 5),
        ServiceBadge(name: "bitbucket", title: "Bitbucket Cloud", letters: "Bb", tone: 4),
        ServiceBadge(name: "pagure", title: "Pagure", letters: "Pa", tone: 7),
        ServiceBadge(name: "standard", title: "Standard Webhooks", letters: "SW", tone: 6),
        ServiceBadge(name: "weblate", title: "Weblate", letters: "We", tone: 3),
        ServiceBadge(name: "sentry", title: "Sentry", letters: "Se", tone: 5),
        ServiceBadge(name: "quay", title: "Quay.io", letters: "Qu", tone: 1),
        ServiceBadge(name: "dockerhub", title: "Docker Hub", letters: "DH", tone: 4),
    ]

    static let url = "https://webhooks.fedoraproject.example/github/3v7k2m9x4q8r1t6w5y0zabcdef"
    static let moment = Moment(iso: "2026-11-23T21:40:12Z", text: "23 Nov 2026, 21:40 UTC")
    static let later = Moment(iso: "2026-11-25T21:40:12Z", text: "25 Nov 2026, 21:40 UTC")
    static let earlier = Moment(iso: "2026-09-02T08:15:00Z", text: "2 Sep 2026, 08:15 UTC")

    static let enabled = StatePill(text: "Enabled", tone: .ok)
    static let disabled = StatePill(text: "Disabled", tone: .off)
    static let published = StatePill(text: "Published", tone: .ok)
    static let refused = StatePill(text: "Refused", tone: .bad)
    static let withheld = StatePill(text: "Not published", tone: .warn)

    static let toTokens = [PageLink(url: "/tokens", text: "Tokens")]

    static let guide = SetupSteps(
        serviceTitle: "GitHub",
        places: [
            .init(
                title: "A repository", path: ["Settings", "Webhooks", "Add webhook"],
                address: "https://github.com/OWNER/REPOSITORY/settings/hooks/new"),
            .init(
                title: "All repositories of an organization", path: ["Settings", "Webhooks", "Add webhook"],
                address: "https://github.com/organizations/ORGANIZATION/settings/hooks/new"),
        ],
        steps: [
            "Open the settings of the repository or the organization; you have to be an administrator of it.",
            "Choose Webhooks on the left, then Add webhook.",
            "Fill in the fields as below.",
            "Choose Send me everything, or Let me select individual events.",
            "Save with Add webhook. GitHub sends a ping at once: it appears here as the first delivery.",
        ],
        fields: [
            .init(label: "Payload URL", value: "the webhook URL above", isLiteral: false),
            .init(label: "Content type", value: "application/json", isLiteral: true),
            .init(label: "Secret", value: "the secret above", isLiteral: false),
            .init(label: "SSL verification", value: "Enable SSL verification", isLiteral: true),
        ],
        events: "Send me everything; what is private stays off the bus.",
        notes: ["A form (application/x-www-form-urlencoded) is taken, too."],
        reference: "https://docs.github.com/en/webhooks/using-webhooks/creating-webhooks")

    static let waiting = WaitingCard(
        statusURL: "/tokens/3v7k2m9x4q8r1t6w5y0zabcdef/status", since: 0,
        tokenURL: "/tokens/3v7k2m9x4q8r1t6w5y0zabcdef", serviceTitle: "GitHub")
}
