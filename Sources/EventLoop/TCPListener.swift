import CLibev
import Glibc

/// A listening socket on a loop. It only accepts: who serves the connection, and on which loop, is the caller's to say
/// (`LoopGroup.assign`), so an inherited socket or a few long connections spread evenly.
///
/// Not calling `accept` is how accepting pauses: the kernel's backlog then holds what comes. All but `cancel` is
/// confined to the loop.
public final class TCPListener: @unchecked Sendable {
    // Safe to share: every member but the lets and `cancel` is confined to `loop`, and checks it on entry.

    /// The loop that accepts.
    public let loop: EventLoop

    /// The listening address, with the port that the kernel chose if 0 was asked for.
    public let localAddress: SocketAddress

    private var descriptor: CInt
    private let side: StreamSide
    private var failure: StreamError?
    private let pause: LoopTimer
    private let pauseEnd: PauseEnd
    /// A descriptor that is given up to accept, and close at once, a connection for which there is none.
    private var spare: CInt

    /// Called when descriptors have run out, each time. On the loop.
    public var onExhaustion: ((StreamError) -> Void)?

    /// Starts to listen.
    /// - Parameter backlog: how many connections the kernel keeps waiting for `accept`.
    /// - Throws: `StreamError.system` (address in use, no permission, …).
    public init(binding address: SocketAddress, backlog: Int, on loop: EventLoop) throws(StreamError) {
        loop.preconditionInLoop()
        let descriptor = socket(
            address.family, CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .system(errno: errno, operation: "socket") }
        self.loop = loop
        self.descriptor = descriptor
        do throws(StreamError) {
            localAddress = try Self.listen(descriptor, on: address, backlog: backlog)
        } catch {
            _ = Glibc.close(descriptor)
            throw error
        }
        side = StreamSide(loop: loop, descriptor: descriptor, interest: .readable)
        let pauseEnd = PauseEnd()
        self.pauseEnd = pauseEnd
        pause = LoopTimer(on: loop) { pauseEnd.resume() }
        spare = Self.openSpare()
    }

    /// Waits for the next connection.
    /// - Throws: `.cancelled` or `.closed` after those calls. Failures of a single connection are passed over, and where
    ///   descriptors run out it waits a tenth of a second and tries again; what cannot be accepted then is closed, so that
    ///   nobody waits for an answer that does not come.
    public func accept() async throws(StreamError) -> AcceptedSocket {
        loop.preconditionInLoop()
        var hasRested = false
        while true {
            if let failure { throw failure }
            if let socket = take() { return socket }
            switch errno {
            case EAGAIN:
                if let error = await side.wait() { throw error }
            case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                onExhaustion?(.system(errno: errno, operation: "accept"))
                if hasRested { turnAway() }
                await rest()
                hasRested = true
            case EBADF, EINVAL, ENOTSOCK:
                throw .system(errno: errno, operation: "accept")
            default:
                continue  // the connection failed before it was accepted (accept(2): ECONNABORTED and network errors)
            }
        }
    }

    /// A connection that the kernel has made already, also after `cancel`: closing the listener would reset it.
    /// - Returns: nil where there is none, or none can be had.
    public func acceptWaiting() -> AcceptedSocket? {
        loop.preconditionInLoop()
        while descriptor >= 0 {
            if let socket = take() { return socket }
            guard errno == ECONNABORTED || errno == EINTR else { return nil }
        }
        return nil
    }

    /// One `accept`; nil leaves the reason in `errno`.
    private func take() -> AcceptedSocket? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let connection = w2f_accept(descriptor, &storage, &length)
        guard connection >= 0 else { return nil }
        if localAddress.family != AF_UNIX { setNoDelay(connection) }
        return AcceptedSocket(descriptor: connection, remoteAddress: SocketAddress(&storage) ?? .unix(path: ""))
    }

    /// Accepts a connection on the spare descriptor and closes it.
    private func turnAway() {
        if spare >= 0 { _ = Glibc.close(spare) }
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let connection = w2f_accept(descriptor, &storage, &length)
        if connection >= 0 { _ = Glibc.close(connection) }
        spare = Self.openSpare()
    }

    private static func openSpare() -> CInt {
        open("/dev/null", O_RDONLY | O_CLOEXEC)
    }

    /// Stops listening; what waits throws `.closed`. May be called again.
    public func close() {
        loop.preconditionInLoop()
        guard descriptor >= 0 else { return }
        fail(.closed)
        _ = Glibc.close(descriptor)
        if spare >= 0 { _ = Glibc.close(spare) }
        descriptor = -1
        spare = -1
    }

    /// Ends an `accept` that waits now or later with `.cancelled`. From any thread.
    public func cancel() {
        loop.execute { self.fail(.cancelled) }
    }

    private func fail(_ error: StreamError) {
        if failure == nil || error == .closed { failure = error }
        side.stop()
        side.resume(error)
        pause.cancel()
        pauseEnd.resume()
    }

    private func rest() async {
        await withUnsafeContinuation { continuation in
            pauseEnd.set(continuation)
            pause.schedule(after: .milliseconds(100))
        }
    }

    private static func listen(
        _ descriptor: CInt, on address: SocketAddress, backlog: Int
    ) throws(StreamError) -> SocketAddress {
        var on: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
        if case .ipv6 = address {
            // So that "[::]:8080" can stand beside "0.0.0.0:8080".
            setsockopt(descriptor, CInt(IPPROTO_IPV6), IPV6_V6ONLY, &on, socklen_t(MemoryLayout<CInt>.size))
        }
        let status = address.withSockaddr { bind(descriptor, $0, $1) }
        guard let status else { throw .system(errno: ENAMETOOLONG, operation: "bind") }
        guard status == 0 else { throw .system(errno: errno, operation: "listening on \(address)") }
        guard Glibc.listen(descriptor, CInt(clamping: backlog)) == 0 else {
            throw .system(errno: errno, operation: "listening on \(address)")
        }
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let named = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard named == 0, address.family != AF_UNIX else { return address }
        return SocketAddress(&storage) ?? address
    }
}

/// The task that waits for a listener's pause to end. Confined to the listener's loop.
private final class PauseEnd {
    // Resumed exactly once: whoever takes it out of here resumes it.
    private var continuation: UnsafeContinuation<Void, Never>?

    func set(_ continuation: UnsafeContinuation<Void, Never>) {
        self.continuation = continuation
    }

    func resume() {
        let waiting = continuation
        continuation = nil
        waiting?.resume()
    }
}

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
