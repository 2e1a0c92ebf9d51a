import FedoraMessaging

/// What the environment variables mean whose names begin with `W2F_`.
struct EnvironmentVariables {
    /// A variable's meaning.
    enum Meaning {
        /// It holds a key's value.
        case key(SettingKey<Configuration>, path: String)
        /// It names the file that holds a key's value.
        case fileOf(SettingKey<Configuration>, path: String)
        /// It holds a client property.
        case clientProperty(String)
        /// It begins like a section's variables, but no key is called so.
        case unknown(nearest: String)
        /// It looks like none of ours; Kubernetes sets such ones for a service that is called `w2f`.
        case foreign
    }

    private let keys: [String: (key: SettingKey<Configuration>, path: String)]
    private let sections: [String]
    private let freePrefix = ConfigurationTable.variable(for: ConfigurationTable.freeSection) + "_"

    init(table: ConfigurationTable) {
        var keys: [String: (key: SettingKey<Configuration>, path: String)] = [:]
        for section in table.sections {
            for key in section.keys {
                let path = section.path(of: key.name)
                keys[ConfigurationTable.variable(for: path)] = (key, path)
            }
        }
        self.keys = keys
        sections = table.sectionNames.map { ConfigurationTable.variable(for: $0) + "_" }
    }

    /// What a variable means.
    func meaning(of variable: String) -> Meaning {
        // Whole names first: some keys end in _file themselves.
        if let found = keys[variable] { return .key(found.key, path: found.path) }
        if variable.hasPrefix(freePrefix), variable != freePrefix {
            return .clientProperty(variable.dropFirst(freePrefix.count).lowercased())
        }
        if variable.hasSuffix("_FILE"), let found = keys[String(variable.dropLast(5))] {
            return .fileOf(found.key, path: found.path)
        }
        guard sections.contains(where: { variable.hasPrefix($0) }) else { return .foreign }
        return .unknown(nearest: NearestName.of(variable, among: keys.keys.sorted()) ?? "")
    }
}
