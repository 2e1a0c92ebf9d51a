import FedoraMessaging

/// Gathers the configuration from its sources, noting all that is wrong instead of stopping at the first.
struct ConfigurationLoader {
    var configuration: Configuration
    /// The defaults, to tell what was set to something else.
    let defaults: Configuration
    /// The folder for the state of the whole machine, where that is there.
    var systemStateDirectory = StateDirectory.system
    private(set) var problems: [SettingsProblem] = []
    /// The place at which each key was set, by its name with the section.
    private var sources: [String: SettingsProblem.Source] = [:]
    /// Keys whose value was not taken: what depends on them is not checked.
    private var failed: Set<String> = []
    private var clientProperties: [String: SettingValue] = [:]
    private let table = ConfigurationTable.shared

    init(defaults: Configuration = Configuration()) {
        self.defaults = defaults
        configuration = defaults
    }

    /// Notes a problem of a key, where the key was set unless another place is given.
    mutating func reject(_ key: String, _ message: String, at source: SettingsProblem.Source? = nil) {
        failed.insert(key)
        problems.append(
            SettingsProblem(source: source ?? sources[key] ?? .builtIn, key: key, message: message))
    }

    /// Notes where a key was set.
    mutating func note(_ source: SettingsProblem.Source, for key: String) {
        sources[key] = source
    }

    /// Notes the problems of another file.
    mutating func reject(_ other: [SettingsProblem]) {
        problems += other
    }

    /// Returns the place at which a key was set; nil if it wasn't.
    func source(of key: String) -> SettingsProblem.Source? { sources[key] }

    /// Returns a Boolean value that indicates whether none of these keys has failed, so that they can be judged
    /// together.
    func areSound(_ keys: String...) -> Bool { failed.isDisjoint(with: keys) }

    // MARK: - The file

    /// Takes what a file says.
    mutating func apply(_ document: TOMLDocument) {
        configuration.file = document.file
        apply(document.root, section: "", document)
    }

    private mutating func apply(_ entries: [String: SettingValue], section name: String, _ document: TOMLDocument) {
        let section = table.section(named: name)
        for (key, value) in entries.sorted(by: { $0.key < $1.key }) {
            let path = name.isEmpty ? key : "\(name).\(key)"
            let source = document.source(of: path.split(separator: ".").map(String.init))
            if let setting = section?.keys.first(where: { $0.name == key }) {
                assign(.toml(value), to: setting, path, source)
            } else if table.sectionNames.contains(path) {
                guard case .table(let inner) = value else {
                    reject(path, "this is a section: write [\(path)] above its keys", at: source)
                    continue
                }
                if path == ConfigurationTable.freeSection {
                    applyClientProperties(inner, document)
                } else {
                    apply(inner, section: path, document)
                }
            } else if name == Self.servicesSection, case .table(let inner) = value {
                applyService(key, inner, document)
            } else {
                reject(path, unknownKey(key, in: name), at: source)
            }
        }
    }

    private mutating func applyClientProperties(_ entries: [String: SettingValue], _ document: TOMLDocument) {
        for (name, value) in entries {
            let path = "\(ConfigurationTable.freeSection).\(name)"
            sources[path] = document.source(of: ["broker", "client_properties", name])
            clientProperties[name] = value
        }
    }

    private mutating func assign(
        _ input: SettingInput, to key: SettingKey<Configuration>, _ path: String, _ source: SettingsProblem.Source,
        isSecret: Bool = false
    ) {
        sources[path] = source
        do throws(SettingRejected) {
            try key.assign(input, &configuration)
        } catch {
            // A secret of the wrong kind could be a secret in the wrong place all the same.
            reject(path, isSecret || key.isSecret ? "expected \(key.expectation)" : error.message)
        }
    }

    /// Returns advice about an unknown key: the one that took its place, the section that has it, or the nearest name.
    private func unknownKey(_ key: String, in section: String) -> String {
        if let advice = ConfigurationTable.replaced[section.isEmpty ? key : "\(section).\(key)"] { return advice }
        let owner = table.sections.first { $0.name != section && $0.keys.contains { $0.name == key } }
        if let owner {
            let place = owner.name.isEmpty ? "above the first section" : "into [\(owner.name)]"
            return "there is no such key here; it belongs \(place)"
        }
        var names = table.section(named: section)?.keys.map(\.name) ?? []
        let inner = section.isEmpty ? "" : section + "."
        names += table.sectionNames.filter { $0.hasPrefix(inner) }.map { String($0.dropFirst(inner.count)) }
        let nearest = NearestName.of(key, among: names) ?? ""
        return "there is no such key\(section.isEmpty ? "" : " in [\(section)]"); the nearest is \"\(nearest)\""
    }

    private static func line(_ problem: SettingsProblem) -> Int {
        guard case .file(_, let line?) = problem.source else { return .max }
        return line
    }

    // MARK: - The environment

    /// Takes what environment variables say.
    mutating func apply(environment: [String: String]) {
        let variables = EnvironmentVariables(table: table)
        var services: [String] = []
        for name in environment.keys.sorted() where name.hasPrefix("W2F_") && name != "W2F_CONFIG" {
            let value = environment[name] ?? ""
            switch variables.meaning(of: name, value: value) {
            case .key(let key, let path): assign(.text(value), to: key, path, .environment(variable: name))
            case .fileOf(let key, let path):
                guard environment[String(name.dropLast(5))] == nil else {
                    reject(path, "is set by \(name.dropLast(5)) as well", at: .environment(variable: name))
                    continue
                }
                assign(contentsOf: value, to: key, path, variable: name)
            case .clientProperty(let property):
                sources["\(ConfigurationTable.freeSection).\(property)"] = .environment(variable: name)
                clientProperties[property] = .string(value)
            case .replaced(let path, let advice): reject(path, advice, at: .environment(variable: name))
            case .unknown(let nearest):
                reject("", "there is no such setting; the nearest is \(nearest)", at: .environment(variable: name))
            case .kubernetes: services.append(name)
            case .foreign: configuration.warnings.append("the environment variable \(name) sets nothing")
            }
        }
        if !services.isEmpty {
            configuration.warnings.append(
                "environment variables that Kubernetes sets for a service, and that set nothing here: "
                    + services.joined(separator: ", "))
        }
    }

    private mutating func assign(
        contentsOf file: String, to key: SettingKey<Configuration>, _ path: String, variable: String
    ) {
        do throws(SmallFile.Failure) {
            var bytes = try SmallFile.read(file, limit: 65_536)
            if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
            if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw SmallFile.Failure(description: "is not text in UTF-8")
            }
            if key.isSecret { checkPermissions(of: file, path, variable: variable) }
            assign(.text(text), to: key, path, .environment(variable: variable), isSecret: true)
        } catch {
            reject(path, "\(file) \(error.description)", at: .environment(variable: variable))
        }
    }

    /// A secret's file is held to what a key's is.
    private mutating func checkPermissions(of file: String, _ path: String, variable: String) {
        guard let found = KeyFilePermissions(path: file)?.sentences(about: file) else { return }
        for problem in found.problems { reject(path, problem, at: .environment(variable: variable)) }
        configuration.warnings += found.warnings
    }

    // MARK: - The end

    /// The configuration, checked as a whole and with the defaults that depend on the machine.
    mutating func finish(
        environment: [String: String], knownServices: [String]?
    ) throws(SettingsError) -> Configuration {
        switch ClientProperty.list(of: clientProperties, standard: defaults.broker.settings.clientProperties) {
        case .success(let properties): configuration.broker.settings.clientProperties = properties
        case .failure(let rejected):
            reject("\(ConfigurationTable.freeSection).\(rejected.name)", rejected.message)
        }
        resolvePaths(environment: environment)
        resolvePublisher()
        check(knownServices: knownServices)
        // By line, variables last; the order of finding says nothing to anybody. The sort is stable.
        problems.sort { Self.line($0) < Self.line($1) }
        guard problems.isEmpty else { throw SettingsError(problems) }
        configuration.sources = sources
        return configuration
    }
}
