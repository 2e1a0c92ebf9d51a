import CLibev
import Glibc
import Synchronization

/// A libev loop on a thread of its own, which Swift actors and tasks can run on.
///
/// - Actors that live here use `serialExecutor`, tasks that prefer to run here use `taskExecutor`.
/// - A job enqueued from the loop's own thread goes to a plain queue, drained after each callback (at most
///   `jobsPerTurn` at a time, so that sockets are never starved); one from another thread goes through a locked inbox
///   and one `ev_async_send` for all that gathered since the loop last looked.
/// - Output that gathers in a turn is flushed once, by `FlushHook`, just before the loop would block.
///
/// A loop lives as long as the process, because the runtime holds executors unowned.
public final class EventLoop: @unchecked Sendable {
    // Safe to share: `inbox` has its lock and `load` is atomic; `core`'s members are confined to the loop's thread,
    // which every one of their users checks; the rest never changes after `start`.

    /// The name of the loop's thread (at most 15 bytes reach the kernel).
    public let name: String

    /// The most jobs that run between two looks at the sockets.
    public static let jobsPerTurn = 256

    private let inbox = Locked(LoopInbox())
    private let load = Atomic<Int>(0)
    let core: LoopCore
    private let executors = LoopExecutors()

    private init(name: String) throws(StreamError) {
        guard let raw = ev_loop_new(UInt32(EVFLAG_NOENV)) else {
            throw .system(errno: errno, operation: "ev_loop_new")
        }
        self.name = name
        core = LoopCore(raw: raw)
        executors.attach(to: self)
    }

    /// Starts a loop on a new thread.
    /// - Throws: `StreamError.system` where the kernel gives no epoll descriptor or no thread.
    public static func start(name: String) throws(StreamError) -> EventLoop {
        signal(SIGPIPE, SIG_IGN)
        let loop = try EventLoop(name: name)
        loop.core.installWatchers(owner: loop)
        var thread = pthread_t()
        // The thread keeps the loop: +1 that is never released.
        let retained = Unmanaged.passRetained(loop)
        let status = pthread_create(&thread, nil, runEventLoop, retained.toOpaque())
        guard status == 0 else {
            retained.release()
            throw .system(errno: status, operation: "pthread_create")
        }
        pthread_detach(thread)
        return loop
    }

    /// For actors whose state belongs to this loop.
    public var serialExecutor: LoopSerialExecutor { executors.serial(of: self) }

    /// For tasks that should run on this loop (`executorPreference:`).
    public var taskExecutor: LoopTaskExecutor { executors.task(of: self) }

    /// The loop whose thread this is, if it is one.
    public static var current: EventLoop? {
        guard let pointer = w2f_current_loop() else { return nil }
        return Unmanaged<EventLoop>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// A Boolean value that indicates whether the caller runs on this loop's thread.
    public var isCurrent: Bool {
        w2f_current_loop() == UnsafeMutableRawPointer(Unmanaged.passUnretained(self).toOpaque())
    }

    /// Traps unless the caller runs on this loop's thread: what is confined to a loop calls this on entry.
    public func preconditionInLoop(_ function: StaticString = #function) {
        precondition(isCurrent, "\(function) must be called on its event loop")
    }

    /// Runs `work` soon on the loop, after what is already queued. From any thread.
    public func execute(_ work: @escaping @Sendable () -> Void) {
        enqueue(.function(work))
    }

    /// The number of connections that the loop serves, by `LoopGroup`'s count.
    public var connections: Int { load.load(ordering: .relaxed) }

    func addConnection() {
        load.wrappingAdd(1, ordering: .relaxed)
    }

    func removeConnection() {
        load.wrappingSubtract(1, ordering: .relaxed)
    }

    func enqueue(_ job: LoopJob) {
        if isCurrent {
            core.queue.push(job)
        } else if inbox.withLock({ $0.push(job) }) {
            core.wake()
        }
    }

    /// Moves what other threads left into the loop's own queue, and runs it.
    func receive() {
        inbox.withLock { $0.takeAll(into: &core.spare) }
        core.queue.push(contentsOf: core.spare)
        core.spare.removeAll(keepingCapacity: true)
        drain()
    }

    /// Runs queued jobs, at most `jobsPerTurn`; what is left runs after the next look at the sockets.
    func drain() {
        var budget = Self.jobsPerTurn
        while budget > 0, let job = core.queue.pop() {
            run(job)
            budget -= 1
        }
    }

    /// Just before the loop would block: run what is queued, flush what gathered, and do not block if work is left.
    func prepare() {
        drain()
        core.flush()
        drain()
        core.flush()
        core.setIdle(!core.queue.isEmpty || core.wantsFlush)
    }

    private func run(_ job: LoopJob) {
        switch job {
        case .actor(let job): job.runSynchronously(on: serialExecutor.asUnownedSerialExecutor())
        case .task(let job): job.runSynchronously(on: taskExecutor.asUnownedTaskExecutor())
        case .function(let work): work()
        }
    }
}

/// The thread's body. A named function, not a closure: it runs outside any actor.
private func runEventLoop(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let loop = Unmanaged<EventLoop>.fromOpaque(argument).takeUnretainedValue()
    w2f_set_current_loop(argument)
    w2f_name_thread(String(loop.name.utf8.prefix(15)))
    ev_run(loop.core.raw, 0)
    return nil
}

/// The two executors of a loop. They point back at it unowned, so they are made after it and set once.
final class LoopExecutors: @unchecked Sendable {
    // Safe to share: written once in the loop's initialiser, before the loop is known to anyone else.
    private var pair: (serial: LoopSerialExecutor, task: LoopTaskExecutor)?

    func attach(to loop: EventLoop) {
        pair = (LoopSerialExecutor(loop: loop), LoopTaskExecutor(loop: loop))
    }

    func serial(of loop: EventLoop) -> LoopSerialExecutor {
        guard let pair else { preconditionFailure("the loop's executors are attached in its initialiser") }
        return pair.serial
    }

    func task(of loop: EventLoop) -> LoopTaskExecutor {
        guard let pair else { preconditionFailure("the loop's executors are attached in its initialiser") }
        return pair.task
    }
}

/// Lets an actor live on a loop: its isolated code runs on the loop's thread.
///
///     nonisolated var unownedExecutor: UnownedSerialExecutor { loop.serialExecutor.asUnownedSerialExecutor() }
///
/// Source: SE-0392 (custom actor executors), SE-0424 (`checkIsolated`), SE-0471 (`isIsolatingCurrentContext`).
public final class LoopSerialExecutor: SerialExecutor, Sendable {
    // The runtime holds executors unowned, and a loop lives as long as the process: it never dangles.
    private unowned(unsafe) let loop: EventLoop

    init(loop: EventLoop) {
        self.loop = loop
    }

    /// Called by the runtime, on any thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        loop.enqueue(.actor(UnownedJob(job)))
    }

    /// The form that an actor's `unownedExecutor` returns.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    /// Makes `assumeIsolated` work from any job of the loop, tasks' jobs among them.
    public func checkIsolated() {
        loop.preconditionInLoop()
    }

    /// Returns a Boolean value that indicates whether the caller runs on the loop's thread.
    public func isIsolatingCurrentContext() -> Bool? {
        loop.isCurrent
    }
}

/// Lets a task prefer a loop: whatever of it belongs to no other actor runs on the loop's thread.
///
/// Source: SE-0417 (task executor preference). A type of its own because one that is both a serial and a task executor
/// makes every enqueue ambiguous.
public final class LoopTaskExecutor: TaskExecutor, Sendable {
    // The runtime holds executors unowned, and a loop lives as long as the process: it never dangles.
    private unowned(unsafe) let loop: EventLoop

    init(loop: EventLoop) {
        self.loop = loop
    }

    /// Called by the runtime, on any thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        loop.enqueue(.task(UnownedJob(job)))
    }

    /// The form that the runtime keeps.
    public func asUnownedTaskExecutor() -> UnownedTaskExecutor {
        UnownedTaskExecutor(ordinary: self)
    }
}
