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
