import AMQP
import EventLoop
import FedoraMessaging

extension ConnectionSettings {
    /// The connection that fedora-messaging's settings ask for.
    /// - Parameter connectTimeout: how long one address may take, unless the URL says it (`stack_timeout`).
    init(_ settings: BrokerSettings, connectTimeout: Duration) {
        let address = settings.address
        var properties = ConnectionSettings.defaultClientProperties
        properties["version"] = .longString(ProgramVersion.text)
        for property in settings.effectiveClientProperties {
            properties[property.name] = FieldValue(property.value)
        }
        let tls = settings.effectiveTLS
        self.init(
            endpoints: address.hosts.map { BrokerEndpoint(host: $0.name, port: UInt16(clamping: $0.port)) },
            virtualHost: address.virtualHost,
            tls: settings.usesTLS
                ? TLSSettings(files: TLSClientContext.Files(tls), serverName: tls.serverName) : nil,
            mechanism: settings.usesExternalAuthentication
                ? .external
                : .plain(username: address.credentials.username, password: address.credentials.password),
            heartbeat: address.heartbeat.map { UInt16(clamping: $0.components.seconds) } ?? 60,
            frameMax: UInt32(clamping: address.frameMax),
            channelMax: UInt16(clamping: address.channelMax),
            connectTimeout: address.stackTimeout ?? connectTimeout,
            tcpTimeout: address.socketTimeout,
            tcpOptions: TCPOptions(address.tcpOptions),
            attemptsPerRound: address.connectionAttempts ?? 1,
            retryDelay: address.retryDelay ?? .seconds(2),
            blockedTimeout: address.blockedConnectionTimeout,
            requiredExchange: settings.passiveDeclares ? settings.publishExchange : nil,
            locale: address.locale,
            clientProperties: properties,
            connectionName: "webhook2fedmsg")
    }
}

extension TCPOptions {
    /// pika's `tcp_options`.
    fileprivate init(_ options: BrokerTCPOptions) {
        self.init()
        userTimeout = options.userTimeout
        keepIdle = options.keepIdle
        keepInterval = options.keepInterval
        keepCount = options.keepCount
    }
}

extension FieldValue {
    fileprivate init(_ value: ClientProperty.Value) {
        switch value {
        case .string(let text): self = .longString(text)
        case .integer(let number): self = .int64(Int64(number))
        case .boolean(let flag): self = .bool(flag)
        }
    }
}
