/// Every bound of the server, with its default.
public struct HTTPServerLimits: Sendable, Hashable {
    /// Bytes of a request's head: request line and fields with their line ends. At most 65,535; more is cut to that.
    public var maxHeadBytes = 16 * 1024
    /// Bytes of a request's target (414 above). RFC 9112 section 3 recommends at least 8,000.
    public var maxTargetBytes = 8 * 1024
    /// Fields in a head (431 above).
    public var maxHeaderFields = 100
    /// Bytes of chunk extensions in one body.
    public var maxChunkExtensionBytes = 4 * 1024
    /// Bytes of trailers after a chunked body, which are read and thrown away.
    public var maxTrailerBytes = 4 * 1024

    /// The time that a TLS handshake may take; the connection is closed without a word.
    public var handshakeTimeout: Duration = .seconds(10)
    /// From a request's first byte (on a new connection: from its acceptance) to the end of its head (408).
    public var headTimeout: Duration = .seconds(10)
    /// The time that a body may take before the minimum rate is asked of it (408).
    public var bodyTimeout: Duration = .seconds(20)
    /// Bytes a second that a body must hold on average after `bodyTimeout`.
    public var minBodyRate = 16 * 1024
    /// The time that a connection may wait for its next request; it is closed without a word.
    public var idleTimeout: Duration = .seconds(75)
    /// The time that the peer may take to accept a whole answer.
    public var writeTimeout: Duration = .seconds(20)

    /// The time that the peer of a closing connection may fall short of `minBodyRate`, while what it sends is read and
    /// discarded, so that the answer is not lost to a reset.
    public var lingerTimeout: Duration = .seconds(10)
    /// Bytes that a closing connection discards at most.
    public var lingerBytes = 64 * 1024 * 1024
    /// The time that a closing connection reads at most, however fast its peer sends.
    public var lingerLimit: Duration = .seconds(300)
    /// The largest rest of a body that is read and discarded to keep the connection; with more it closes.
    public var drainBytes = 64 * 1024

    /// Requests on a connection before it is closed, so that connections of a proxy spread anew over the loops.
    public var maxRequestsPerConnection = 10_000
    /// Connections at once, over all loops. At the limit one that has had its last answer makes room, else the one that has
    /// waited longest for its peer; where none can, accepting pauses, and the kernel's backlog holds the rest.
    public var maxConnections = 4096
    /// Connections of one source at once, trusted proxies excepted; 0 is no bound. What is above takes the place of one of
    /// that source's own.
    public var maxConnectionsPerSource = 1024
    /// Connections that the kernel keeps waiting for acceptance, for each listening socket.
    public var acceptBacklog = 1024
    /// Bytes of request bodies that one loop holds at once. When they are spent, reading pauses.
    public var bodyBytesInFlight = 64 * 1024 * 1024
    /// The time that a paused body waits for its share of `bodyBytesInFlight` (503 with Retry-After).
    public var bodyBudgetTimeout: Duration = .seconds(5)
    /// Seconds in the Retry-After of a 503 by the server's own limits.
    public var retryAfter = 5
    /// The time that a stopping server keeps connections that wait for a request, for one more each; at most half of
    /// `shutdownGrace`, so that what comes last is answered.
    public var drainIdle: Duration = .seconds(2)
    /// From the closing of the listening sockets until requests in flight are cancelled.
    public var shutdownGrace: Duration = .seconds(20)

    /// The defaults.
    public init() {}
}
