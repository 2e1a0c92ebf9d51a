import EventLoop
import Glibc
import Logging

/// The shared part of a ``FilePublisher``: its queue behind a lock, and its two threads.
///
/// The writer takes batches to the disk. The watchdog answers those whose time is over while the writer is stuck in
/// a system call. Neither holds the lock while it waits for the disk or resumes a caller.
///
/// Safe to share: `state` is touched only with `signal`'s lock held, `file` `buffer` and `reopeningLog` only by the writer.
final class FilePublisherCore: @unchecked Sendable {
    typealias Waiter = CheckedContinuation<PublishResult, Never>
    typealias Reopener = CheckedContinuation<Result<Void, FilePublisherError>, Never>

    struct State {
        var queue: FilePublisherQueue<Waiter>
        var failure: String?
        var reopeners: [Reopener] = []
        var closers: [CheckedContinuation<Void, Never>] = []
        var closeDeadline: ContinuousClock.Instant?
        var isStopping = false
        var isStopped = false
    }

    let signal = FilePublisherSignal()
    let limits: FilePublisherLimits
    let logger: Logger
    let calls: FilePublisherCalls
    var state: State
    var file: MessageFile?
    var buffer: [UInt8] = []
    /// The writer's.
    var reopeningLog = LogThrottle()

    init(file: consuming MessageFile, calls: FilePublisherCalls, limits: FilePublisherLimits, logger: Logger) {
        if let repair = file.repair { logger.warning("\(repair)") }
        self.file = consume file
        self.calls = calls
        self.limits = limits
        self.logger = logger
        state = State(queue: FilePublisherQueue(limits: limits))
    }

    /// Starts the threads. They keep this object until ``stop(_:)``.
    func start() throws(FilePublisherError) {
        try FilePublisherThread.start { self.runWatchdog() }
        try FilePublisherThread.start { self.runWriter() }
    }

    // MARK: - From any thread

    /// Takes a line into the queue. The writer hears of it by ``wakeWriter()``, once for all that came in a turn.
    func append(_ line: [UInt8], until deadline: ContinuousClock.Instant?, _ waiter: Waiter) {
        let now = ContinuousClock.now
        signal.lock()
        let before = state.queue.nextDeadline
        var answer: PublishResult?
        if state.isStopping {
            answer = .unavailable(reason: "the server is shutting down")
        } else if state.queue.enqueue(line, waiter, until: deadline, now: now) {
            // Most have as much time as the one before, and the watchdog wakes for that one first.
            signal.wakeWatchdog(always: state.queue.nextDeadline.map { $0 < before ?? $0 } ?? false)
        } else {
            answer = .full
        }
        signal.unlock()
        if let answer { waiter.resume(returning: answer) }
    }

    func wakeWriter() {
        signal.lock()
        signal.wakeWriter()
        signal.unlock()
    }

    var readiness: PublisherReadiness {
        signal.lock()
        defer { signal.unlock() }
        if state.isStopping { return .notReady(reason: "the server is shutting down") }
        return state.failure.map { .notReady(reason: $0) } ?? .ready
    }

    /// Messages that wait for the disk.
    var waitingMessages: Int {
        signal.lock()
        defer { signal.unlock() }
        return state.queue.count
    }

    func reopen(_ reopener: Reopener) {
        signal.lock()
        let isStopping = state.isStopping
        if !isStopping {
            state.reopeners.append(reopener)
            signal.wakeWriter()
        }
        signal.unlock()
        if isStopping { reopener.resume(returning: .failure(FilePublisherError("the server is shutting down"))) }
    }

    func stop(_ closer: CheckedContinuation<Void, Never>?) {
        signal.lock()
        let isStopped = state.isStopped
        state.isStopping = true
        state.closeDeadline = state.closeDeadline ?? ContinuousClock.now + limits.timeout
        if let closer, !isStopped { state.closers.append(closer) }
        signal.wakeWriter()
        signal.wakeWatchdog()
        signal.unlock()
        if isStopped { closer?.resume() }
    }

    // MARK: - The watchdog's thread

    private func runWatchdog() {
        signal.lock()
        while !state.isStopped {
            let deadlines = [state.queue.nextDeadline, state.closers.isEmpty ? nil : state.closeDeadline]
            signal.waitAsWatchdog(until: deadlines.compactMap { $0 }.min())
            let now = ContinuousClock.now
            let answers = state.queue.expire(now: now)
            var closers: [CheckedContinuation<Void, Never>] = []
            if let deadline = state.closeDeadline, deadline <= now { swap(&closers, &state.closers) }
            guard !answers.isEmpty || !closers.isEmpty else { continue }
            signal.unlock()
            for (waiter, result) in answers { waiter.resume(returning: result) }
            for closer in closers { closer.resume() }
            signal.lock()
        }
        signal.unlock()
    }
}
