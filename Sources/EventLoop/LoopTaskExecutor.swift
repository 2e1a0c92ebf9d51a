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
