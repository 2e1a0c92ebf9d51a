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
            "server.trusted_proxies has taken its place: leave this key out, and name your proxies' networks there"
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
