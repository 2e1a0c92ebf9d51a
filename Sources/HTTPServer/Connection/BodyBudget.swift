import EventLoop

/// A loop's `ByteBudget`, and the tasks that wait for their turn. Confined to the loop.
final class BodyBudget {
    /// The outcome of waiting.
    enum Outcome {
        case granted, timedOut, cancelled
    }

    private struct Waiter {
        let continuation: UnsafeContinuation<Outcome, Never>
        let timer: LoopTimer
    }

    private let loop: EventLoop
    private var budget: ByteBudget
    /// Each continuation is resumed once: whoever takes it out of here resumes it.
    private var waiters: [ByteBudget.Holder: Waiter] = [:]

    init(loop: EventLoop, capacity: Int) {
        self.loop = loop
        budget = ByteBudget(capacity: capacity)
    }

    /// A Boolean value that indicates whether nothing is held and nobody waits.
    var isUnused: Bool { budget.isUnused }

    /// Counts bytes that are here already.
    func charge(_ bytes: Int) {
        loop.preconditionInLoop()
        budget.charge(bytes)
    }

    /// Waits until `bytes` more may be read, at most for `timeout`.
    /// - Parameter onWait: is called before a wait; not if there is none.
    func reserve(
        _ bytes: Int, for holder: ByteBudget.Holder, timeout: Duration, onWait: () -> Void = {}
    ) async -> Outcome {
        loop.preconditionInLoop()
        if budget.reserve(bytes, for: holder) { return .granted }
        onWait()
        let timer = LoopTimer(on: loop) { self.finish(holder, .timedOut) }
        timer.schedule(after: timeout)
        return await withUnsafeContinuation { waiters[holder] = Waiter(continuation: $0, timer: timer) }
    }

    /// Gives back what a holder reserved and was charged.
    func release(_ bytes: Int, of holder: ByteBudget.Holder) {
        loop.preconditionInLoop()
        admit(budget.release(bytes, of: holder))
    }

    /// Ends a wait, if the holder waits.
    func cancel(_ holder: ByteBudget.Holder) {
        loop.preconditionInLoop()
        finish(holder, .cancelled)
    }

    private func finish(_ holder: ByteBudget.Holder, _ outcome: Outcome) {
        guard let waiter = waiters.removeValue(forKey: holder) else { return }
        waiter.timer.cancel()
        let admitted = budget.withdraw(holder)
        waiter.continuation.resume(returning: outcome)
        admit(admitted)
    }

    private func admit(_ holders: [ByteBudget.Holder]) {
        for holder in holders {
            guard let waiter = waiters.removeValue(forKey: holder) else { continue }
            waiter.timer.cancel()
            waiter.continuation.resume(returning: .granted)
        }
    }
}
