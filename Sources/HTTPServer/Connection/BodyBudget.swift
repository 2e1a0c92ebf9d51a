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

/// An account of request bodies in memory: bounds the bytes of request bodies that a loop holds, without I/O.
///
/// Bytes are reserved read by read, not for what Content-Length promises: who announces 25 MB and sends nothing holds
/// one read's worth. So that bodies which all have a part and all wait for more do not wait for ever, one body at a time may
/// go over the capacity; when it is done, the next in line may. What is held is therefore at most the capacity, one
/// body, and what each reader's last read brought beyond its reservation.
struct ByteBudget {
    /// A connection, by its number on the loop.
    typealias Holder = Int

    private struct Waiter {
        let holder: Holder
        let bytes: Int
    }

    let capacity: Int
    private(set) var used = 0
    private var waiters: [Waiter] = []
    private var overdrawn: Holder?

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// A Boolean value that indicates whether nobody holds anything and nobody waits.
    var isUnused: Bool { used == 0 && waiters.isEmpty && overdrawn == nil }

    /// Counts bytes that are here already.
    mutating func charge(_ bytes: Int) {
        used += bytes
    }

    /// Asks to read `bytes` more.
    /// - Returns: whether the holder may read now. If not, it waits in line until `release` or `withdraw` names it.
    mutating func reserve(_ bytes: Int, for holder: Holder) -> Bool {
        if overdrawn == holder || (waiters.isEmpty && fits(bytes)) {
            used += bytes
            return true
        }
        if overdrawn == nil {
            overdrawn = holder
            used += bytes
            return true
        }
        waiters.append(Waiter(holder: holder, bytes: bytes))
        return false
    }

    /// The holder's request is over.
    /// - Returns: who may read now.
    mutating func release(_ bytes: Int, of holder: Holder) -> [Holder] {
        used -= bytes
        if overdrawn == holder { overdrawn = nil }
        return admit()
    }

    /// The holder waits no longer. What it holds stays counted until `release`.
    /// - Returns: who may read now.
    mutating func withdraw(_ holder: Holder) -> [Holder] {
        waiters.removeAll { $0.holder == holder }
        return admit()
    }

    private func fits(_ bytes: Int) -> Bool { used + bytes <= capacity }

    private mutating func admit() -> [Holder] {
        var admitted: [Holder] = []
        while let first = waiters.first {
            if !fits(first.bytes) {
                guard overdrawn == nil else { break }
                overdrawn = first.holder
            }
            used += first.bytes
            waiters.removeFirst()
            admitted.append(first.holder)
        }
        return admitted
    }
}
