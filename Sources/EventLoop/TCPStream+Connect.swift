import Glibc

extension TCPStream {
    /// Connects to `address`.
    /// - Parameter deadline: when to give up; nil leaves it to the kernel (about two minutes).
    /// - Throws: `StreamError.system` (refused, unreachable, …), `.deadlineExceeded`, `.cancelled`.
    public static func connect(
        to address: SocketAddress, on loop: EventLoop, deadline: ContinuousClock.Instant?
    ) async throws(StreamError) -> TCPStream {
        loop.preconditionInLoop()
        let descriptor = socket(
            address.family, CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .system(errno: errno, operation: "socket") }
        let stream = TCPStream(adopting: descriptor, remoteAddress: address, on: loop)
        stream.deadline = deadline
        do throws(StreamError) {
            try await stream.finishConnecting(descriptor, to: address)
        } catch {
            stream.close()
            throw error
        }
        stream.deadline = nil
        return stream
    }

    private func finishConnecting(_ descriptor: CInt, to address: SocketAddress) async throws(StreamError) {
        if address.family != AF_UNIX { setNoDelay(descriptor) }
        let status = address.withSockaddr { Glibc.connect(descriptor, $0, $1) }
        guard let status else { throw .system(errno: ENAMETOOLONG, operation: "connect") }
        if status == 0 { return }
        guard errno == EINPROGRESS || errno == EINTR else { throw .system(errno: errno, operation: "connect") }
        // The handler may run on any thread: `cancel` posts to the loop.
        let outcome = await withTaskCancellationHandler {
            await waitConnected()
        } onCancel: {
            cancel()
        }
        if let outcome { throw outcome }
        var code: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else {
            throw .system(errno: errno, operation: "connect")
        }
        guard code == 0 else { throw .system(errno: code, operation: "connect") }
    }

    /// Waits until the connection is made or has failed. The cancellation handler's operation may run off the loop
    /// (where the caller is an actor without a task that prefers it), so the wait is begun by a job of the loop.
    private func waitConnected() async -> StreamError? {
        await withUnsafeContinuation { continuation in
            loop.execute { self.beginWaitingWritable(continuation) }
        }
    }
}

/// Small writes go out at once: what is worth gathering is gathered before the write.
func setNoDelay(_ descriptor: CInt) {
    var on: CInt = 1
    setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
}
