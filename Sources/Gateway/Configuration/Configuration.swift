import Database
import FedoraMessaging
import Glibc

/// All settings of the server: the parts' own structs, whose defaults are the configuration's.
///
/// They come from a TOML file and, above it, from environment variables: see ``load(path:environment:)``.
public struct Configuration: Sendable {
    /// The folder for what the server keeps: the SQLite database, the root key, the file of messages.
    public var stateDirectory = ""
    /// `[server]`, and what `[ingest]` says of the HTTP server.
    public var server = ServerConfiguration()
    /// `[ingest]` and `[messages]`, and the largest message of `[broker]`.
    var ingest = IngestSettings()
    /// `[bare_path]`
    var barePath = BarePathSettings()
    /// `[services]`
    var services = ServicesConfiguration()
    /// `[broker]`
    var broker = BrokerConfiguration()
    /// `[database]`
    var database = DatabaseConfiguration()
    /// `[cache]`
    var cache = TokenCacheSettings()
    /// `[tokens]`
    var tokens = TokenLimits()
    /// `[deliveries]`
    var deliveries = DeliverySettings()
    /// `[oidc]`
    var oidc = OIDCConfiguration()
    /// `[sessions]`
    var sessions = SessionSettings()
    /// `[pages]`
    var pages = PageSettings()
    /// `[keys]`
    var keys = KeysConfiguration()
    /// `[log]`
    public var log = LogSettings()
    /// The destination of messages, made of `[broker]` when the configuration is loaded.
    public internal(set) var publisher: PublisherTarget = .file(path: "")
    /// The file that was read; `nil` if there was none.
    public internal(set) var file: String?
    /// The place at which each key was set, by its name with the section.
    var sources: [String: SettingsProblem.Source] = [:]
    /// Remarks on what is odd but no error, to be logged at the start.
    public internal(set) var warnings: [String] = []

    /// Creates the defaults. Paths that depend on the machine are still empty: ``load(path:environment:)`` fills them in.
    public init() {}

    // MARK: Loading

    /// The file that is read if nothing else is said, where it is there.
    public static let defaultPath = "/etc/webhook2fedmsg/webhook2fedmsg.toml"

    /// Reads the configuration.
    ///
    /// - Parameters:
    ///   - path: The file; `nil` takes `$W2F_CONFIG`, else ``defaultPath`` if it is there, else the defaults alone.
    ///   - environment: The process's environment. `W2F_<SECTION>_<KEY>` goes above the file, and
    ///     `W2F_<SECTION>_<KEY>_FILE` names a file that holds the value.
    ///   - knownServices: The names that `services.enabled` may hold; `nil` takes any.
    ///   - standard: The file that is read if nothing else is said.
    /// - Throws: All that is wrong, each with the file, line and key or with the variable's name.
    public static func load(
        path: String? = nil, environment: [String: String], knownServices: [String]? = nil,
        standard: String = defaultPath
    ) throws(SettingsError) -> Configuration {
        var loader = ConfigurationLoader()
        let named = path ?? environment["W2F_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        if let file = named ?? (access(standard, F_OK) == 0 ? standard : nil) {
            loader.apply(try TOMLDocument(path: file))
        }
        loader.apply(environment: environment)
        return try loader.finish(environment: environment, knownServices: knownServices)
    }

    /// Reads a configuration from a text.
    static func load(
        text: String, file: String = "webhook2fedmsg.toml", environment: [String: String] = ["HOME": "/home/w2f"],
        knownServices: [String]? = nil, systemStateDirectory: String = StateDirectory.system,
        defaults: Configuration = Configuration()
    ) throws(SettingsError) -> Configuration {
        var loader = ConfigurationLoader(defaults: defaults)
        loader.systemStateDirectory = systemStateDirectory
        loader.apply(try TOMLDocument(bytes: Array(text.utf8), file: file))
        loader.apply(environment: environment)
        return try loader.finish(environment: environment, knownServices: knownServices)
    }

    // MARK: For people

    /// The main settings in a few lines, without secrets: for `check-config` and the log's first line.
    public var summary: [(name: String, value: String)] {
        [
            ("file", file ?? "none (defaults and environment)"),
            ("state_dir", stateDirectory),
            ("listen", server.listen.map(\.description).joined(separator: ", ")),
            ("https", server.tls.certificate ?? "no"),
            ("public_url", server.baseURL),
            ("loops", "\(server.loopCount)"),
            ("services", services.registry.offered.map(\.name).joined(separator: ", ")),
            ("publisher", publisher.description),
            ("topic permission", services.registry.topicPattern(prefix: broker.settings.topicPrefix)),
            ("database", (try? DatabaseURL.parse(database.url ?? ""))?.description ?? "unreadable"),
        ]
    }
}

extension ConfigurationSection {
    /// The keys above the first section.
    static let top = ConfigurationSection(
        "",
        documentation: [
            "The settings of webhook2fedmsg: every key with its default.",
            "",
            "Environment variables go above this file: W2F_<SECTION>_<KEY>, for example W2F_SERVER_LISTEN (a list's items",
            "are separated by commas). With _FILE behind its name a variable names a file that holds the value, for secrets.",
            "Sizes are written as \"25 MiB\" or \"64 KiB\", durations as \"500ms\", \"8s\", \"5m\" or \"24h\".",
        ],
        keys: [
            key(
                "state_dir", \.stateDirectory, .string("a path"),
                "Where the SQLite database, the root key and the file of messages are kept. By default the first of: "
                    + "systemd's $STATE_DIRECTORY, /var/lib/webhook2fedmsg if it is there and writable, "
                    + "$XDG_STATE_HOME/webhook2fedmsg, ~/.local/state/webhook2fedmsg.")
        ])

    /// `[log]`
    static let log = ConfigurationSection(
        "log",
        documentation: ["What is logged to standard error."],
        keys: [
            key(
                "level", \.log.level, .choice,
                "The least level logged: trace, debug, info, notice, warning, error or critical."),
            key(
                "format", \.log.format, .choice,
                "\"text\", \"json\", or \"auto\": text on a terminal and JSON otherwise."),
        ])
}
