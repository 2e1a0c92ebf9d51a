/// Turns fedora-messaging's configuration file into settings, noting all that is wrong on the way.
struct BrokerFileReader {
    let document: TOMLDocument
    private(set) var problems: [SettingsProblem] = []

    /// Keys that matter here.
    static let usedKeys = [
        "amqp_url", "client_properties", "passive_declares", "publish_exchange", "publish_priority", "tls",
        "topic_prefix",
    ]
    /// Keys that concern consumers and the Python library alone.
    static let ignoredKeys = [
        "bindings", "callback", "consumer_config", "exchanges", "log_config", "monitoring", "qos", "queues",
    ]

    init(document: TOMLDocument) {
        self.document = document
    }

    /// The settings; where ``problems`` has gathered something, they are not to be used.
    mutating func read() -> BrokerSettings {
        var settings = BrokerSettings()
        for (name, value) in document.root {
            switch name.lowercased() {
            case "amqp_url": setURL(of: &settings, name, value)
            case "publish_exchange": settings.publishExchange = string(name, value) ?? settings.publishExchange
            case "topic_prefix": settings.topicPrefix = string(name, value) ?? settings.topicPrefix
            case "passive_declares": setPassiveDeclares(of: &settings, name, value)
            case "publish_priority": setPriority(of: &settings, name, value)
            case "tls": setTLS(of: &settings, name, value)
            case "client_properties": setClientProperties(of: &settings, name, value)
            case let key where Self.ignoredKeys.contains(key): break
            default:
                let nearest = NearestName.of(name.lowercased(), among: (Self.usedKeys + Self.ignoredKeys).sorted())
                reject([name], "fedora-messaging has no such key: is \(nearest ?? "") meant?")
            }
        }
        problems.sort { Self.line($0) < Self.line($1) }
        return settings
    }

    private mutating func reject(_ path: [String], _ message: String) {
        problems.append(
            SettingsProblem(source: document.source(of: path), key: path.joined(separator: "."), message: message))
    }

    private mutating func string(_ name: String, _ value: SettingValue) -> String? {
        guard case .string(let text) = value else {
            reject([name], "expected a string, found \(value.kind)")
            return nil
        }
        return text
    }

    private mutating func setURL(of settings: inout BrokerSettings, _ name: String, _ value: SettingValue) {
        guard let url = string(name, value) else { return }
        do throws(BrokerAddressError) {
            settings.address = try BrokerAddress(url: url)
        } catch {
            reject([name], error.description)
        }
    }

    private mutating func setPassiveDeclares(
        of settings: inout BrokerSettings, _ name: String, _ value: SettingValue
    ) {
        guard case .boolean(let flag) = value else {
            return reject([name], "expected true or false, found \(value.kind)")
        }
        settings.passiveDeclares = flag
    }

    private mutating func setPriority(of settings: inout BrokerSettings, _ name: String, _ value: SettingValue) {
        guard case .integer(let number) = value, let priority = UInt8(exactly: number) else {
            return reject([name], "expected an integer from 0 to 255")
        }
        settings.publishPriority = priority
    }

    private mutating func setTLS(of settings: inout BrokerSettings, _ name: String, _ value: SettingValue) {
        guard case .table(let table) = value else { return reject([name], "expected a table, found \(value.kind)") }
        var tls = BrokerTLS()
        let files: [String: WritableKeyPath<BrokerTLS, String?>] = [
            "ca_cert": \.caCertificate, "certfile": \.certificate, "keyfile": \.key,
        ]
        for (key, value) in table {
            guard let file = files[key] else {
                let nearest = NearestName.of(key, among: files.keys.sorted()) ?? ""
                reject([name, key], "there is no such key in [tls]: is \(nearest) meant?")
                continue
            }
            guard case .string(let path) = value else {
                reject([name, key], "expected a path, found \(value.kind)")
                continue
            }
            tls[keyPath: file] = path.isEmpty ? nil : path
        }
        if (tls.certificate == nil) != (tls.key == nil) {
            reject([name, tls.key == nil ? "certfile" : "keyfile"], "certfile and keyfile go together")
        }
        settings.tls = tls
    }

    private mutating func setClientProperties(
        of settings: inout BrokerSettings, _ name: String, _ value: SettingValue
    ) {
        guard case .table(let table) = value else { return reject([name], "expected a table, found \(value.kind)") }
        switch ClientProperty.list(of: table) {
        case .success(let properties): settings.clientProperties = properties
        case .failure(let rejected): reject([name, rejected.name], rejected.message)
        }
    }

    private static func line(_ problem: SettingsProblem) -> Int {
        guard case .file(_, let line?) = problem.source else { return 0 }
        return line
    }
}
