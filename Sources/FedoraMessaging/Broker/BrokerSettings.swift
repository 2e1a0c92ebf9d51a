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

/// The files of `[tls]`.
public struct BrokerTLS: Sendable, Equatable {
    /// The certificate authorities to trust, in PEM; nil trusts the system's.
    public var caCertificate: String?
    /// The client's certificate, in PEM.
    public var certificate: String?
    /// The certificate's key, in PEM.
    public var key: String?
    /// The name that the broker's certificate has to have, where that is not the host's; only pika's `ssl_options` has it.
    public var serverName: String?

    /// Files of these paths.
    public init(
        caCertificate: String? = nil, certificate: String? = nil, key: String? = nil, serverName: String? = nil
    ) {
        self.caCertificate = caCertificate
        self.certificate = certificate
        self.key = key
        self.serverName = serverName
    }

    /// With both a certificate and its key, SASL EXTERNAL takes the place of user and password.
    public var hasClientCertificate: Bool { certificate != nil && key != nil }

    /// These files, and those of `other` where there are none.
    func filled(from other: BrokerTLS) -> BrokerTLS {
        var filled = self
        filled.caCertificate = caCertificate ?? other.caCertificate
        filled.serverName = serverName ?? other.serverName
        if !hasClientCertificate { (filled.certificate, filled.key) = (other.certificate, other.key) }
        return filled
    }

    /// The keys of pika's `ssl_options` that are taken.
    private static let options: [String: any WritableKeyPath<BrokerTLS, String?> & Sendable] = [
        "ca_certs": \.caCertificate, "cafile": \.caCertificate, "certfile": \.certificate, "keyfile": \.key,
        "server_hostname": \.serverName,
    ]

    /// Reads pika's `ssl_options`.
    init(sslOptions entries: [String: SettingValue]) throws(BrokerAddressError) {
        self.init()
        for (name, value) in entries.sorted(by: { $0.key < $1.key }) {
            guard let path = Self.options[name] else {
                throw BrokerAddressError(
                    "ssl_options may have ca_certs, certfile, keyfile and server_hostname here, not \(name)")
            }
            guard case .string(let text) = value, !text.isEmpty else {
                throw BrokerAddressError("\(name) in ssl_options must be a string")
            }
            self[keyPath: path] = text
        }
        // Python takes a file that holds both.
        if certificate != nil, key == nil { key = certificate }
        guard certificate != nil || key == nil else {
            throw BrokerAddressError("keyfile in ssl_options needs a certfile")
        }
    }
}

/// A property of the connection, for the people who administrate it.
public struct ClientProperty: Sendable, Equatable {
    /// A property's value.
    public enum Value: Sendable, Equatable {
        /// A string in UTF-8.
        case string(String)
        /// An integer.
        case integer(Int)
        /// A boolean.
        case boolean(Bool)
    }

    /// The property's name: at most 255 bytes.
    public var name: String
    /// The property's value.
    public var value: Value

    /// A property of these two.
    public init(name: String, value: Value) {
        self.name = name
        self.value = value
    }

    /// The names that identify the client software; fedora-messaging's configuration may not set them to anything
    /// but what it sends itself, and here they are this server's.
    static let reserved = [
        "product": "Fedora Messaging with Pika",
        "information": "https://fedora-messaging.readthedocs.io/en/stable/",
        "version": "fedora_messaging-",
    ]

    /// The property that there is where nothing else is said.
    static let app = ClientProperty(name: "app", value: .string("webhook2fedmsg"))

    /// The properties of a `client_properties` table, by name; with those of `standard` that it does not set.
    /// - Throws: what is wrong with which property.
    package static func list(
        of table: [String: SettingValue], standard: [ClientProperty] = [app]
    ) -> Result<[ClientProperty], Rejected> {
        var properties: [ClientProperty] = []
        for (name, setting) in table.sorted(by: { $0.key < $1.key }) {
            if let reserved = reserved[name] {
                if case .string(let text) = setting, text.hasPrefix(reserved) { continue }
                return .failure(Rejected(name: name, message: "this property is reserved: it names the software"))
            }
            guard name.utf8.count <= 255 else {
                return .failure(Rejected(name: name, message: "the name has more than 255 bytes"))
            }
            switch setting {
            case .string(let text): properties.append(ClientProperty(name: name, value: .string(text)))
            case .integer(let number): properties.append(ClientProperty(name: name, value: .integer(number)))
            case .boolean(let flag): properties.append(ClientProperty(name: name, value: .boolean(flag)))
            default:
                return .failure(
                    Rejected(
                        name: name, message: "expected a string, an integer or a boolean, found \(setting.kind)"))
            }
        }
        properties.insert(contentsOf: standard.filter { table[$0.name] == nil }, at: 0)
        return .success(properties)
    }

    /// A property that can't be sent.
    package struct Rejected: Error {
        package let name: String
        package let message: String
    }
}
