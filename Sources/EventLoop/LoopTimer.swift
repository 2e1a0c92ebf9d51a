import CLibev

/// A one-shot timer on a loop (`ev_timer`), which can be scheduled again. Confined to its loop.
///
/// In a turn of the loop it fires after the sockets that were found ready: where the loop comes late, what has come in time
/// is read first. A scheduled timer keeps itself alive until it fires or is cancelled.
public final class LoopTimer: @unchecked Sendable {
    // Safe to share: `schedule` and `cancel` check that they run on the loop; elsewhere it is only passed on.
    private let loop: EventLoop
    private let action: () -> Void
    // Allocated for libev, which keeps its address while the timer is scheduled; freed in deinit, which cannot come
    // before: a scheduled timer holds a reference to itself.
    private let watcher: UnsafeMutablePointer<ev_timer>
    private var selfReference: Unmanaged<LoopTimer>?

    /// - Parameter action: runs on the loop when the time has come.
    public init(on loop: EventLoop, _ action: @escaping () -> Void) {
        self.loop = loop
        self.action = action
        watcher = .allocate(capacity: 1)
        watcher.initialize(to: ev_timer())
        w2f_ev_timer_init(watcher, timerFired, 0, 0)
    }

    deinit {
        watcher.deallocate()
    }

    /// A Boolean value that indicates whether the timer is going to fire.
    public var isScheduled: Bool { selfReference != nil }

    /// Fires once after `delay` from now; a time set before is replaced.
    public func schedule(after delay: Duration) {
        loop.preconditionInLoop()
        if selfReference == nil {
            let reference = Unmanaged.passRetained(self)
            selfReference = reference
            watcher.pointee.data = reference.toOpaque()
        } else {
            ev_timer_stop(loop.core.raw, watcher)
        }
        // libev counts from the loop's cached time; a callback that ran long would make the timer early.
        ev_now_update(loop.core.raw)
        w2f_ev_timer_set(watcher, max(0, delay.seconds), 0)
        ev_timer_start(loop.core.raw, watcher)
    }

    /// Forgets the time that was set, if any.
    public func cancel() {
        loop.preconditionInLoop()
        guard let reference = selfReference else { return }
        selfReference = nil
        ev_timer_stop(loop.core.raw, watcher)
        reference.release()
    }

    fileprivate func fire() {
        let reference = selfReference
        selfReference = nil
        action()
        loop.drain()
        reference?.release()
    }
}

/// libev's callback, on the loop's thread; the timer's own reference keeps it alive until here.
private func timerFired(_ raw: OpaquePointer?, _ watcher: UnsafeMutablePointer<ev_timer>?, _ events: CInt) {
    guard let pointer = watcher?.pointee.data else { return }
    Unmanaged<LoopTimer>.fromOpaque(pointer).takeUnretainedValue().fire()
}

extension Duration {
    /// The duration in seconds, as libev takes it.
    var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
