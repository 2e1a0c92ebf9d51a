import EventLoop

/// The broker's address, our identity, and the properties of the connection.
public struct ConnectionSettings: Sendable, Hashable {
    /// The broker's addresses, tried in turn; at least one.
    public var endpoints: [BrokerEndpoint]
    /// The virtual host, such as `/pubsub`.
    public var virtualHost: String
    /// The TLS settings; `nil` for plain TCP.
    public var tls: TLSSettings?
    /// User and password, or the certificate of the TLS connection.
    public var mechanism: SASLMechanism
    /// Seconds of heartbeat to ask for; the broker's wish holds if it is lower and not 0. 0 here switches heartbeats off,
    /// whatever the broker wishes. One is sent after half the time without other bytes; the broker is taken for dead after
    /// twice the time without any.
    public var heartbeat: UInt16
    /// The largest frame to ask for, in bytes, from 4096 to 16 MiB; the broker's wish holds if it is lower.
    public var frameMax: UInt32
    /// The highest channel number to ask for; this publisher uses one channel.
    public var channelMax: UInt16
    /// The time that one address may take from the first packet until messages can be published.
    public var connectTimeout: Duration
    /// The time that TCP alone may take of that, for one address; nil is all of it.
    public var tcpTimeout: Duration?
    /// When the kernel takes a silent broker for dead; heartbeats do that too.
    public var tcpOptions: TCPOptions
    /// The number of times that all addresses are tried before the pauses grow (`PublisherLimits.backoffMinimum`), at
    /// least 1.
    public var attemptsPerRound: Int
    /// The pause between these.
    public var retryDelay: Duration
    /// The time that the broker may block publishing before the connection is given up; nil is for ever.
    public var blockedTimeout: Duration?
    /// An exchange that must be there, asked for by a passive declaration when the channel opens; nil asks for none.
    public var requiredExchange: String?
    /// A Boolean value that indicates whether messages that no queue takes are to come back (`mandatory`): they are
    /// counted and logged, and published all the same.
    public var mandatory: Bool
    /// The exchange that ``probeTopics`` are for.
    public var probeExchange: String
    /// Topics to ask the broker about, to know whether anything can be published at all: when connecting, and while there
    /// is doubt. Without any, nothing is asked.
    public var probeTopics: [String]
    /// The language to ask for.
    public var locale: String
    /// The properties that the broker shows of us. `capabilities` and `connection_name` are added by the publisher.
    public var clientProperties: FieldTable
    /// The name that RabbitMQ's management shows for the connection.
    public var connectionName: String?

    /// Settings with fedora-messaging's own defaults.
    public init(
        endpoints: [BrokerEndpoint] = [BrokerEndpoint(host: "localhost")],
        virtualHost: String = "/",
        tls: TLSSettings? = nil,
        mechanism: SASLMechanism = .plain(username: "guest", password: "guest"),
        heartbeat: UInt16 = 60,
        frameMax: UInt32 = 131_072,
        channelMax: UInt16 = 2047,
        connectTimeout: Duration = .seconds(10),
        tcpTimeout: Duration? = nil,
        tcpOptions: TCPOptions = TCPOptions(),
        attemptsPerRound: Int = 1,
        retryDelay: Duration = .zero,
        blockedTimeout: Duration? = nil,
        requiredExchange: String? = nil,
        mandatory: Bool = false,
        probeExchange: String = "amq.topic",
        probeTopics: [String] = [],
        locale: String = "en_US",
        clientProperties: FieldTable = ConnectionSettings.defaultClientProperties,
        connectionName: String? = nil
    ) {
        self.endpoints = endpoints
        self.virtualHost = virtualHost
        self.tls = tls
        self.mechanism = mechanism
        self.heartbeat = heartbeat
        self.frameMax = frameMax
        self.channelMax = channelMax
        self.connectTimeout = connectTimeout
        self.tcpTimeout = tcpTimeout
        self.tcpOptions = tcpOptions
        self.attemptsPerRound = attemptsPerRound
        self.retryDelay = retryDelay
        self.blockedTimeout = blockedTimeout
        self.requiredExchange = requiredExchange
        self.mandatory = mandatory
        self.probeExchange = probeExchange
        self.probeTopics = probeTopics
        self.locale = locale
        self.clientProperties = clientProperties
        self.connectionName = connectionName
    }

    /// The keys that fedora-messaging sends, with values of our own.
    public static let defaultClientProperties: FieldTable = [
        "product": .longString("webhook2fedmsg"),
        "platform": .longString("Swift"),
        "information": .longString("Publishes webhooks as Fedora messages"),
    ]

    /// The capabilities beyond the specification; the same list as fedora-messaging's. The state machine relies on
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
    /// The address and user, without the password.
    public var description: String {
        let hosts = endpoints.map(\.description).joined(separator: ",")
        return "\(mechanism) at \(hosts)\(tls == nil ? "" : " by TLS"), vhost \(virtualHost)"
    }
}

/// One address of the broker; a cluster has several.
public struct BrokerEndpoint: Sendable, Hashable, CustomStringConvertible {
    /// A name or a numeric address, without brackets.
    public var host: String
    /// 5672 for plain TCP, 5671 for TLS.
    public var port: UInt16

    /// One address of the broker.
    public init(host: String, port: UInt16 = 5672) {
        self.host = host
        self.port = port
    }

    /// `host:port`, with brackets around an IPv6 address.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// TLS to the broker. The files are read at each attempt to connect.
public struct TLSSettings: Sendable, Hashable {
    /// The authorities to trust, and our certificate with its key if we have one.
    public var files: TLSClientContext.Files
    /// The name that the broker's certificate has to have, and that is asked for (SNI); nil is the endpoint's host.
    public var serverName: String?

    /// TLS with these files.
    public init(files: TLSClientContext.Files = TLSClientContext.Files(), serverName: String? = nil) {
        self.files = files
        self.serverName = serverName
    }
}

/// The connection's proof of identity (AMQP 0-9-1 section 2.2.4).
///
/// Descriptions, mirrors and dumps of it never show the password.
public enum SASLMechanism: Sendable, Hashable {
    /// RFC 4616: user name and password in the clear; for loopback, or inside TLS.
    case plain(username: String, password: String)
    /// The broker takes the user from what it knows already: the client certificate of the TLS connection.
    case external

    /// The mechanism's name on the wire.
    public var name: String {
        switch self {
        case .plain: "PLAIN"
        case .external: "EXTERNAL"
        }
    }

    /// The response in start-ok: NUL user NUL password, or nothing. A secret.
    var response: [UInt8] {
        switch self {
        case .plain(let username, let password): [0] + Array(username.utf8) + [0] + Array(password.utf8)
        case .external: []
        }
    }
}

extension SASLMechanism: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The mechanism, and the user where there is one; never the password.
    public var description: String {
        switch self {
        case .plain(let username, _): "PLAIN(\(username))"
        case .external: "EXTERNAL"
        }
    }

    /// The same.
    public var debugDescription: String { description }

    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .enum) }
}
