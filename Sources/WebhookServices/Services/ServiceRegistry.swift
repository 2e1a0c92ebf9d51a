/// The services that a server offers: those of the built-in ones that are enabled, and the configured ones.
public struct ServiceRegistry: Sendable {
    /// The built-in services. One line each.
    public static let builtIn: [any WebhookService] = [
        GitHubService(),
        GitLabService(),
        ForgejoService(),
        DiscourseService(),
        GiteaService(),
        BitbucketService(),
        PagureService(),
        PretixService(),
        WeblateService(),
        SentryService(),
        QuayService(),
        DockerHubService(),
        StandardWebhooksService(),
    ]

    /// Names that no configured service can have: other things are at these addresses, or may come to be.
    public static let reservedNames: Set<String> = [
        "about", "account", "accounts", "admin", "api", "assets", "auth", "authorize", "callback", "config", "css",
        "debug", "deliveries", "docs", "events", "favicon", "generic", "health", "healthz", "help", "images", "img",
        "js", "live", "livez", "login", "logout", "metrics", "oidc", "outbox", "privacy", "profile", "ready", "readyz",
        "robots", "schema", "schemas", "security", "services", "session", "sessions", "settings", "static", "stats",
        "status", "token", "tokens", "user", "users", "version", "webhook", "webhooks", "well-known",
    ]

    /// The services whose webhooks are taken, in the order in which people see them.
    public let offered: [any WebhookService]
    /// The configured services and all built-in ones, offered or not: tokens of one that was taken out stay listed.
    public let known: [any WebhookService]

    /// - Parameters:
    ///   - enabled: names of built-in services; one that is none is passed over.
    ///   - configured: the services of the configuration, which are offered because they are there.
    public init(enabled: [String], configured: [any WebhookService] = []) {
        offered = Self.builtIn.filter { enabled.contains($0.name) } + configured
        known = Self.builtIn + configured
    }

    /// The offered service of that name.
    public func offered(named name: String) -> (any WebhookService)? {
        offered.first { $0.name == name }
    }

    /// The service of that name, offered or not.
    public func known(named name: String) -> (any WebhookService)? {
        known.first { $0.name == name }
    }

    /// The built-in service of that name.
    public static func service(named name: String) -> (any WebhookService)? {
        builtIn.first { $0.name == name }
    }

    /// The topic permission to write that the offered services need, as a regular expression for RabbitMQ:
    /// `^org\.fedoraproject\.prod\.(github|webhook\.gitea)\..*$`.
    ///
    /// - Parameter prefix: what goes before every topic; may be empty.
    public func topicPattern(prefix: String) -> String {
        guard !offered.isEmpty else { return "^$" }
        let words = prefix.split(separator: ".").map { Self.escaped($0) + "\\." }.joined()
        return "^\(words)(\(offered.map { Self.escaped($0.topicRoot) }.joined(separator: "|")))\\..*$"
    }

    private static func escaped(_ text: some StringProtocol) -> String {
        text.split(separator: ".").joined(separator: "\\.")
    }
}
