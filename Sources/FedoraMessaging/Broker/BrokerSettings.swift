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
        clientProperties = [ClientProperty(name: "app", value: .string("webhook2fedmsg"))]
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
