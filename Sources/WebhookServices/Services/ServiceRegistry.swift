/// The services there are. One line each.
public enum ServiceRegistry {
    /// All of them.
    public static let all: [any WebhookService] = [
        GitHubService(),
        GitLabService(),
        ForgejoService(),
        DiscourseService(),
    ]

    /// The service of that name.
    public static func service(named name: String) -> (any WebhookService)? {
        all.first { $0.name == name }
    }
}
