import WebhookServices

/// `[services]`: which services are offered.
public struct ServicesConfiguration: ConfigurationSection {
    /// The services offered, by name.
    public var enabled = ["github", "gitlab", "forgejo", "discourse"]

    /// The services of `[services.NAME]`, by name.
    public internal(set) var configured: [GenericService] = []

    /// The defaults.
    public init() {}

    /// The services as the rest of the server sees them.
    public var registry: ServiceRegistry { ServiceRegistry(enabled: enabled, configured: configured) }

    static let documentation = [
        "The services whose webhooks are taken. These are built in:",
        ServiceRegistry.builtIn.map(\.name).joined(separator: ", ") + ".",
        "Others that sign by HMAC can be set up below.",
    ]

    static let keys = [
        key(
            "enabled", \.enabled, .names("a list of services' names"),
            "Services offered. Tokens of one that is taken out are kept, but their URLs answer 404.")
    ]
}
