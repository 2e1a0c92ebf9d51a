import Glibc

/// A connection that was accepted and belongs to no loop yet.
///
/// Exactly one of `open` and `close` ends it.
public struct AcceptedSocket: Sendable {
    let descriptor: CInt

    /// The other end.
    public let remoteAddress: SocketAddress

    /// Makes it a stream of `loop`, on whose thread the caller must be.
    public func open(on loop: EventLoop) -> TCPStream {
        TCPStream(adopting: descriptor, remoteAddress: remoteAddress, on: loop)
    }

    /// Closes it unused.
    public func close() {
        _ = Glibc.close(descriptor)
    }
}
