import FedoraMessaging

/// The settings in environment variables whose names begin with `W2F_`.
struct EnvironmentVariables {
    /// A variable's meaning.
    enum Meaning {
        /// It holds a key's value.
        case key(SettingKey<Configuration>, path: String)
        /// It names the file that holds a key's value.
        case fileOf(SettingKey<Configuration>, path: String)
        /// It holds a client property.
        case clientProperty(String)
        /// It sets a key that there once was.
        case replaced(path: String, advice: String)
        /// It begins like a section's variables, but no key is called so.
        case unknown(nearest: String)
        /// Kubernetes sets it for a service whose name begins like our variables, such as `w2f-server`.
        case kubernetes
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

    /// The meaning of a variable.
    func meaning(of variable: String, value: String) -> Meaning {
        // Whole names first: some keys end in _file themselves.
        if let found = keys[variable] { return .key(found.key, path: found.path) }
        let isOurs = sections.contains { variable.hasPrefix($0) }
        if isOurs, Self.isOfKubernetes(variable, value: value) { return .kubernetes }
        if variable.hasPrefix(freePrefix), variable != freePrefix {
            return .clientProperty(variable.dropFirst(freePrefix.count).lowercased())
        }
        if variable.hasSuffix("_FILE"), let found = keys[String(variable.dropLast(5))] {
            return .fileOf(found.key, path: found.path)
        }
        for (path, advice) in ConfigurationTable.replaced {
            let former = ConfigurationTable.variable(for: path)
            if variable == former || variable == former + "_FILE" { return .replaced(path: path, advice: advice) }
        }
        guard isOurs else { return .foreign }
        return .unknown(nearest: NearestName.of(variable, among: keys.keys.sorted()) ?? "")
    }

    /// Returns a Boolean value that indicates whether Kubernetes sets such a variable in every container, for a service
    /// of the namespace: `NAME_SERVICE_HOST`, `NAME_SERVICE_PORT`, `NAME_SERVICE_PORT_HTTP`,
    /// `NAME_PORT=tcp://10.0.0.1:80`, `NAME_PORT_80_TCP`, `NAME_PORT_80_TCP_ADDR` and so on.
    private static func isOfKubernetes(_ variable: String, value: String) -> Bool {
        if variable.hasSuffix("_SERVICE_HOST") || variable.hasSuffix("_SERVICE_PORT") { return true }
        if variable.contains("_SERVICE_PORT_"), UInt16(value) != nil { return true }
        let protocols = ["TCP", "UDP", "SCTP"]
        let isURL = protocols.contains { value.hasPrefix($0.lowercased() + "://") }
        if variable.hasSuffix("_PORT"), isURL { return true }
        guard let start = variable.ranges(of: "_PORT_").last?.upperBound else { return false }
        // After the last "_PORT_": the number, the protocol, and what is told of it.
        let parts = variable[start...].split(separator: "_", omittingEmptySubsequences: false)
        guard let number = parts.first, UInt16(number) != nil, parts.count > 1, protocols.contains(String(parts[1]))
        else {
            return false
        }
        return parts.count == 2 ? isURL : parts.count == 3 && ["PROTO", "PORT", "ADDR"].contains(String(parts[2]))
    }
}
