/// Where the broker is and how to talk to it: what an `amqp_url` says, with pika's defaults for what it doesn't.
public struct BrokerAddress: Sendable, Equatable, CustomStringConvertible {
    /// Whether the scheme is `amqps`.
    public var usesTLS = false
    /// The host's name or address, IPv6 without brackets.
    public var host = "localhost"
    /// The port: 5672, or 5671 with TLS, unless the URL names one.
    public var port = 5672
    /// The virtual host, decoded.
    public var virtualHost = "/"
    /// The user and password of SASL PLAIN; of no use where a client certificate authenticates.
    public var credentials = BrokerCredentials(username: "guest", password: "guest")
    /// The heartbeat to ask for; zero is none, nil takes the broker's proposal.
    public var heartbeat: Duration?
    /// How often one round of connecting tries.
    public var connectionAttempts = 1
    /// The pause between two tries of one round.
    public var retryDelay = Duration.seconds(2)
    /// The limit of the TCP connection's set-up.
    public var socketTimeout = Duration.seconds(10)
    /// The limit of the whole set-up: TCP, TLS and AMQP.
    public var stackTimeout = Duration.seconds(15)
    /// How long the broker may block the connection before it is given up; nil is for ever.
    public var blockedConnectionTimeout: Duration?
    /// The most channels to agree to.
    public var channelMax = 65_535
    /// The largest frame to agree to, in bytes.
    public var frameMax = 131_072
    /// The locale to ask for.
    public var locale = "en_US"

    /// pika's defaults.
    public init() {}

    /// The URL without its password and options, for logs.
    public var description: String {
        let shownHost = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        let path = PercentEncoding.encode(virtualHost)
        return "\(usesTLS ? "amqps" : "amqp")://\(credentials)@\(shownHost):\(port)/\(path)"
    }
}
