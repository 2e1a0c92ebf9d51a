import CLibev

/// One direction of a socket: its libev watcher and the one task that may wait for it. Confined to its loop.
///
/// The watcher is started when a task first waits and left running after it was served: most of the time the next wait
/// comes before the next event, and two system calls are saved. An event that nobody waits for stops it.
final class StreamSide: @unchecked Sendable {
    // Safe to share: confined to its loop, which `TCPStream` checks; elsewhere it is only passed on.
    private let loop: EventLoop
    // Allocated for libev, which keeps its address while the watcher is active; freed in deinit, which cannot come
    // before `stop`: an active watcher holds a reference to this object.
    private let watcher: UnsafeMutablePointer<ev_io>
    private var selfReference: Unmanaged<StreamSide>?
    // Resumed exactly once: whoever takes it out of here resumes it.
    private var waiter: UnsafeContinuation<StreamError?, Never>?

    init(loop: EventLoop, descriptor: CInt, interest: SocketEvents) {
        self.loop = loop
        watcher = .allocate(capacity: 1)
        watcher.initialize(to: ev_io())
        w2f_ev_io_init(watcher, sideReady, descriptor, interest.rawValue)
    }

    deinit {
        watcher.deallocate()
    }

    var isWaiting: Bool { waiter != nil }

    /// Waits until the socket is ready in this direction.
    /// - Returns: nil when it is, else why the wait ended.
    func wait() async -> StreamError? {
        await withUnsafeContinuation { wait($0) }
    }

    /// The same for a continuation that waits already.
    func wait(_ continuation: UnsafeContinuation<StreamError?, Never>) {
        precondition(waiter == nil, "a stream has one reader and one writer at a time")
        waiter = continuation
        start()
    }

    /// Ends the wait, if there is one.
    func resume(_ error: StreamError?) {
        guard let continuation = waiter else { return }
        waiter = nil
        continuation.resume(returning: error)
    }

    /// Stops the watcher; required before the descriptor is closed.
    func stop() {
        guard let reference = selfReference else { return }
        selfReference = nil
        ev_io_stop(loop.core.raw, watcher)
        reference.release()
    }

    private func start() {
        guard selfReference == nil else { return }
        let reference = Unmanaged.passRetained(self)
        selfReference = reference
        watcher.pointee.data = reference.toOpaque()
        ev_io_start(loop.core.raw, watcher)
    }

    fileprivate func ready() {
        guard waiter != nil else {
            stop()
            return
        }
        resume(nil)
        loop.drain()
    }
}

/// libev's callback, on the loop's thread; the side's own reference keeps it alive while its watcher is active.
private func sideReady(_ raw: OpaquePointer?, _ watcher: UnsafeMutablePointer<ev_io>?, _ events: CInt) {
    guard let pointer = watcher?.pointee.data else { return }
    let object = Unmanaged<StreamSide>.fromOpaque(pointer)
    _ = object.retain()  // the task that goes on may close the stream
    object.takeUnretainedValue().ready()
    object.release()
}
