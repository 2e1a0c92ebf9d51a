import EventLoop
import Foundation

/// Holds connections back until the time of their next webhook, to some 0.1 ms. One for each run of a loop.
///
/// A loop's own timers are up to 1 ms late (`epoll_wait` counts in milliseconds), which would show in every latency, and
/// `Task.sleep` costs ten times the CPU of a webhook. So a thread sleeps through a copy of the schedule, and pokes the loop.
final class Pacer: @unchecked Sendable {
    // Safe to share: `waiting` and `isOver` are confined to `loop`, where `wait` and `release` check it.
    private let loop: EventLoop
    private let schedule: Schedule
    /// In the order of their times, because that is how the schedule hands them out.
    private var waiting: [(due: ContinuousClock.Instant, continuation: UnsafeContinuation<Void, Never>)] = []
    private var isOver = false

    init(loop: EventLoop, schedule: Schedule) {
        self.loop = loop
        self.schedule = schedule
    }

    /// Starts the thread, which ends with the schedule.
    func start() {
        Thread.detachNewThread { [self] in tick() }
    }

    /// Returns at `due`, or at once if that is past.
    func wait(until due: ContinuousClock.Instant) async {
        loop.preconditionInLoop()
        guard !isOver, due > .now else { return }
        await withUnsafeContinuation { waiting.append((due, $0)) }
    }

    /// The thread's body.
    private func tick() {
        var times = schedule
        var isOwing = false
        while let due = times.next(now: .now) {
            let left = ContinuousClock.now.duration(to: due)
            // Ticks that are late become one.
            guard left > .zero else {
                isOwing = true
                continue
            }
            if isOwing { loop.execute { [self] in release() } }
            isOwing = false
            Thread.sleep(forTimeInterval: left / .seconds(1))
            loop.execute { [self] in release() }
        }
        // Connections that took a time which the thread came too late for.
        loop.execute { [self] in
            isOver = true
            release()
        }
    }

    private func release() {
        loop.preconditionInLoop()
        let now = ContinuousClock.now
        let count = isOver ? waiting.count : waiting.prefix { $0.due <= now }.count
        let released = waiting.prefix(count)
        waiting.removeFirst(count)
        for waiter in released { waiter.continuation.resume() }
    }
}
