import EventLoop
import Testing

/// An actor that lives on a loop.
private actor Counter {
    private let loop: EventLoop
    private var count = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.serialExecutor.asUnownedSerialExecutor() }

    init(on loop: EventLoop) {
        self.loop = loop
    }

    func increment() -> Int {
        loop.preconditionInLoop()
        count += 1
        return count
    }

    /// From a task on the loop: no suspension, no hop.
    nonisolated func incrementNow() -> Int {
        assumeIsolated {
            $0.count += 1; return $0.count
        }
    }
}

@Suite struct ExecutorTests {
    @Test func `an actor of a loop runs on its thread`() async throws {
        let loop = try SharedLoops.first.get()
        let counter = Counter(on: loop)
        #expect(!loop.isCurrent)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<1000 { group.addTask { _ = await counter.increment() } }
        }
        #expect(await counter.increment() == 1001)
    }

    @Test func `a task that prefers a loop stays on it`() async throws {
        let loop = try SharedLoops.first.get()
        let counter = Counter(on: loop)
        await Task(executorPreference: loop.taskExecutor) {
            #expect(loop.isCurrent)
            #expect(counter.incrementNow() == 1)
            #expect(await counter.increment() == 2)
            #expect(loop.isCurrent)
            await withDiscardingTaskGroup { group in
                group.addTask { #expect(loop.isCurrent) }
            }
            async let child = EventLoop.current === loop
            #expect(await child)
        }.value
    }

    /// A loop that comes late to both: what is there is read before a time that is over ends the wait for it.
    @Test func `timers fire after the sockets of their turn`() async throws {
        let loop = try SharedLoops.first.get()
        try await Loopback.run(on: loop) { pair in
            var buffer = ReadBuffer()
            let order = Order()
            let timer = LoopTimer(on: loop) { order.steps.append("timer") }
            try await pair.client.write([1])
            async let count = pair.server.read(into: &buffer)
            timer.schedule(after: .zero)
            #expect(try await count == 1)
            order.steps.append("socket")
            while timer.isScheduled { await Task.yield() }
            #expect(order.steps == ["socket", "timer"])
        }
    }

    @Test func `tasks cross between loops`() async throws {
        let (first, second) = (try SharedLoops.first.get(), try SharedLoops.second.get())
        let counter = Counter(on: second)
        await withDiscardingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask(executorPreference: first.taskExecutor) {
                    for _ in 0..<200 {
                        _ = await counter.increment()
                        #expect(first.isCurrent)
                    }
                }
            }
        }
        #expect(await counter.increment() == 1601)
    }

    @Test func `posted work runs in order`() async throws {
        let loop = try SharedLoops.first.get()
        let seen = Locked<[Int]>([])
        await withUnsafeContinuation { continuation in
            for number in 0..<100 { loop.execute { seen.withLock { $0.append(number) } } }
            loop.execute { continuation.resume() }
        }
        #expect(seen.withLock { $0 } == Array(0..<100))
    }

    /// More jobs than one turn takes must not starve the sockets, nor be forgotten.
    @Test func `a long queue is drained over several turns`() async throws {
        let loop = try SharedLoops.first.get()
        let count = Locked(0)
        await withUnsafeContinuation { continuation in
            loop.execute {
                for _ in 0..<(EventLoop.jobsPerTurn * 5) { loop.execute { count.withLock { $0 += 1 } } }
                loop.execute { continuation.resume() }
            }
        }
        #expect(count.withLock { $0 } == EventLoop.jobsPerTurn * 5)
    }

    @Test func `a flush hook runs once a turn however often asked`() async throws {
        let loop = try SharedLoops.first.get()
        let runs = Locked(0)
        await withUnsafeContinuation { continuation in
            loop.execute {
                let hook = FlushHook(on: loop) {
                    runs.withLock { $0 += 1 }
                    continuation.resume()
                }
                for _ in 0..<10 { hook.request() }
            }
        }
        #expect(runs.withLock { $0 } == 1)
    }

    @Test func `timers fire in the order of their times`() async throws {
        let loop = try SharedLoops.first.get()
        let order = Locked<[Int]>([])
        await withUnsafeContinuation { continuation in
            loop.execute {
                let late = LoopTimer(on: loop) {
                    order.withLock { $0.append(3) }
                    continuation.resume()
                }
                let never = LoopTimer(on: loop) { order.withLock { $0.append(2) } }
                let early = LoopTimer(on: loop) { order.withLock { $0.append(1) } }
                late.schedule(after: .milliseconds(30))
                never.schedule(after: .milliseconds(20))
                early.schedule(after: .milliseconds(40))
                early.schedule(after: .milliseconds(10))
                never.cancel()
            }
        }
        #expect(order.withLock { $0 } == [1, 3])
    }

    @Test func `a group gives a connection to the loop with the fewest`() throws {
        let group = try LoopGroup.start(count: 2, name: "group")
        let (first, second) = (group.assign(), group.assign())
        #expect(first !== second)
        group.release(first)
        #expect(group.assign() === first)
        #expect(group.loops.map(\.connections) == [1, 1])
    }
}

/// What happened, in its order. Confined to a loop.
private final class Order {
    var steps: [String] = []
}
