import EventLoop
import HTTPServer

/// `[server]`: how HTTP is served.
public struct ServerConfiguration: ConfigurationSection {
    /// The addresses to listen on.
    public var listen = [ListenAddress(host: "127.0.0.1", port: 8080)]
    /// The URL that people and services reach this server by, without a slash at its end; nil on loopback only.
    public var publicURL: String?
    /// The networks of the proxies that tell their senders' addresses.
    public var trustedProxies: [IPNetwork] = []
    /// The header in which they do.
    public var proxyHeader = ForwardingHeader.any
    /// Event loops, each with a thread; 0 is one a core that the process may use.
    public var loops = 0
    /// Connections at once, over all loops.
    public var maxConnections = 4096
    /// Connections of one source at once; 0 is no bound.
    public var maxConnectionsPerSource = 1024
    /// Connections that the kernel keeps waiting, for each listening socket.
    public var backlog = 1024
    /// Bytes of a request's head.
    public var maxHeadBytes = 16 << 10
    /// Bytes of a request's target.
    public var maxTargetBytes = 8 << 10
    /// Fields in a head.
    public var maxHeaderFields = 100
    /// Bytes of chunk extensions in one body.
    public var maxChunkExtensionBytes = 4 << 10
    /// Bytes of trailers behind a chunked body.
    public var maxTrailerBytes = 4 << 10
    /// From a request's first byte to the end of its head.
    public var headTimeout = Duration.seconds(10)
    /// The time that a body may take before the minimum rate is asked of it.
    public var bodyTimeout = Duration.seconds(20)
    /// Bytes a second that a body must hold on average from then on.
    public var minBodyRate = 16 << 10
    /// The time that a connection may wait for its next request.
    public var idleTimeout = Duration.seconds(75)
    /// The time that the peer may take to accept an answer.
    public var writeTimeout = Duration.seconds(20)
    /// The time that the sender of a body that is not wanted may fall short of the minimum rate.
    public var lingerTimeout = Duration.seconds(10)
    /// Bytes that are read of it at most.
    public var lingerBytes = 64 << 20
    /// The time that it is read at most.
    public var lingerLimit = Duration.seconds(300)
    /// The largest rest of a body that is read to keep its connection.
    public var drainBytes = 64 << 10
    /// Bytes of request bodies that one loop holds at once.
    public var bodyBytesInFlight = 64 << 20
    /// The time that a paused body waits for its share of these.
    public var bodyBudgetTimeout = Duration.seconds(5)
    /// Requests on a connection before it is closed.
    public var maxRequestsPerConnection = 10_000
    /// The time that the answer of /readyz is good for.
    public var readinessInterval = Duration.seconds(1)
    /// The time that the database has to answer for /readyz.
    public var readinessTimeout = Duration.seconds(2)
    /// The time that requests are still taken after SIGTERM.
    public var shutdownDelay = Duration.zero
    /// The time that kept connections are then open for one more request each.
    public var drainIdle = Duration.seconds(2)
    /// The time that a shutdown waits for requests in flight.
    public var shutdownTimeout = Duration.seconds(20)
    /// `[server.tls]`
    public var tls = ServerTLSConfiguration()

    /// The defaults.
    public init() {}

    /// The most that a source may have of all connections: three quarters of them.
    var highestConnectionsPerSource: Int { max(1, maxConnections / 4 * 3 + maxConnections % 4 * 3 / 4) }

    /// Connections of one source at once, so that some are left for the others; 0 is no bound.
    var effectiveConnectionsPerSource: Int {
        maxConnectionsPerSource == 0 ? 0 : min(maxConnectionsPerSource, highestConnectionsPerSource)
    }

    static let documentation = ["The HTTP server."]

    static let keys =
        whereKeys + [
            key(
                "max_connections", \.maxConnections, .integer(1...1_000_000),
                "Connections at once, over all loops; at the limit one that was answered and closes makes room, else the one that "
                    + "has waited longest for its peer."
            ),
            key(
                "max_connections_per_source", \.maxConnectionsPerSource, .integer(0...1_000_000),
                "Of these, of one source (an IPv4 address, an IPv6 network of 64 bits), and never more than three quarters of "
                    + "them; those of trusted_proxies are not counted. 0 is no bound."),
            key(
                "backlog", \.backlog, .integer(1...65_535),
                "Connections that the kernel keeps waiting for acceptance, for each listening socket."),
            key(
                "max_requests_per_connection", \.maxRequestsPerConnection, .integer(1...Int(Int32.max)),
                "Requests on a connection before it is closed, so that a proxy's connections spread anew."),
            key(
                "readiness_interval", \.readinessInterval, .duration(.zero ... .seconds(60)),
                "How long the answer of GET /readyz is good for: the database is asked once in this time at most."),
            key(
                "readiness_timeout", \.readinessTimeout, .duration(.milliseconds(10) ... .seconds(60)),
                "How long the database has to answer for GET /readyz."),
            key(
                "shutdown_delay", \.shutdownDelay, .duration(.zero ... .seconds(3600)),
                "How long, after SIGTERM, requests are still taken while GET /readyz says 503: so that load balancers "
                    + "send no more before the server is gone."),
            key(
                "drain_idle", \.drainIdle, .duration(.zero ... .seconds(3600)),
                "How long, once it listens no more, connections that wait for a request are kept, for one more each: a "
                    + "proxy may be sending it. At most half of shutdown_timeout."),
            key(
                "shutdown_timeout", \.shutdownTimeout, .duration(.zero ... .seconds(3600)),
                "How long a shutdown waits for requests in flight before it cancels them, from when it listens no more."
            ),
        ] + messageKeys + timeKeys + bodyKeys

    private static let whereKeys = [
        key(
            "listen", \.listen, .listenAddresses, "Addresses to listen at, each \"host:port\"; port 0 takes a free one."
        ),
        key(
            "public_url", \.publicURL, .optionalString("a URL"),
            "The URL by which services and people reach this server, such as \"https://webhooks.example.org\"; "
                + "required unless it listens on loopback alone."),
        key(
            "trusted_proxies", \.trustedProxies, .networks,
            "The proxies in front of this server, as networks such as \"10.128.0.0/14\" or single addresses: their word on "
                + "who sent a request is taken (limits by source and logs go by that), and nobody else's. Two proxies in "
                + "a row have to stand here both."),
        key(
            "proxy_header", \.proxyHeader, .choice,
            "The header in which they say so: x-forwarded-for, forwarded (RFC 7239), or any, which is the first of the two "
                + "that is there. With any they must not let pass what a sender writes into the other."),
        key(
            "loops", \.loops, .integer(0...1024),
            "Event loops, one thread each; 0 is one a core that the process may use (cgroup's cpu.max, rounded up)."),
    ]

    private static let messageKeys = [
        key("max_head_bytes", \.maxHeadBytes, .size(1 << 10...65_535), "Bytes of a request's head (431 above)."),
        key("max_target_bytes", \.maxTargetBytes, .size(256...65_535), "Bytes of a request's target (414 above)."),
        key("max_header_fields", \.maxHeaderFields, .integer(10...10_000), "Fields in a request's head (431 above)."),
        key(
            "max_chunk_extension_bytes", \.maxChunkExtensionBytes, .size(0...1 << 20),
            "Bytes of chunk extensions in one body, all together."),
        key(
            "max_trailer_bytes", \.maxTrailerBytes, .size(0...1 << 20),
            "Bytes of trailers behind a chunked body; they are read and thrown away."),
    ]

    private static let timeKeys = [
        key(
            "head_timeout", \.headTimeout, .duration(.milliseconds(100) ... .seconds(3600)),
            "From a request's first byte to the end of its head (408 after that)."),
        key(
            "body_timeout", \.bodyTimeout, .duration(.milliseconds(100) ... .seconds(3600)),
            "How long a body may take before min_body_rate is asked of it (408)."),
        key(
            "min_body_rate", \.minBodyRate, .size(0...1 << 30),
            "Bytes a second that a body must hold on average after body_timeout."),
        key(
            "idle_timeout", \.idleTimeout, .duration(.milliseconds(100) ... .seconds(86_400)),
            "How long a connection may wait for its next request."),
        key(
            "write_timeout", \.writeTimeout, .duration(.milliseconds(100) ... .seconds(3600)),
            "How long the other side may take to accept an answer."),
        key(
            "linger_timeout", \.lingerTimeout, .duration(.zero ... .seconds(600)),
            "How long a sender that was answered before the end of its body may fall short of min_body_rate while the rest is "
                + "read and thrown away, so that the answer is not lost to a reset."),
        key(
            "linger_bytes", \.lingerBytes, .size(0...1 << 40),
            "Bytes of such a rest that are read at most; a proxy that has more to send says 502 instead of the answer."),
        key(
            "linger_limit", \.lingerLimit, .duration(.zero ... .seconds(3600)),
            "How long such a rest is read at most, however fast it comes."),
    ]

    private static let bodyKeys = [
        key(
            "drain_bytes", \.drainBytes, .size(0...1 << 30),
            "The largest rest of an unread body that is read to keep its connection open."),
        key(
            "body_bytes_in_flight", \.bodyBytesInFlight, .size(1 << 20...1 << 40),
            "Bytes of request bodies that one loop holds at once; when they are spent, reading pauses."),
        key(
            "body_budget_timeout", \.bodyBudgetTimeout, .duration(.zero ... .seconds(600)),
            "How long a paused body waits for its share of body_bytes_in_flight (503 after that)."),
    ]
}
