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

    fileprivate func requestFlush(_ hook: FlushHook) {
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

/// Something to do once before the loop next blocks, however often it is asked for in a turn: gathered output goes out
/// in one write. Confined to its loop.
public final class FlushHook {
    private let loop: EventLoop
    private let action: () -> Void
    private var isRequested = false

    /// - Parameter action: runs on the loop, from `ev_prepare`.
    public init(on loop: EventLoop, _ action: @escaping () -> Void) {
        self.loop = loop
        self.action = action
    }

    /// Asks for one run of the action before the loop next blocks.
    public func request() {
        loop.preconditionInLoop()
        guard !isRequested else { return }
        isRequested = true
        loop.core.requestFlush(self)
    }

    fileprivate func run() {
        isRequested = false
        action()
    }
}

/// The first-in-first-out queue of jobs that a loop's own thread fills and empties.
struct LoopQueue {
    private var jobs: [LoopJob] = []
    private var head = 0

    var isEmpty: Bool { head == jobs.count }

    mutating func push(_ job: LoopJob) {
        jobs.append(job)
    }

    mutating func push(contentsOf others: [LoopJob]) {
        jobs.append(contentsOf: others)
    }

    mutating func pop() -> LoopJob? {
        guard head < jobs.count else { return nil }
        let job = jobs[head]
        head += 1
        if head == jobs.count {
            jobs.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 1024 {
            jobs.removeFirst(head)
            head = 0
        }
        return job
    }
}

/// Jobs that other threads have left for a loop; guarded by the loop's lock.
struct LoopInbox {
    private var jobs: [LoopJob] = []
    private var signalled = false

    /// Takes a job in.
    /// - Returns: whether the loop must be woken: true once for all that gathers until it next looks.
    mutating func push(_ job: LoopJob) -> Bool {
        jobs.append(job)
        if signalled { return false }
        signalled = true
        return true
    }

    /// Hands everything over, in order, by exchanging buffers: `spare` must be empty, and both keep their memory.
    mutating func takeAll(into spare: inout [LoopJob]) {
        signalled = false
        swap(&jobs, &spare)
    }
}

/// One piece of work in a loop's queue.
enum LoopJob {
    /// A job of an actor that lives on the loop.
    case actor(UnownedJob)
    /// A job of a task that prefers the loop.
    case task(UnownedJob)
    /// A plain function posted by `EventLoop.execute`.
    case function(@Sendable () -> Void)
}
