import AMQP
import FedoraMessaging

extension ConnectionSettings {
    /// The connection that fedora-messaging's settings ask for.
    init(_ settings: BrokerSettings, connectTimeout: Duration) {
        let address = settings.address
        var properties = ConnectionSettings.defaultClientProperties
        for property in settings.clientProperties {
            properties[property.name] = FieldValue(property.value)
        }
        self.init(
            endpoints: [BrokerEndpoint(host: address.host, port: UInt16(clamping: address.port))],
            virtualHost: address.virtualHost,
            mechanism: settings.usesExternalAuthentication
                ? .external
                : .plain(username: address.credentials.username, password: address.credentials.password),
            heartbeat: address.heartbeat.map { UInt16(clamping: $0.components.seconds) } ?? 60,
            frameMax: UInt32(clamping: address.frameMax),
            channelMax: UInt16(clamping: address.channelMax),
            connectTimeout: connectTimeout,
            clientProperties: properties,
            connectionName: "webhook2fedmsg")
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
