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
