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
