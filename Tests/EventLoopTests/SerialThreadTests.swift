import Dispatch
import Glibc
import Testing

@testable import EventLoop

/// Numbers to be worked on in their order; each has a waiter, and the waiter may have a deadline.
private struct Numbers: SerialQueue {
    typealias Waiter = CheckedContinuation<Bool, Never>

    var waiting: [Int] = []
    var waiters: [Int: (waiter: Waiter, deadline: ContinuousClock.Instant?)] = [:]
    /// A time at which there is work without a change: the number 0.
    var alarm: ContinuousClock.Instant?
    var isStopping = false

    mutating func next(now: ContinuousClock.Instant) -> SerialStep<Int> {
        if !waiting.isEmpty { return .run(waiting.removeFirst()) }
        if isStopping { return .stop }
        guard let alarm, alarm <= now else { return .wait(until: alarm) }
        self.alarm = nil
        return .run(0)
    }

    var nextDeadline: ContinuousClock.Instant? { waiters.values.compactMap(\.deadline).min() }

    mutating func expire(now: ContinuousClock.Instant) -> [Waiter] {
        let late = waiters.filter { $0.value.deadline.map { $0 <= now } ?? false }
        for number in late.keys { waiters[number] = nil }
        return late.values.map(\.waiter)
    }
}

@Suite struct SerialThreadTests {
    private let thread: SerialThread<Numbers>
    private let done = Locked([Int]())

    init() throws {
        // `false`: the deadline was first.
        thread = SerialThread(Numbers(), name: "numbers", deadlinesOn: try SharedLoops.first.get()) {
            $0.resume(returning: false)
        }
    }

    private func start(_ work: @escaping @Sendable (Int) -> Void = { _ in }) throws {
        try thread.start { [thread, done] in
            while let number = thread.next() {
                work(number)
                done.withLock { $0.append(number) }
                thread.update { $0.waiters.removeValue(forKey: number) }?.waiter.resume(returning: true)
            }
        }
    }

    /// Returns `true` if the work was done, `false` at the deadline.
    private func result(of number: Int, until deadline: ContinuousClock.Instant? = nil) async -> Bool {
        await withCheckedContinuation { waiter in
            thread.update {
                $0.waiters[number] = (waiter, deadline)
                $0.waiting.append(number)
            }
        }
    }

    private func stop() async {
        thread.update { $0.isStopping = true }
        await thread.waitForEnd(until: .now + .seconds(600))
    }

    @Test func `work is done in its order by one thread`() async throws {
        let threads = Locked(Set<pthread_t>())
        thread.update { $0.waiting = Array(1...1000) }
        try start { _ in threads.withLock { _ = $0.insert(pthread_self()) } }
        #expect(await result(of: 1001))
        await stop()
        #expect(done.withLock { $0 } == Array(1...1001))
        #expect(threads.withLock { $0.count } == 1)
    }

    @Test func `every caller is answered`() async throws {
        try start()
        let answered = await withTaskGroup(of: Bool.self) { group in
            for number in 1...1000 {
                group.addTask { await result(of: number, until: number % 2 == 0 ? .now + .seconds(600) : nil) }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(answered == 1000)
        await stop()
    }

    @Test func `callers are answered at their deadline while the thread hangs`() async throws {
        let gate = DispatchSemaphore(value: 0)
        try start { _ in gate.wait() }
        async let patient = result(of: 1)
        // The later deadline first: the timer is set to the sooner one then.
        async let later = result(of: 2, until: .now + .milliseconds(40))
        async let sooner = result(of: 3, until: .now + .milliseconds(20))
        #expect(await !sooner)
        #expect(await !later)
        #expect(await !result(of: 4, until: .now))
        for _ in 1...4 { gate.signal() }
        #expect(await patient)
        await stop()
        #expect(Set(done.withLock { $0 }) == [1, 2, 3, 4])
    }

    @Test func `callers are answered at their deadline when the thread has died`() async throws {
        try start { _ in pthread_exit(nil) }
        #expect(await !result(of: 1, until: .now + .milliseconds(20)))
        #expect(await !result(of: 2, until: .now + .milliseconds(20)))
        await thread.waitForEnd(until: .now + .milliseconds(20))
        #expect(done.withLock { $0.isEmpty })
    }

    @Test func `a time of the queue wakes the thread`() async throws {
        thread.update { $0.alarm = .now + .milliseconds(5) }
        try start()
        while done.withLock({ $0.isEmpty }) { await Task.yield() }
        thread.update { $0.alarm = .now + .seconds(600) }
        thread.update { $0.alarm = .now + .milliseconds(5) }
        while done.withLock({ $0.count < 2 }) { await Task.yield() }
        await stop()
        #expect(done.withLock { $0 } == [0, 0])
    }

    @Test func `the end is waited for until the deadline alone`() async throws {
        let gate = DispatchSemaphore(value: 0)
        try start { _ in gate.wait() }
        thread.update {
            $0.waiting = [1]
            $0.isStopping = true
        }
        await thread.waitForEnd(until: .now + .milliseconds(20))
        #expect(done.withLock { $0.isEmpty })
        gate.signal()
        await thread.waitForEnd(until: .now + .seconds(600))
        #expect(done.withLock { $0 } == [1])
        // And once more, when it is long over.
        await thread.waitForEnd(until: .now + .seconds(600))
    }

    @Test func `what the body holds is freed at the end`() async throws {
        final class Held: Sendable {}
        weak var held: Held?
        do {
            let object = Held()
            held = object
            try start { _ in withExtendedLifetime(object) {} }
        }
        #expect(held != nil)
        await stop()
        while held != nil { await Task.yield() }
    }
}
