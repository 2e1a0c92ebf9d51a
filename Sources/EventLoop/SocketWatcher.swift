import CLibev

/// Watches a descriptor that somebody else owns (a C library, say) for readiness. Confined to its loop.
///
/// `stop()` before the descriptor is closed or changes: a watcher on a closed descriptor would report on whatever the
/// kernel gives that number to next. A watcher that is watching keeps itself alive.
public final class SocketWatcher {
    private let loop: EventLoop
    private let descriptor: CInt
    private let ready: (SocketEvents) -> Void
    // Allocated for libev, which keeps its address while the watcher is active; freed in deinit, which cannot come
    // before `stop`: an active watcher holds a reference to itself.
    private let watcher: UnsafeMutablePointer<ev_io>
    private var selfReference: Unmanaged<SocketWatcher>?
    private var interest: SocketEvents = []

    /// - Parameter ready: runs on the loop with what the descriptor is ready for.
    public init(on loop: EventLoop, descriptor: CInt, _ ready: @escaping (SocketEvents) -> Void) {
        self.loop = loop
        self.descriptor = descriptor
        self.ready = ready
        watcher = .allocate(capacity: 1)
        watcher.initialize(to: ev_io())
        w2f_ev_io_init(watcher, descriptorReady, descriptor, 0)
    }

    deinit {
        watcher.deallocate()
    }

    /// Watches for `interest` from now on, level-triggered; nothing is the same as `stop`.
    public func watch(_ interest: SocketEvents) {
        loop.preconditionInLoop()
        guard interest != self.interest else { return }
        if !self.interest.isEmpty { ev_io_stop(loop.core.raw, watcher) }
        self.interest = interest
        if interest.isEmpty {
            release()
            return
        }
        if selfReference == nil {
            let reference = Unmanaged.passRetained(self)
            selfReference = reference
            watcher.pointee.data = reference.toOpaque()
        }
        w2f_ev_io_set(watcher, descriptor, interest.rawValue)
        ev_io_start(loop.core.raw, watcher)
    }

    /// Stops watching.
    public func stop() {
        watch([])
    }

    private func release() {
        let reference = selfReference
        selfReference = nil
        reference?.release()
    }

    fileprivate func report(_ events: CInt) {
        ready(SocketEvents(rawValue: events & (CInt(EV_READ) | CInt(EV_WRITE))))
        loop.drain()
    }
}

/// libev's callback, on the loop's thread; the watcher's own reference keeps it alive while it is active.
private func descriptorReady(_ raw: OpaquePointer?, _ watcher: UnsafeMutablePointer<ev_io>?, _ events: CInt) {
    guard let pointer = watcher?.pointee.data else { return }
    let object = Unmanaged<SocketWatcher>.fromOpaque(pointer)
    _ = object.retain()  // `ready` may stop the watcher
    object.takeUnretainedValue().report(events)
    object.release()
}

/// The readiness of a descriptor, or the interest in it.
public struct SocketEvents: OptionSet, Sendable {
    /// The bits, as libev's `EV_READ` and `EV_WRITE`.
    public let rawValue: CInt

    /// - Parameter rawValue: libev's event bits.
    public init(rawValue: CInt) {
        self.rawValue = rawValue
    }

    /// A read would not block (data, end of stream or an error).
    public static let readable = SocketEvents(rawValue: CInt(EV_READ))

    /// A write would not block.
    public static let writable = SocketEvents(rawValue: CInt(EV_WRITE))
}
