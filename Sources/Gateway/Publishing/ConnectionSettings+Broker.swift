import AMQP
import EventLoop
import FedoraMessaging

extension ConnectionSettings {
    /// Returns the connection that fedora-messaging's settings ask for.
    ///
    /// - Parameter version: The program's version, which the broker's administrators see.
    func reaching(_ broker: BrokerSettings, version: String) -> ConnectionSettings {
        let (address, files) = (broker.address, broker.effectiveTLS)
        var connection = self
        connection.endpoints = address.hosts.map { BrokerEndpoint(host: $0.name, port: UInt16(clamping: $0.port)) }
        connection.virtualHost = address.virtualHost
        connection.tls =
            broker.usesTLS ? TLSSettings(files: TLSClientContext.Files(files), serverName: files.serverName) : nil
        connection.mechanism =
            broker.usesExternalAuthentication
            ? .external
            : .plain(username: address.credentials.username, password: address.credentials.password)
        if let heartbeat = address.heartbeat { connection.heartbeat = UInt16(clamping: heartbeat.components.seconds) }
        connection.frameMax = UInt32(clamping: address.frameMax)
        connection.channelMax = UInt16(clamping: address.channelMax)
        connection.connectTimeout = address.stackTimeout ?? connectTimeout
        connection.tcpTimeout = address.socketTimeout
        connection.tcpOptions = TCPOptions(address.tcpOptions)
        connection.attemptsPerRound = address.connectionAttempts ?? attemptsPerRound
        connection.retryDelay = address.retryDelay ?? .seconds(2)
        connection.blockedTimeout = address.blockedConnectionTimeout
        connection.requiredExchange = broker.passiveDeclares ? broker.publishExchange : nil
        connection.locale = address.locale
        connection.clientProperties["version"] = .longString(version)
        for property in broker.effectiveClientProperties {
            connection.clientProperties[property.name] = FieldValue(property.value)
        }
        connection.connectionName = "webhook2fedmsg"
        return connection
    }
}

extension TLSClientContext.Files {
    /// The files that fedora-messaging's settings name.
    init(_ tls: BrokerTLS) {
        self.init(authorities: tls.caCertificate, certificate: tls.certificate, key: tls.key)
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
