import EventLoop

/// The certificate that a server shows to new connections. It can be replaced while the server runs; connections that
/// are there keep theirs.
public final class ServerTLS: Sendable {
    private let current: Locked<TLSServerContext>

    /// TLS with this certificate for a start.
    public init(_ context: TLSServerContext) {
        current = Locked(context)
    }

    /// The certificate for new connections. From any thread.
    public var context: TLSServerContext { current.withLock { $0 } }

    /// Shows another certificate from now on. From any thread.
    public func replace(with context: TLSServerContext) {
        current.withLock { $0 = context }
    }
}
