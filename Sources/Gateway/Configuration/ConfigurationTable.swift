import Encodings
import FedoraMessaging

/// A section of the configuration: its comment in the shipped file, and its keys in their order there.
struct ConfigurationSection: Sendable {
    /// The section's name, with dots where it is in another; empty for the keys above the first section.
    let name: String
    /// The comment above the section in the shipped file, a line each.
    let documentation: [String]
    /// The section's keys.
    let keys: [SettingKey<Configuration>]

    init(_ name: String, documentation: [String], keys: [SettingKey<Configuration>]) {
        self.name = name
        self.documentation = documentation
        self.keys = keys
    }

    /// Returns a key for a field of the configuration.
    static func key<Value>(
        _ name: String, _ field: any WritableKeyPath<Configuration, Value> & Sendable, _ kind: SettingKind<Value>,
        secret: Bool = false, example: String = "", _ documentation: String
    ) -> SettingKey<Configuration> {
        SettingKey(name, field, kind, secret: secret, example: example, documentation)
    }

    /// A key's name with its section.
    func path(of key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }
}

/// All sections with all their keys, in the order of the shipped file.
struct ConfigurationTable: Sendable {
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

    let sections: [ConfigurationSection] = [
        .top, .server, .serverTLS, .ingest, .messages, .barePath, .services, .broker, .brokerTLS, .database, .cache,
        .tokens, .deliveries, .oidc, .sessions, .pages, .keys, .log,
    ]

    /// The names of all sections, the free one among them.
    var sectionNames: [String] { sections.map(\.name).filter { !$0.isEmpty } + [Self.freeSection] }

    /// A section by its name.
    func section(named name: String) -> ConfigurationSection? { sections.first { $0.name == name } }

    /// The environment variable that sets a key or names a section.
    static func variable(for path: String) -> String {
        "W2F_" + path.replacing(".", with: "_").uppercased()
    }
}

/// Writes the shipped file, `config/webhook2fedmsg.toml`, from the table of keys.
enum ConfigurationTemplate {
    /// The file's text: every key with its value in a configuration.
    static func text(of defaults: Configuration = Configuration()) -> String {
        var sections = ConfigurationTable.shared.sections.map { text(of: $0, defaults) }
        if let services = ConfigurationTable.shared.sections.firstIndex(where: { $0.name == "services" }) {
            sections[services] += "\n" + serviceExample
        }
        let broker = ConfigurationTable.shared.sections.firstIndex { $0.name == "broker.tls" } ?? 0
        return (sections[...broker] + [clientProperties(defaults)] + sections[(broker + 1)...]).joined(separator: "\n")
    }

    private static func text(of section: ConfigurationSection, _ defaults: Configuration) -> String {
        var lines = section.documentation.map { $0.isEmpty ? "#" : "# \($0)" }
        lines.append(section.name.isEmpty ? "" : "[\(section.name)]")
        for key in section.keys {
            lines += comment(key.documentation)
            lines.append(key.text(defaults).map { "\(key.name) = \($0)" } ?? "# \(key.name) = \(key.example)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func clientProperties(_ defaults: Configuration) -> String {
        let lines = defaults.broker.settings.clientProperties.map { property in
            switch property.value {
            case .string(let text): "\(property.name) = \(TOMLText.quoted(text))"
            case .integer(let number): "\(property.name) = \(number)"
            case .boolean(let flag): "\(property.name) = \(flag)"
            }
        }
        return """
            # What the connection tells the broker about itself, besides product, version and information: any keys.
            [\(ConfigurationTable.freeSection)]
            # The name that the broker's administrators see; app_url and app_contacts_email help them too.
            \(lines.joined(separator: "\n"))

            """
    }

    /// The sections whose names people choose, as an example: what is to be taken in has no blank behind its "#".
    private static var serviceExample: String {
        var lines = GenericServiceConfiguration.documentation.map { "# \($0)" }
        lines.append("#[\(ConfigurationLoader.servicesSection).example]")
        let defaults = GenericServiceConfiguration()
        for key in GenericServiceConfiguration.keys {
            lines += comment(key.documentation)
            lines.append("#\(key.name) = \(key.example.isEmpty ? key.text(defaults) ?? "\"\"" : key.example)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A comment, broken before column 118.
    private static func comment(_ text: String) -> [String] {
        var lines: [String] = []
        var line = "#"
        for word in text.split(separator: " ") {
            if line.count + word.count + 1 > 118 {
                lines.append(line)
                line = "#"
            }
            line += " " + word
        }
        return lines + [line]
    }
}
