/// Where the broker is, who we are to it, and what we ask of the connection.
public struct ConnectionSettings: Sendable, Hashable {
    /// The broker's addresses, tried in turn; at least one.
    public var endpoints: [BrokerEndpoint]
    /// The virtual host, such as `/pubsub`.
    public var virtualHost: String
    /// User and password, or the certificate of the TLS connection.
    public var mechanism: SASLMechanism
    /// Seconds of heartbeat to ask for; the broker's wish holds if it is lower. 0 switches heartbeats off.
    public var heartbeat: UInt16
    /// The largest frame to ask for, in bytes, from 4096 to 16 MiB; the broker's wish holds if it is lower.
    public var frameMax: UInt32
    /// The highest channel number to ask for; this publisher uses one channel.
    public var channelMax: UInt16
    /// How long one address may take from the first packet until messages can be published.
    public var connectTimeout: Duration
    /// What the broker shows of us. `capabilities` and `connection_name` are added by the publisher.
    public var clientProperties: FieldTable
    /// The name that RabbitMQ's management shows for the connection.
    public var connectionName: String?

    /// Settings with fedora-messaging's own defaults.
    public init(
        endpoints: [BrokerEndpoint],
        virtualHost: String = "/",
        mechanism: SASLMechanism,
        heartbeat: UInt16 = 60,
        frameMax: UInt32 = 131_072,
        channelMax: UInt16 = 2047,
        connectTimeout: Duration = .seconds(10),
        clientProperties: FieldTable = ConnectionSettings.defaultClientProperties,
        connectionName: String? = nil
    ) {
        self.endpoints = endpoints
        self.virtualHost = virtualHost
        self.mechanism = mechanism
        self.heartbeat = heartbeat
        self.frameMax = frameMax
        self.channelMax = channelMax
        self.connectTimeout = connectTimeout
        self.clientProperties = clientProperties
        self.connectionName = connectionName
    }

    /// The keys that fedora-messaging sends, with values of our own.
    public static let defaultClientProperties: FieldTable = [
        "product": .longString("webhook2fedmsg"),
        "platform": .longString("Swift"),
        "information": .longString("Publishes webhooks as Fedora messages"),
    ]

    /// What we can do beyond the specification; the same list as fedora-messaging's. The state machine relies on
    /// `connection.blocked`, `basic.nack`, `publisher_confirms` and `authentication_failure_close`.
    static let capabilities: FieldTable = [
        "authentication_failure_close": .bool(true),
        "basic.nack": .bool(true),
        "connection.blocked": .bool(true),
        "consumer_cancel_notify": .bool(true),
        "exchange_exchange_bindings": .bool(true),
        "publisher_confirms": .bool(true),
    ]

    /// The table that goes into start-ok.
    var startProperties: FieldTable {
        var table = clientProperties
        table["capabilities"] = .table(Self.capabilities)
        if let connectionName { table["connection_name"] = .longString(connectionName) }
        return table
    }
}

extension ConnectionSettings: CustomStringConvertible {
    /// Where to and as whom, without the password.
    public var description: String {
        let hosts = endpoints.map(\.description).joined(separator: ",")
        return "\(mechanism) at \(hosts), vhost \(virtualHost)"
    }
}
