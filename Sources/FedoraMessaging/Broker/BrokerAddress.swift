import Encodings

/// The broker's address: what an `amqp_url` says, with pika's defaults for what it doesn't.
public struct BrokerAddress: Sendable, Equatable, CustomStringConvertible {
    /// A Boolean value that indicates whether the scheme is `amqps`, or `ssl_options` are there.
    public var usesTLS = false
    /// The machines of the broker, tried in turn; at least one. pika's URLs have one; here several may be given, with
    /// commas between.
    public var hosts = [BrokerHost(name: "localhost", port: 5672)]
    /// The virtual host, decoded.
    public var virtualHost = "/"
    /// The user and password of SASL PLAIN; of no use where a client certificate authenticates.
    public var credentials = BrokerCredentials(username: "guest", password: "guest")
    /// The heartbeat to ask for; zero is none, nil was not said: then 60 seconds are. The lower of this and the broker's
    /// proposal holds, and where the broker proposes none, this. In two things that is not pika's way: pika takes the URL's
    /// value though the broker proposes a lower one, and does without where both are silent, so that nothing would notice
    /// a dead connection.
    public var heartbeat: Duration?
    /// The number of times that one round of connecting tries; nil was not said.
    public var connectionAttempts: Int?
    /// The pause between two tries of one round; nil was not said (pika then takes 2 seconds).
    public var retryDelay: Duration?
    /// The limit of the TCP connection's set-up; nil was not said (pika then takes 10 seconds).
    public var socketTimeout: Duration?
    /// The limit of the whole set-up: TCP, TLS and AMQP; nil was not said (pika then takes 15 seconds).
    public var stackTimeout: Duration?
    /// The time that the broker may block the connection before it is given up; nil is for ever.
    public var blockedConnectionTimeout: Duration?
    /// The most channels to agree to.
    public var channelMax = 65_535
    /// The largest frame to agree to, in bytes.
    public var frameMax = 131_072
    /// The locale to ask for.
    public var locale = "en_US"
    /// The files of `ssl_options`; those of `[tls]` go above them.
    public var tls = BrokerTLS()
    /// `tcp_options`
    public var tcpOptions = BrokerTCPOptions()
    /// `client_properties`, which take the place of those in the file; nil was not said.
    public var clientProperties: [ClientProperty]?

    /// pika's defaults.
    public init() {}

    /// The first machine's name or address.
    public var host: String { hosts[0].name }
    /// The first machine's port: 5672, or 5671 with TLS, unless the URL names one.
    public var port: Int { hosts[0].port }

    /// The URL without its password and options, for logs.
    public var description: String {
        let places = hosts.map(\.description).joined(separator: ",")
        return "\(usesTLS ? "amqps" : "amqp")://\(credentials)@\(places)/\(PercentEncoding.encode(virtualHost))"
    }
}
