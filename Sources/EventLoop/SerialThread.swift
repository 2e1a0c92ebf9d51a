import CLibev
import Glibc

/// A step of a ``SerialThread``, as its queue decides.
public enum SerialStep<Work: Sendable>: Sendable {
    /// Do this work.
    case run(Work)
    /// Do nothing until then, or until the queue changes.
    case wait(until: ContinuousClock.Instant?)
    /// Return: there will be no more work.
    case stop
}

/// The work of a ``SerialThread``: a state machine without I/O, locks, or clocks, which bounds how much it holds.
public protocol SerialQueue: Sendable {
    /// A piece of work for the thread.
    associatedtype Work: Sendable
    /// The answer to a caller whose time is up.
    associatedtype Answer: Sendable

    /// Returns the thread's next step. Work that it returns is no longer waiting.
    mutating func next(now: ContinuousClock.Instant) -> SerialStep<Work>

    /// The time of the next call of `expire(now:)`, or `nil` if no caller waits. It may be early, never late.
    var nextDeadline: ContinuousClock.Instant? { get }

    /// Removes the callers whose deadline has passed, whether their work is waiting or running, and returns their answers.
    mutating func expire(now: ContinuousClock.Instant) -> [Answer]
}

/// A thread that does work that blocks, one piece after the other, so that no event loop ever waits for it.
///
/// Its queue is changed from any thread, under the thread's lock. Deadlines are kept by a timer on a loop: callers are
/// answered in time while the thread hangs in a system call, and even if it has died.
///
///     try thread.start {
///         while let work = thread.next() { … }
///     }
public final class SerialThread<Queue: SerialQueue>: @unchecked Sendable {
    // Safe to share: `state` is touched only with `mutex` held, and `timer` only on `loop`. `mutex` and `condition` are made
    // for several threads. The three stay at one address from `init` to `deinit`; no call is under way then, because each
    // holds a reference to this object. (`state` is behind a pointer for speed: a class's property of a generic type is
    // copied whole to read one member.)

    private let name: String
    private let loop: EventLoop
    private let deliver: @Sendable (Queue.Answer) -> Void
    @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    @usableFromInline let state: UnsafeMutablePointer<State>
    private var timer: LoopTimer?

    /// What the lock guards.
    @usableFromInline struct State {
        @usableFromInline var queue: Queue
        /// A Boolean value that indicates whether the thread waits for the queue to change.
        @usableFromInline var isWaiting = false
        /// The time at which the timer fires; not after the first deadline.
        @usableFromInline var armed: ContinuousClock.Instant?
        var hasEnded = false
        /// The callers that wait for the thread's end.
        var endings: [(deadline: ContinuousClock.Instant, continuation: CheckedContinuation<Void, Never>)] = []
        /// The earliest of their deadlines.
        @usableFromInline var firstEnding: ContinuousClock.Instant?

        init(queue: Queue) {
            self.queue = queue
        }

        /// Sets `armed` to the first deadline if that is sooner. Most deadlines are later than the one before, so a timer
        /// that is set mostly stays.
        /// - Returns: `true` if it is sooner: then `schedule()` has to be called without the lock.
        @inlinable
        mutating func armsSooner() -> Bool {
            var first = queue.nextDeadline
            if let firstEnding { first = min(first ?? firstEnding, firstEnding) }
            guard let first else { return false }
            if let armed, armed <= first { return false }
            armed = first
            return true
        }

        /// Takes out the endings whose deadline has passed; all of them if `now` is `nil`.
        mutating func takeEndings(now: ContinuousClock.Instant?) -> [CheckedContinuation<Void, Never>] {
            guard firstEnding != nil else { return [] }
            let taken = endings.filter { ending in now.map { ending.deadline <= $0 } ?? true }
            endings.removeAll { ending in now.map { ending.deadline <= $0 } ?? true }
            firstEnding = endings.map(\.deadline).min()
            return taken.map(\.continuation)
        }
    }

    /// Creates a thread that has not been started.
    /// - Parameters:
    ///   - name: The thread's name; at most 15 bytes reach the kernel.
    ///   - loop: The loop that keeps the deadlines.
    ///   - deliver: Answers a caller whose time is up. Called on the loop, without the lock.
    public init(
        _ queue: Queue, name: String, deadlinesOn loop: EventLoop, deliver: @escaping @Sendable (Queue.Answer) -> Void
    ) {
        self.name = name
        self.loop = loop
        self.deliver = deliver
        state = .allocate(capacity: 1)
        state.initialize(to: State(queue: queue))
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        condition = .allocate(capacity: 1)
        condition.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        condition.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    // MARK: From any thread

    /// Starts the thread. It keeps this object, and what `body` holds, until `body` returns.
    /// - Parameter body: Calls `next()` and does what that returns, until it returns `nil`.
    /// - Throws: `StreamError.system` if the kernel gives no thread.
    public func start(_ body: sending @escaping () -> Void) throws(StreamError) {
        let main = Unmanaged.passRetained(
            ThreadMain(name: name) {
                body()
                self.end()
            })
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, runSerialThread, main.toOpaque())
        guard status == 0 else {
            main.release()
            throw .system(errno: status, operation: "pthread_create")
        }
        pthread_detach(thread)
    }

    /// Runs `body` with the lock held. `body` must neither block nor resume a caller.
    /// - Parameter wakesThread: A Boolean value that indicates whether the thread is to look at the queue again now;
    ///   otherwise ``wake()`` has to follow if there is new work.
    @inlinable
    public func update<Result: Sendable>(wakesThread: Bool = true, _ body: (inout Queue) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        let result = body(&state.pointee.queue)
        let isSooner = state.pointee.armsSooner()
        if wakesThread && state.pointee.isWaiting { signal() }
        pthread_mutex_unlock(mutex)
        if isSooner { schedule() }
        return result
    }

    /// Has the thread look at the queue again.
    public func wake() {
        pthread_mutex_lock(mutex)
        if state.pointee.isWaiting { signal() }
        pthread_mutex_unlock(mutex)
    }

    /// Returns when the thread has ended, or at `deadline`: a thread that hangs is left behind.
    public func waitForEnd(until deadline: ContinuousClock.Instant) async {
        await withCheckedContinuation { continuation in
            pthread_mutex_lock(mutex)
            let hasEnded = state.pointee.hasEnded
            if !hasEnded {
                state.pointee.endings.append((deadline, continuation))
                state.pointee.firstEnding = min(state.pointee.firstEnding ?? deadline, deadline)
            }
            let isSooner = state.pointee.armsSooner()
            pthread_mutex_unlock(mutex)
            if isSooner { schedule() }
            if hasEnded { continuation.resume() }
        }
    }

    // MARK: On the thread

    /// Waits until there is work, and returns it.
    /// - Returns: `nil` if the queue says `stop`.
    @inlinable
    public func next() -> Queue.Work? {
        while true {
            pthread_mutex_lock(mutex)
            let step = state.pointee.queue.next(now: .now)
            let isSooner = state.pointee.armsSooner()
            if case .wait(let deadline) = step, !isSooner { wait(until: deadline) }
            pthread_mutex_unlock(mutex)
            if isSooner { schedule() }
            switch step {
            case .run(let work): return work
            case .wait: continue
            case .stop: return nil
            }
        }
    }

    private func end() {
        pthread_mutex_lock(mutex)
        state.pointee.hasEnded = true
        let endings = state.pointee.takeEndings(now: nil)
        pthread_mutex_unlock(mutex)
        for ending in endings { ending.resume() }
    }

    // MARK: With the lock held

    /// Waits for `signal()`, at most until `deadline`; may also return for no reason. Gives up the lock meanwhile.
    @usableFromInline
    func wait(until deadline: ContinuousClock.Instant?) {
        state.pointee.isWaiting = true
        defer { state.pointee.isWaiting = false }
        guard let deadline else {
            pthread_cond_wait(condition, mutex)
            return
        }
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let (seconds, attoseconds) = max(.zero, ContinuousClock.now.duration(to: deadline)).components
        time.tv_sec += Int(min(seconds, 1_000_000_000))
        time.tv_nsec += Int(attoseconds / 1_000_000_000)
        if time.tv_nsec >= 1_000_000_000 {
            time.tv_sec += 1
            time.tv_nsec -= 1_000_000_000
        }
        pthread_cond_timedwait(condition, mutex, &time)
    }

    @usableFromInline
    func signal() {
        state.pointee.isWaiting = false
        pthread_cond_signal(condition)
    }

    // MARK: Deadlines

    /// Has the timer fire when `armed` says. From any thread, without the lock.
    @usableFromInline
    func schedule() {
        if loop.isCurrent { setTimer() } else { loop.execute { self.setTimer() } }
    }

    /// On the loop. Takes the time as it is by now: of two calls, the later may have come first.
    private func setTimer() {
        pthread_mutex_lock(mutex)
        let armed = state.pointee.armed
        pthread_mutex_unlock(mutex)
        guard let armed else { return }
        let timer = timer ?? LoopTimer(on: loop) { [weak self] in self?.expire() }
        self.timer = timer
        timer.schedule(after: max(.zero, ContinuousClock.now.duration(to: armed)))
    }

    /// On the loop, when the timer has fired.
    private func expire() {
        let now = ContinuousClock.now
        pthread_mutex_lock(mutex)
        state.pointee.armed = nil
        let answers = state.pointee.queue.expire(now: now)
        let endings = state.pointee.takeEndings(now: now)
        let isSooner = state.pointee.armsSooner()
        pthread_mutex_unlock(mutex)
        for answer in answers { deliver(answer) }
        for ending in endings { ending.resume() }
        if isSooner { schedule() }
    }
}

/// A thread's name and body, on their way through C.
private final class ThreadMain {
    let name: String
    let body: () -> Void

    init(name: String, body: @escaping () -> Void) {
        self.name = name
        self.body = body
    }
}

/// The thread's entry. A named function, not a closure: it runs outside any actor. Balances the retain of `start`.
private func runSerialThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let main = Unmanaged<ThreadMain>.fromOpaque(argument).takeRetainedValue()
    w2f_name_thread(String(main.name.utf8.prefix(15)))
    main.body()
    return nil
}
