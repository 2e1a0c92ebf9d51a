/// All sections with all their keys, in the order of the shipped file.
struct ConfigurationTable: Sendable {
    /// A section of the table.
    struct Section: Sendable {
        /// The section's name, with dots where it is in another; empty for the keys above the first section.
        let name: String
        let documentation: [String]
        let keys: [SettingKey<Configuration>]

        init<Part: ConfigurationSection>(
            _ name: String, _ path: any WritableKeyPath<Configuration, Part> & Sendable
        ) {
            self.name = name
            documentation = Part.documentation
            keys = Part.keys.map { $0.lifted(to: path) }
        }

        /// A key's name with its section.
        func path(of key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }
    }

    /// The one table.
    static let shared = ConfigurationTable()

    /// The section whose keys people choose themselves.
    static let freeSection = "broker.client_properties"

    /// Keys that there once were, by their names with the section, and what to do instead.
    static let replaced = [
        "bare_path.source_header":
            "server.trusted_proxies has taken its place: leave this key out, and name your proxies' networks there",
        "bare_path.max_per_owner":
            "leave this key out: of the bare_path.max_candidates tokens, two of one owner are tried",
        "bare_path.max_matches":
            "leave this key out: bare_path.max_candidates are chosen of a hundred tokens of a repository or a secret",
        "bare_path.max_lookups":
            "leave this key out: two reads of candidates go on at once, for at most bare_path.max_in_flight webhooks",
        "bare_path.index_entries": "bare_path.entries has taken its place",
        "bare_path.sources": "bare_path.entries has taken its place",
        "bare_path.reserved_in_flight":
            "leave this key out: a quarter of bare_path.max_in_flight is kept for proven sources",
        "bare_path.max_in_flight_per_source":
            "leave this key out: one source has an eighth of bare_path.max_in_flight",
        "bare_path.max_waiting":
            "leave this key out: eight times as many as bare_path.max_in_flight wait for their turn",
        "bare_path.wait_timeout":
            "leave this key out: bare_path.body_timeout is the time that one waits for its turn, too",
        "bare_path.failure_burst": "bare_path.max_failures_per_minute has taken its place",
        "bare_path.failure_interval": "bare_path.max_failures_per_minute has taken its place",
        "bare_path.proven_factor":
            "leave this key out: a proven source may fail ten times as often as bare_path.max_failures_per_minute says",
        "bare_path.proven_time":
            "leave this key out: a source counts as proven for ten minutes, and may fail ten times as often as "
            + "bare_path.max_failures_per_minute says",
        "bare_path.cpu_share":
            "bare_path.failure_budget has taken its place, in bytes of work a second instead of percent of a core",
    ]

    let sections: [Section]

    private init() {
        sections = [
            Section("", \.general),
            Section("server", \.server),
            Section("server.tls", \.server.tls),
            Section("ingest", \.ingest),
            Section("messages", \.messages),
            Section("bare_path", \.barePath),
            Section("services", \.services),
            Section("broker", \.broker),
            Section("broker.tls", \.broker.tls),
            Section("database", \.database),
            Section("cache", \.cache),
            Section("tokens", \.tokens),
            Section("deliveries", \.deliveries),
            Section("oidc", \.oidc),
            Section("sessions", \.sessions),
            Section("pages", \.pages),
            Section("keys", \.keys),
            Section("log", \.log),
        ]
    }

    /// The names of all sections, the free one among them.
    var sectionNames: [String] { sections.map(\.name).filter { !$0.isEmpty } + [Self.freeSection] }

    /// A section by its name.
    func section(named name: String) -> Section? { sections.first { $0.name == name } }

    /// The environment variable that sets a key or names a section.
    static func variable(for path: String) -> String {
        "W2F_" + path.replacing(".", with: "_").uppercased()
    }
}
