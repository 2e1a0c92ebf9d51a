import EventLoop
import HTTPServer

/// The HTTP server: its addresses, its certificate, and its limits.
public struct ServerConfiguration: Sendable {
    /// The addresses to listen on.
    public var listen = [ListenAddress(host: "127.0.0.1", port: 8080)]
    /// The URL that people and services reach this server by, without a slash at its end; `nil` on loopback only.
    public var publicURL: String?
    /// The networks of the proxies that tell their senders' addresses.
    var trustedProxies: [IPNetwork] = []
    /// The header in which they do.
    var proxyHeader = ForwardingHeader.any
    /// Event loops, each with a thread; 0 is one a core that the process may use.
    var loops = 0
    /// The bounds of the HTTP server itself.
    var limits = HTTPServerLimits()
    /// The time that the answer of /readyz is good for.
    var readinessInterval = Duration.seconds(1)
    /// The time that the database has to answer for /readyz.
    var readinessTimeout = Duration.seconds(2)
    /// The time that requests are still taken after SIGTERM.
    var shutdownDelay = Duration.zero
    /// The files for HTTPS.
    var tls = TLSFiles()

    /// A certificate and its key.
    struct TLSFiles: Sendable, Equatable {
        /// The certificate, with intermediate ones behind it.
        var certificate: String?
        /// The certificate's key.
        var key: String?

        /// Both files, if HTTPS is to be spoken.
        var files: TLSServerContext.Files? {
            guard let certificate, let key else { return nil }
            return TLSServerContext.Files(certificate: certificate, key: key)
        }
    }

    /// The base of URLs: `public_url`, or the first address where that isn't required.
    public var baseURL: String {
        publicURL ?? "\(tls.files == nil ? "http" : "https")://\(listen.first?.description ?? "")"
    }

    /// The event loops to start.
    var loopCount: Int { loops == 0 ? ProcessorCount.available() : loops }

    /// The most connections that a source may have: three quarters of all.
    var highestConnectionsPerSource: Int {
        max(1, limits.maxConnections / 4 * 3 + limits.maxConnections % 4 * 3 / 4)
    }

    /// The limits as the server keeps them: of its connections, some are left for others, whatever one source may have.
    var effectiveLimits: HTTPServerLimits {
        var limits = limits
        limits.maxConnectionsPerSource = min(limits.maxConnectionsPerSource, highestConnectionsPerSource)
        return limits
    }
}

extension ConfigurationSection {
    /// `[server]`
    static let server = ConfigurationSection(
        "server",
        documentation: ["The HTTP server."],
        keys: [
            key(
                "listen", \.server.listen, .listenAddresses,
                "Addresses to listen at, each \"host:port\"; port 0 takes a free one."
            ),
            key(
                "public_url", \.server.publicURL, .optionalString("a URL"),
                "The URL by which services and people reach this server, such as \"https://webhooks.example.org\"; "
                    + "required unless it listens on loopback alone."),
            key(
                "trusted_proxies", \.server.trustedProxies, .networks,
                "The proxies in front of this server, as networks such as \"10.128.0.0/14\" or single addresses: "
                    + "their word on who sent a request is taken (limits by source and logs go by that), and nobody "
                    + "else's. Two proxies in a row have to stand here both."),
            key(
                "proxy_header", \.server.proxyHeader, .choice,
                "The header in which they say so: x-forwarded-for, forwarded (RFC 7239), or any, which is the first "
                    + "of the two that is there. With any they must not let pass what a sender writes into the "
                    + "other."),
            key(
                "loops", \.server.loops, .integer(0...1024),
                "Event loops, one thread each; 0 is one a core that the process may use (cgroup's cpu.max, rounded "
                    + "up)."),
            key(
                "max_connections", \.server.limits.maxConnections, .integer(1...1_000_000),
                "Connections at once, over all loops; at the limit one that was answered and closes makes room, else "
                    + "the one that has waited longest for its peer."
            ),
            key(
                "max_connections_per_source", \.server.limits.maxConnectionsPerSource, .integer(0...1_000_000),
                "Of these, of one source (an IPv4 address, an IPv6 network of 64 bits), and never more than three "
                    + "quarters of them; those of trusted_proxies are not counted. 0 is no bound."),
            key(
                "backlog", \.server.limits.acceptBacklog, .integer(1...65_535),
                "Connections that the kernel keeps waiting for acceptance, for each listening socket."),
            key(
                "max_requests_per_connection", \.server.limits.maxRequestsPerConnection, .integer(1...Int(Int32.max)),
                "Requests on a connection before it is closed, so that a proxy's connections spread anew."),
            key(
                "readiness_interval", \.server.readinessInterval, .duration(.zero ... .seconds(60)),
                "How long the answer of GET /readyz is good for: the database is asked once in this time at most."),
            key(
                "readiness_timeout", \.server.readinessTimeout, .duration(.milliseconds(10) ... .seconds(60)),
                "How long the database has to answer for GET /readyz."),
            key(
                "shutdown_delay", \.server.shutdownDelay, .duration(.zero ... .seconds(3600)),
                "How long, after SIGTERM, requests are still taken while GET /readyz says 503: so that load "
                    + "balancers send no more before the server is gone."),
            key(
                "drain_idle", \.server.limits.drainIdle, .duration(.zero ... .seconds(3600)),
                "How long, once it listens no more, connections that wait for a request are kept, for one more each: "
                    + "a proxy may be sending it. At most half of shutdown_timeout."),
            key(
                "shutdown_timeout", \.server.limits.shutdownGrace, .duration(.zero ... .seconds(3600)),
                "How long a shutdown waits for requests in flight before it cancels them, from when it listens no more."
            ),
            key(
                "max_head_bytes", \.server.limits.maxHeadBytes, .size(1 << 10...65_535),
                "Bytes of a request's head (431 above)."),
            key(
                "max_target_bytes", \.server.limits.maxTargetBytes, .size(256...65_535),
                "Bytes of a request's target (414 above)."),
            key(
                "max_header_fields", \.server.limits.maxHeaderFields, .integer(10...10_000),
                "Fields in a request's head (431 above)."),
            key(
                "max_chunk_extension_bytes", \.server.limits.maxChunkExtensionBytes, .size(0...1 << 20),
                "Bytes of chunk extensions in one body, all together."),
            key(
                "max_trailer_bytes", \.server.limits.maxTrailerBytes, .size(0...1 << 20),
                "Bytes of trailers behind a chunked body; they are read and thrown away."),
            key(
                "head_timeout", \.server.limits.headTimeout, .duration(.milliseconds(100) ... .seconds(3600)),
                "From a request's first byte to the end of its head (408 after that)."),
            key(
                "body_timeout", \.server.limits.bodyTimeout, .duration(.milliseconds(100) ... .seconds(3600)),
                "How long a body may take before min_body_rate is asked of it (408)."),
            key(
                "min_body_rate", \.server.limits.minBodyRate, .size(0...1 << 30),
                "Bytes a second that a body must hold on average after body_timeout."),
            key(
                "idle_timeout", \.server.limits.idleTimeout, .duration(.milliseconds(100) ... .seconds(86_400)),
                "How long a connection may wait for its next request."),
            key(
                "write_timeout", \.server.limits.writeTimeout, .duration(.milliseconds(100) ... .seconds(3600)),
                "How long the other side may take to accept an answer."),
            key(
                "linger_timeout", \.server.limits.lingerTimeout, .duration(.zero ... .seconds(600)),
                "How long a sender that was answered before the end of its body may fall short of min_body_rate "
                    + "while the rest is read and thrown away, so that the answer is not lost to a reset."),
            key(
                "linger_bytes", \.server.limits.lingerBytes, .size(0...1 << 40),
                "Bytes of such a rest that are read at most; a proxy that has more to send says 502 instead of the "
                    + "answer."),
            key(
                "linger_limit", \.server.limits.lingerLimit, .duration(.zero ... .seconds(3600)),
                "How long such a rest is read at most, however fast it comes."),
            key(
                "drain_bytes", \.server.limits.drainBytes, .size(0...1 << 30),
                "The largest rest of an unread body that is read to keep its connection open."),
            key(
                "body_bytes_in_flight", \.server.limits.bodyBytesInFlight, .size(1 << 20...1 << 40),
                "Bytes of request bodies that one loop holds at once; when they are spent, reading pauses."),
            key(
                "body_budget_timeout", \.server.limits.bodyBudgetTimeout, .duration(.zero ... .seconds(600)),
                "How long a paused body waits for its share of body_bytes_in_flight (503 after that)."),
        ])

    /// `[server.tls]`
    static let serverTLS = ConfigurationSection(
        "server.tls",
        documentation: [
            "HTTPS: with certfile and keyfile, in PEM, all addresses of server.listen speak TLS 1.2 or 1.3. SIGHUP reads both",
            "anew; where that fails, the old ones stay.",
        ],
        keys: [
            key(
                "certfile", \.server.tls.certificate, .optionalString("a path"),
                "The server's certificate, with intermediate ones behind it; empty serves HTTP in the clear, for a "
                    + "proxy."),
            key("keyfile", \.server.tls.key, .optionalString("a path"), "The certificate's key, without a passphrase."),
            key(
                "handshake_timeout", \.server.limits.handshakeTimeout, .duration(.milliseconds(100) ... .seconds(600)),
                "How long a TLS handshake may take before the connection is closed."),
        ])
}
