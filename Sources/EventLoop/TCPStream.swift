import CLibev
import Glibc

/// A connected socket on a loop (TCP or Unix), non-blocking. All but `cancel` is confined to the loop.
///
/// `close` it when done; a stream that is dropped open is closed by its loop a little later.
public final class TCPStream: ByteStream, @unchecked Sendable {
    // Safe to share: every member but the lets and `cancel` is confined to `loop`, and checks it on entry.

    /// The loop that the stream belongs to.
    public let loop: EventLoop

    /// The other end, as it was when the connection was made.
    public let remoteAddress: SocketAddress

    private var descriptor: CInt
    private var failure: StreamError?
    private let readSide: StreamSide
    private let writeSide: StreamSide
    private var deadlineTimer: LoopTimer?
    private var timerDue: ContinuousClock.Instant?
    /// When a read that had waited for too long looked once more. A deadline before that gives no other look: what trickles
    /// in cannot put it off for ever.
    private var lastLook: ContinuousClock.Instant?
    /// The last read took all there was: the next one waits before it asks the kernel.
    private var isDrained = true

    /// A read or write that still waits at this time throws `StreamError.deadlineExceeded`.
    ///
    /// Cheap to set: a timer is armed only when something waits, and an armed one that turns out early is armed again.
    public var deadline: ContinuousClock.Instant? {
        didSet {
            loop.preconditionInLoop()
            if isWaiting { armDeadline() }
        }
    }

    /// Takes over a connected, non-blocking descriptor.
    public init(adopting descriptor: CInt, remoteAddress: SocketAddress, on loop: EventLoop) {
        loop.preconditionInLoop()
        self.loop = loop
        self.remoteAddress = remoteAddress
        self.descriptor = descriptor
        readSide = StreamSide(loop: loop, descriptor: descriptor, interest: .readable)
        writeSide = StreamSide(loop: loop, descriptor: descriptor, interest: .writable)
    }

    deinit {
        // Dropped without `close`: what libev and the kernel still hold goes on the loop.
        guard descriptor >= 0 else { return }
        let (descriptor, readSide, writeSide, timer) = (descriptor, readSide, writeSide, deadlineTimer)
        loop.execute {
            readSide.stop()
            writeSide.stop()
            timer?.cancel()
            _ = Glibc.close(descriptor)
        }
    }

    /// A Boolean value that indicates whether `close` was called.
    public var isClosed: Bool { descriptor < 0 }

    private var isWaiting: Bool { readSide.isWaiting || writeSide.isWaiting }

    /// Appends what has come to `buffer`, waiting for it if there is nothing yet; 0 is the end of the stream. Where the
    /// deadline passes it looks once more: on a busy loop, what lies there may have come long before.
    public func read(into buffer: inout ReadBuffer) async throws(StreamError) -> Int {
        loop.preconditionInLoop()
        while true {
            if let failure { throw failure }
            if isDrained { try await waitReadable() }
            if let failure { throw failure }
            let (count, room) = buffer.withFreeRoom { recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count >= 0 {
                isDrained = count > 0 && count < room
                return count
            }
            switch errno {
            case EAGAIN: isDrained = true
            case EINTR: continue
            case let code: throw .system(errno: code, operation: "read")
            }
        }
    }

    private func waitReadable() async throws(StreamError) {
        do throws(StreamError) {
            try await wait(readSide)
        } catch {
            let now = ContinuousClock.now
            guard error == .deadlineExceeded, failure == nil else { throw error }
            if let lastLook, let deadline, deadline <= lastLook { throw error }
            lastLook = now
            var byte: UInt8 = 0
            // The end of the stream counts as nothing here: whoever waited too long is told so.
            guard recv(descriptor, &byte, 1, CInt(MSG_PEEK)) > 0 else { throw error }
        }
    }

    /// Appends what has come and does not wait.
    /// - Returns: the number of bytes; 0 or less where nothing has come, at the end, and on errors.
    func readNow(into buffer: inout ReadBuffer) -> Int {
        loop.preconditionInLoop()
        guard failure == nil else { return -1 }
        return buffer.withFreeRoom { recv(descriptor, $0.baseAddress, $0.count, 0) }.count
    }

    /// Writes all of `bytes`, waiting for room as it must.
    public func write(_ bytes: [UInt8]) async throws(StreamError) {
        var sent = 0
        while sent < bytes.count {
            loop.preconditionInLoop()
            if let failure { throw failure }
            let count = bytes.withUnsafeBytes {
                sendNow(UnsafeRawBufferPointer(rebasing: $0[sent...]))
            }
            guard count >= 0 else { throw .system(errno: -CInt(count), operation: "write") }
            sent += count
            if sent < bytes.count { try await waitWritable() }
        }
    }

    /// Writes what goes without waiting.
    public func writeNow(_ bytes: UnsafeRawBufferPointer) throws(StreamError) -> Int {
        loop.preconditionInLoop()
        if let failure { throw failure }
        let count = sendNow(bytes)
        guard count >= 0 else { throw .system(errno: -CInt(count), operation: "write") }
        return count
    }

    /// One `send`: bytes taken, 0 where the socket is full, or the negated error number.
    private func sendNow(_ bytes: UnsafeRawBufferPointer) -> Int {
        while true {
            let count = send(descriptor, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
            if count >= 0 { return count }
            switch errno {
            case EAGAIN: return 0
            case EINTR: continue
            case let code: return -Int(code)
            }
        }
    }

    /// Waits until a write would make progress.
    public func waitWritable() async throws(StreamError) {
        loop.preconditionInLoop()
        if let failure { throw failure }
        try await wait(writeSide)
        if let failure { throw failure }
    }

    /// Sets an option of the socket; false where the kernel does not take it.
    @discardableResult
    private func setOption(_ level: CInt, _ name: CInt, _ value: CInt) -> Bool {
        loop.preconditionInLoop()
        var value = value
        return setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<CInt>.size)) == 0
    }

    /// Sends the end of the stream (a half-close); reading goes on.
    public func shutdownWrite() {
        loop.preconditionInLoop()
        guard !isClosed else { return }
        _ = shutdown(descriptor, CInt(SHUT_WR))
    }

    /// Closes the socket; what waits throws `StreamError.closed`. May be called again.
    public func close() {
        loop.preconditionInLoop()
        guard !isClosed else { return }
        // The watchers go before the descriptor: its number may be another connection's the moment it is closed.
        fail(.closed)
        _ = Glibc.close(descriptor)
        descriptor = -1
    }

    /// Ends what waits now or later with `StreamError.cancelled`; the socket stays open until `close`. From any thread.
    public nonisolated func cancel() {
        loop.execute { self.fail(.cancelled) }
    }

    private func fail(_ error: StreamError) {
        if failure == nil || error == .closed { failure = error }
        readSide.stop()
        writeSide.stop()
        deadlineTimer?.cancel()
        timerDue = nil
        readSide.resume(error)
        writeSide.resume(error)
    }

    private func wait(_ side: StreamSide) async throws(StreamError) {
        if deadline != nil { armDeadline() }
        if let error = await side.wait() { throw error }
    }

    /// The same for a continuation that waits already. It is resumed once: here, or by the side.
    private func beginWaitingWritable(_ continuation: UnsafeContinuation<StreamError?, Never>) {
        loop.preconditionInLoop()
        if let failure { return continuation.resume(returning: failure) }
        if deadline != nil { armDeadline() }
        writeSide.wait(continuation)
    }

    private func armDeadline() {
        guard let deadline else { return }
        if let timerDue, timerDue <= deadline { return }
        let timer = deadlineTimer ?? LoopTimer(on: loop) { [weak self] in self?.deadlineTimerFired() }
        deadlineTimer = timer
        timerDue = deadline
        timer.schedule(after: ContinuousClock.now.duration(to: deadline))
    }

    private func deadlineTimerFired() {
        timerDue = nil
        guard isWaiting, let deadline else { return }
        if ContinuousClock.now < deadline {
            armDeadline()
        } else {
            readSide.resume(.deadlineExceeded)
            writeSide.resume(.deadlineExceeded)
        }
    }
}

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
