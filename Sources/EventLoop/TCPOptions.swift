import Glibc

/// When the kernel takes a silent peer for dead; nil leaves the system's setting. See tcp(7).
public struct TCPOptions: Sendable, Hashable {
    /// `TCP_USER_TIMEOUT`: milliseconds for which what was sent may stay unacknowledged.
    public var userTimeout: Int32?
    /// `TCP_KEEPIDLE`: seconds of silence before the first probe; switches probes on, as do the next two.
    public var keepIdle: Int32?
    /// `TCP_KEEPINTVL`: seconds between probes.
    public var keepInterval: Int32?
    /// `TCP_KEEPCNT`: unanswered probes that end the connection.
    public var keepCount: Int32?

    /// The system's settings.
    public init() {}
}

extension TCPStream {
    /// Sets what `options` has, as far as the kernel takes it: they help, and nothing depends on them.
    public func apply(_ options: TCPOptions) {
        if options.keepIdle != nil || options.keepInterval != nil || options.keepCount != nil {
            setOption(SOL_SOCKET, SO_KEEPALIVE, 1)
        }
        let settings = [
            (TCP_USER_TIMEOUT, options.userTimeout), (TCP_KEEPIDLE, options.keepIdle),
            (TCP_KEEPINTVL, options.keepInterval), (TCP_KEEPCNT, options.keepCount),
        ]
        for case (let name, let value?) in settings { setOption(CInt(IPPROTO_TCP), name, value) }
    }
}
