import Dispatch
import Glibc
import Testing

@testable import EventLoop

/// Look-ups that hang until the test lets them go: no name server is asked.
struct LookUpsTests {
    /// Hangs for names that begin with "slow", until it is opened.
    private struct Gate: Sendable {
        let isOpen = DispatchSemaphore(value: 0)
        let asked = Locked([String]())

        func resolve(_ host: String) -> LookUps.Answer {
            asked.withLock { $0.append(host) }
            if host.hasPrefix("slow") {
                isOpen.wait()
                isOpen.signal()
            }
            return .success([.ipv4(address: 1, port: 0)])
        }
    }

    /// Lets names hang, at least ten more than the pool of tasks has threads, until another name was answered and a task has run.
    ///
    /// - Returns: The time that this took.
    fileprivate static func askBesideNamesThatHang() async throws -> Duration {
        let gate = Gate()
        let names = (1..<LookUps.maxThreads).map { "slow\($0)" }
        let enough = (sysconf(CInt(_SC_NPROCESSORS_ONLN)) + 10) / names.count + 1
        let several = (0..<enough).map { _ in LookUps(resolve: gate.resolve) }
        let start = ContinuousClock.now
        return try await withThrowingTaskGroup(of: LookUps.Answer.self) { group in
            for lookUps in several {
                for name in names { group.addTask { await lookUps.addresses(of: name) } }
            }
            while gate.asked.withLock({ $0.count }) < names.count * enough { await Task.yield() }
            #expect(try await several[0].addresses(of: "fast").get().count == 1)
            await Task.detached {}.value
            let taken = start.duration(to: .now)
            gate.isOpen.signal()
            var answers = 0
            for try await _ in group { answers += 1 }
            #expect(answers == names.count * enough)
            return taken
        }
    }

    @Test func `names that hang hold up no other and no task`() async throws {
        _ = try await Self.askBesideNamesThatHang()
    }

    @Test func `callers of one name share a look up and too many are refused`() async throws {
        let gate = Gate()
        let lookUps = LookUps(resolve: gate.resolve)
        let refused = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<LookUps.maxWaiters + 8 {
                group.addTask { await lookUps.addresses(of: "slow") == .failure(Self.refusal) }
            }
            var refused = 0
            // Those that are refused come back first: the others hang.
            for await isRefused in group {
                guard isRefused else { continue }
                refused += 1
                if refused == 8 { gate.isOpen.signal() }
            }
            return refused
        }
        #expect(refused == 8)
        #expect(gate.asked.withLock { $0 } == ["slow"])
    }

    @Test func `no more threads than are allowed and the rest waits`() async throws {
        let gate = Gate()
        let lookUps = LookUps(resolve: gate.resolve)
        let names = (0..<LookUps.maxThreads + 3).map { "slow\($0)" }
        let answers = await withTaskGroup(of: LookUps.Answer.self) { group in
            for name in names { group.addTask { await lookUps.addresses(of: name) } }
            while gate.asked.withLock({ $0.count }) < LookUps.maxThreads { await Task.yield() }
            #expect(gate.asked.withLock { $0.count } == LookUps.maxThreads)
            gate.isOpen.signal()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count == names.count)
        #expect(gate.asked.withLock { Set($0) } == Set(names))
    }

    private static let refusal = StreamError.unresolvable(host: "slow", reason: "too many look-ups are waiting")
}

/// What looks at the clock (`Tests/run --timing`).
@Suite struct LookUpsTimingTests {
    /// They block no thread of the pool that tasks share: a pool whose threads all hang gets another one after about a second.
    @Test func `names that hang take none of the threads that tasks share`() async throws {
        let taken = try await LookUpsTests.askBesideNamesThatHang()
        #expect(taken < .seconds(5))
    }
}
