import FedoraMessaging

/// All settings of the server, with their defaults.
///
/// They come from a TOML file and, above it, from environment variables: see ``load(path:environment:)``.
public struct Configuration: Sendable {
    /// The keys above the first section.
    public var general = GeneralConfiguration()
    /// `[server]`
    public var server = ServerConfiguration()
    /// `[ingest]`
    public var ingest = IngestConfiguration()
    /// `[messages]`
    public var messages = MessagesConfiguration()
    /// `[bare_path]`
    public var barePath = BarePathConfiguration()
    /// `[services]`
    public var services = ServicesConfiguration()
    /// `[broker]`
    public var broker = BrokerConfiguration()
    /// `[database]`
    public var database = DatabaseConfiguration()
    /// `[cache]`
    public var cache = CacheConfiguration()
    /// `[tokens]`
    public var tokens = TokensConfiguration()
    /// `[deliveries]`
    public var deliveries = DeliveriesConfiguration()
    /// `[oidc]`
    public var oidc = OIDCConfiguration()
    /// `[sessions]`
    public var sessions = SessionsConfiguration()
    /// `[pages]`
    public var pages = PagesConfiguration()
    /// `[keys]`
    public var keys = KeysConfiguration()
    /// `[log]`
    public var log = LogConfiguration()
    /// The destination of messages, made of `[broker]`; nil until the configuration was loaded.
    public internal(set) var publisher: PublisherTarget = .file(path: "")
    /// The file that was read; nil if there was none.
    public internal(set) var file: String?
    /// The place at which each key was set, by its name with the section.
    var sources: [String: SettingsProblem.Source] = [:]
    /// Remarks on what is odd but no error, to be logged at the start.
    public internal(set) var warnings: [String] = []

    /// Every default. Paths that depend on the machine are still empty: ``load(path:environment:)`` fills them in.
    public init() {}
}
