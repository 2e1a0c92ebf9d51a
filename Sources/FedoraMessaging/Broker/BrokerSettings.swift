/// The settings for publishing on Fedora's bus, by the keys of fedora-messaging's own `config.toml`.
public struct BrokerSettings: Sendable, Equatable, CustomStringConvertible {
    /// The content of `amqp_url`.
    public var address: BrokerAddress
    /// The exchange to publish to.
    public var publishExchange: String
    /// The prefix of every topic, with a dot between.
    public var topicPrefix: String
    /// The AMQP priority of messages; nil sets none.
    public var publishPriority: UInt8?
    /// A Boolean value that indicates whether to check that the exchange is there by a passive declaration.
    public var passiveDeclares: Bool
    /// The files of `[tls]`.
    public var tls: BrokerTLS
    /// The connection's description of itself.
    public var clientProperties: [ClientProperty]

    /// fedora-messaging's defaults.
    public init() {
        address = BrokerAddress()
        address.connectionAttempts = 3
        address.retryDelay = .seconds(5)
        publishExchange = "amq.topic"
        topicPrefix = ""
        publishPriority = nil
        passiveDeclares = false
        tls = BrokerTLS()
        clientProperties = [.app]
    }

    /// A Boolean value that indicates whether the broker is to be reached by TLS.
    public var usesTLS: Bool { address.usesTLS }

    /// The files for TLS: those of `[tls]`, and where it has none, those of the URL's `ssl_options`.
    public var effectiveTLS: BrokerTLS { tls.filled(from: address.tls) }

    /// A Boolean value that indicates whether the client's certificate authenticates (SASL EXTERNAL), so that user and
    /// password are not used.
    public var usesExternalAuthentication: Bool { address.usesTLS && effectiveTLS.hasClientCertificate }

    /// The connection's description of itself: the URL's `client_properties`, or those of the file.
    public var effectiveClientProperties: [ClientProperty] { address.clientProperties ?? clientProperties }

    /// The address without its password, and the exchange, for logs.
    public var description: String { "\(address) exchange \(publishExchange)" }
}

extension BrokerSettings {
    /// Reads fedora-messaging's own configuration file.
    ///
    /// As there, keys of the top level are taken in either case, a table replaces its default whole, and an unknown
    /// key is an error. What concerns only consumers and the Python library is accepted and not looked at.
    /// - Throws: ``SettingsError`` with all that is wrong, by line.
    public static func load(path: String) throws(SettingsError) -> BrokerSettings {
        try BrokerSettings(document: TOMLDocument(path: path))
    }

    package init(document: TOMLDocument) throws(SettingsError) {
        var reader = BrokerFileReader(document: document)
        self = reader.read()
        if !reader.problems.isEmpty { throw SettingsError(reader.problems) }
    }
}

/// Turns fedora-messaging's configuration file into settings, noting all that is wrong on the way.
private struct BrokerFileReader {
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
