import CLibev

/// The state that a loop owns and only its own thread touches: the libev loop, its standing watchers and its queue of
/// jobs.
final class LoopCore {
    /// The libev loop; lives as long as the process.
    let raw: OpaquePointer

    /// Jobs enqueued from the loop's own thread, and those received from others.
    var queue = LoopQueue()

    /// The empty buffer that is exchanged with the inbox.
    var spare: [LoopJob] = []

    private var flushes: [FlushHook] = []
    private var due: [FlushHook] = []

    // Allocated once and never freed, as the loop is: libev keeps their addresses.
    private let wakeUp = UnsafeMutablePointer<ev_async>.allocate(capacity: 1)
    private let beforeBlocking = UnsafeMutablePointer<ev_prepare>.allocate(capacity: 1)
    private let idle = UnsafeMutablePointer<ev_idle>.allocate(capacity: 1)
    private var isIdling = false

    init(raw: OpaquePointer) {
        self.raw = raw
    }

    /// Called once, before the loop's thread exists.
    func installWatchers(owner: EventLoop) {
        // The watchers point at the loop object unretained: its thread keeps it alive for ever.
        let pointer = Unmanaged.passUnretained(owner).toOpaque()
        wakeUp.initialize(to: ev_async())
        w2f_ev_async_init(wakeUp, loopWoken)
        wakeUp.pointee.data = pointer
        ev_async_start(raw, wakeUp)
        beforeBlocking.initialize(to: ev_prepare())
        w2f_ev_prepare_init(beforeBlocking, loopPrepares)
        beforeBlocking.pointee.data = pointer
        ev_prepare_start(raw, beforeBlocking)
        idle.initialize(to: ev_idle())
        w2f_ev_idle_init(idle, loopIdles)
        idle.pointee.data = pointer
    }

    /// Wakes the loop; from any thread (`ev_async_send` is the one libev call that may be).
    func wake() {
        ev_async_send(raw, wakeUp)
    }

    /// A Boolean value that indicates whether some hook asked for a flush that has not run yet.
    var wantsFlush: Bool { !flushes.isEmpty }

    func requestFlush(_ hook: FlushHook) {
        flushes.append(hook)
    }

    func flush() {
        guard !flushes.isEmpty else { return }
        // Hooks may ask for another flush meanwhile; two arrays in turn keep their memory.
        swap(&flushes, &due)
        for hook in due { hook.run() }
        due.removeAll(keepingCapacity: true)
    }

    /// An active idle watcher keeps the loop from blocking: on while jobs are left over.
    func setIdle(_ on: Bool) {
        guard on != isIdling else { return }
        isIdling = on
        if on { ev_idle_start(raw, idle) } else { ev_idle_stop(raw, idle) }
    }
}

// libev's callbacks: named functions, called on the loop's thread with the watcher that `installWatchers` set up.

private func loopWoken(_ raw: OpaquePointer?, _ watcher: UnsafeMutablePointer<ev_async>?, _ events: CInt) {
    guard let pointer = watcher?.pointee.data else { return }
    Unmanaged<EventLoop>.fromOpaque(pointer).takeUnretainedValue().receive()
}

private func loopPrepares(_ raw: OpaquePointer?, _ watcher: UnsafeMutablePointer<ev_prepare>?, _ events: CInt) {
    guard let pointer = watcher?.pointee.data else { return }
    Unmanaged<EventLoop>.fromOpaque(pointer).takeUnretainedValue().prepare()
}

private func loopIdles(_ raw: OpaquePointer?, _ watcher: UnsafeMutablePointer<ev_idle>?, _ events: CInt) {
    guard let pointer = watcher?.pointee.data else { return }
    Unmanaged<EventLoop>.fromOpaque(pointer).takeUnretainedValue().drain()
}
