import EventLoop
import Testing

@testable import Database

/// The pool's logic, as transcripts: what happened, and what is to be done.
@Suite struct PoolStateMachineTests {
    private typealias Action = PoolStateMachine.Action

    private let start = ContinuousClock.now
    private let refused = DatabaseError(.unavailable, "refused")

    private static func machine(_ change: (inout DatabaseLimits) -> Void = { _ in }) -> PoolStateMachine {
        var limits = DatabaseLimits()
        limits.connections = 2
        limits.waiters = 3
        limits.acquireTimeout = .seconds(5)
        limits.idleTimeout = .seconds(60)
        limits.maxLifetime = .seconds(600)
        limits.closeTimeout = .seconds(3)
        limits.backoff = Backoff(first: .seconds(1), longest: .seconds(8))
        change(&limits)
        return PoolStateMachine(limits: limits)
    }

    private func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test func `connections are made when they are needed and used again`() {
        var pool = Self.machine()
        #expect(pool.nextDeadline == nil)
        #expect(pool.acquire(1, now: at(0)) == [.connect(1)])
        #expect(pool.nextDeadline == at(5))
        #expect(pool.connected(1, now: at(1)) == [.lease(1, to: 1)])
        #expect(pool.nextDeadline == nil)
        #expect(pool.released(1, reusable: true, now: at(2)) == [])
        #expect(pool.nextDeadline == at(62))
        #expect(pool.acquire(2, now: at(3)) == [.lease(1, to: 2)])
        #expect(pool.acquire(3, now: at(3)) == [.connect(2)])
        #expect(pool.acquire(4, now: at(3)) == [])
        // Whoever waited longest gets what is free first.
        #expect(pool.released(1, reusable: true, now: at(4)) == [.lease(1, to: 3)])
        #expect(pool.connected(2, now: at(4)) == [.lease(2, to: 4)])
    }

    @Test func `the last used is used next and the others grow old`() {
        var pool = Self.machine()
        _ = pool.acquire(1, now: at(0))
        _ = pool.acquire(2, now: at(0))
        _ = pool.connected(1, now: at(0))
        _ = pool.connected(2, now: at(0))
        #expect(pool.released(1, reusable: true, now: at(1)) == [])
        #expect(pool.released(2, reusable: true, now: at(2)) == [])
        #expect(pool.acquire(3, now: at(30)) == [.lease(2, to: 3)])
        #expect(pool.released(2, reusable: true, now: at(31)) == [])
        #expect(pool.nextDeadline == at(61))
        #expect(pool.tick(now: at(61)) == [.close(1)])
        #expect(pool.nextDeadline == at(91))
        #expect(pool.tick(now: at(90)) == [])
    }

    @Test func `an old connection is closed when it is free`() {
        var pool = Self.machine()
        _ = pool.acquire(1, now: at(0))
        _ = pool.connected(1, now: at(0))
        _ = pool.acquire(2, now: at(0))
        _ = pool.connected(2, now: at(1))
        #expect(pool.released(2, reusable: true, now: at(590)) == [])
        #expect(pool.nextDeadline == at(600))
        #expect(pool.tick(now: at(600)) == [.close(2)])
        #expect(pool.released(1, reusable: true, now: at(601)) == [.close(1)])
    }

    /// What dropped one without a word has dropped the idle ones as well: nobody else waits for them.
    @Test func `a silent connection takes the idle ones along`() {
        var pool = Self.machine { limits in
            limits.connections = 4
            limits.waiters = 4
        }
        for waiter in 1...4 { _ = pool.acquire(waiter, now: at(0)) }
        for id in 1...4 { _ = pool.connected(id, now: at(0)) }
        for id in [2, 3, 4] { #expect(pool.released(id, reusable: true, now: at(1)) == []) }
        #expect(pool.wasSilent(1, now: at(40)) == [.close(2), .close(3), .close(4)])
        // The next caller gets a new one; what was in use is none of this.
        #expect(pool.acquire(5, now: at(41)) == [.connect(5)])
        #expect(pool.connected(5, now: at(42)) == [.lease(5, to: 5)])
        #expect(pool.wasSilent(1, now: at(43)) == [])
    }

    @Test func `whoever waits when a connection was silent gets a new one`() {
        var pool = Self.machine()
        _ = pool.acquire(1, now: at(0))
        _ = pool.connected(1, now: at(0))
        _ = pool.acquire(2, now: at(0))
        _ = pool.connected(2, now: at(0))
        _ = pool.acquire(3, now: at(1))
        #expect(pool.wasSilent(1, now: at(2)) == [.connect(3)])
        // In use at that time: it goes on, and is found out by whoever has it.
        #expect(pool.released(2, reusable: true, now: at(3)) == [.lease(2, to: 3)])
    }

    @Test func `waiting is bounded in number and time`() {
        var pool = Self.machine()
        #expect(pool.acquire(1, now: at(0)) == [.connect(1)])
        #expect(pool.acquire(2, now: at(1)) == [.connect(2)])
        #expect(pool.acquire(3, now: at(2)) == [])
        #expect(pool.acquire(4, now: at(2)) == [.fail(4, .poolOverloaded(3))])
        #expect(pool.tick(now: at(4.9)) == [])
        var limits = DatabaseLimits()
        limits.connections = 2
        limits.acquireTimeout = .seconds(5)
        #expect(pool.tick(now: at(5)) == [.fail(1, .poolUnconnected(limits))])
        #expect(pool.connected(1, now: at(5.5)) == [.lease(1, to: 2)])
        #expect(pool.acquire(5, now: at(5.5)) == [])
        #expect(pool.tick(now: at(7)) == [.fail(3, .poolTimeout(limits))])
        #expect(pool.nextDeadline == at(10.5))
    }

    @Test func `who gives up is forgotten`() {
        var pool = Self.machine()
        _ = pool.acquire(1, now: at(0))
        _ = pool.acquire(2, now: at(0))
        #expect(pool.abandon(1) == true)
        #expect(pool.abandon(1) == false)
        #expect(pool.connected(1, now: at(1)) == [.lease(1, to: 2)])
        #expect(pool.abandon(2) == false)
        #expect(pool.connected(2, now: at(1)) == [])
    }

    @Test func `failures are followed by a backoff`() {
        var pool = Self.machine { $0.acquireTimeout = .seconds(20) }
        #expect(pool.acquire(1, now: at(0)) == [.connect(1)])
        #expect(pool.acquire(2, now: at(0)) == [.connect(2)])
        // Both attempts of the first wave count as one failure.
        #expect(pool.connectFailed(1, refused, isPermanent: false, jitter: 0, now: at(0)) == [])
        #expect(pool.nextDeadline == at(0.5))
        #expect(pool.connectFailed(2, refused, isPermanent: false, jitter: 0.5, now: at(0.1)) == [])
        #expect(pool.nextDeadline == at(0.5))
        #expect(pool.acquire(3, now: at(0.2)) == [])
        #expect(pool.problem == refused)
        // One at a time while it fails.
        #expect(pool.tick(now: at(0.5)) == [.connect(3)])
        #expect(pool.nextDeadline == at(20))
        #expect(pool.acquire(4, now: at(0.6)) == [.fail(4, .poolOverloaded(3))])
        #expect(pool.connectFailed(3, refused, isPermanent: false, jitter: 0, now: at(1)) == [])
        #expect(pool.nextDeadline == at(2))
        #expect(pool.tick(now: at(2)) == [.connect(4)])
        // As soon as it works, as many as are needed.
        #expect(pool.connected(4, now: at(3)) == [.lease(4, to: 1), .connect(5)])
        #expect(pool.problem == nil)
        #expect(pool.connected(5, now: at(3)) == [.lease(5, to: 2)])
    }

    @Test func `who waits in vain is told why`() {
        var pool = Self.machine()
        _ = pool.acquire(1, now: at(0))
        _ = pool.connectFailed(1, refused, isPermanent: false, jitter: 0, now: at(4.9))
        #expect(pool.tick(now: at(5)) == [.fail(1, refused)])
        // Nobody waits: nothing is tried.
        #expect(pool.nextDeadline == nil)
        #expect(pool.tick(now: at(60)) == [])
        #expect(pool.acquire(2, now: at(61)) == [.connect(2)])
    }

    @Test func `a refusal for good is passed on at once`() {
        var pool = Self.machine()
        let wrong = DatabaseError(.permission, "password authentication failed")
        _ = pool.acquire(1, now: at(0))
        _ = pool.acquire(2, now: at(0))
        #expect(pool.connectFailed(1, wrong, isPermanent: true, jitter: 0, now: at(0)) == [])
        #expect(
            pool.connectFailed(2, wrong, isPermanent: true, jitter: 0, now: at(0)) == [
                .fail(1, wrong), .fail(2, wrong),
            ])
        #expect(pool.acquire(3, now: at(0.1)) == [])
        #expect(pool.tick(now: at(0.5)) == [.connect(3)])
    }

    @Test func `a broken connection is replaced when somebody waits`() {
        var pool = Self.machine { $0.connections = 1 }
        _ = pool.acquire(1, now: at(0))
        _ = pool.connected(1, now: at(0))
        #expect(pool.acquire(2, now: at(0)) == [])
        #expect(pool.lost(1, now: at(1)) == [.connect(2)])
        // The one that had it gives it back after all.
        #expect(pool.released(1, reusable: false, now: at(1)) == [])
        #expect(pool.connected(2, now: at(1)) == [.lease(2, to: 2)])
        #expect(pool.released(2, reusable: true, now: at(2)) == [])
        #expect(pool.lost(2, now: at(3)) == [])
        #expect(pool.nextDeadline == nil)
        #expect(pool.acquire(3, now: at(4)) == [.connect(3)])
    }

    @Test func `a connection in an unknown state is closed and replaced`() {
        var pool = Self.machine { $0.connections = 1 }
        _ = pool.acquire(1, now: at(0))
        _ = pool.connected(1, now: at(0))
        _ = pool.acquire(2, now: at(0))
        #expect(pool.released(1, reusable: false, now: at(1)) == [.close(1), .connect(2)])
    }

    @Test func `closing waits for what is in use`() {
        var pool = Self.machine { $0.waiters = 10 }
        for waiter in 1...2 { _ = pool.acquire(waiter, now: at(0)) }
        _ = pool.connected(1, now: at(0))
        _ = pool.acquire(3, now: at(0))
        #expect(pool.close(now: at(1)) == [.fail(2, .poolClosed), .fail(3, .poolClosed), .close(2)])
        #expect(pool.acquire(4, now: at(1)) == [.fail(4, .poolClosed)])
        #expect(pool.connected(2, now: at(1)) == [.close(2)])
        #expect(pool.nextDeadline == at(4))
        #expect(pool.released(1, reusable: true, now: at(2)) == [.close(1), .finished])
        #expect(pool.nextDeadline == nil)
        #expect(pool.close(now: at(5)) == [.finished])
    }

    @Test func `closing does not wait forever`() {
        var pool = Self.machine()
        _ = pool.acquire(1, now: at(0))
        _ = pool.connected(1, now: at(0))
        #expect(pool.close(now: at(1)) == [])
        #expect(pool.tick(now: at(3.9)) == [])
        #expect(pool.tick(now: at(4)) == [.close(1), .finished])
        #expect(pool.released(1, reusable: true, now: at(5)) == [])
    }

    /// Whatever happens in whatever order: never more connections than allowed, and every caller gets one answer.
    @Test(arguments: 0..<50)
    func `random events keep the invariants`(_ seed: UInt64) {
        var random = SplitMix64(state: seed)
        var pool = Self.machine { $0.waiters = 5 }
        var open: Set<Int> = []  // connecting, idle or leased
        var connecting: Set<Int> = []
        var leased: [Int: Int] = [:]
        var waiting: Set<Int> = []
        var nextWaiter = 0
        var seconds = 0.0

        func apply(_ actions: [PoolStateMachine.Action]) {
            for action in actions {
                switch action {
                case .connect(let id):
                    #expect(open.insert(id).inserted)
                    connecting.insert(id)
                case .lease(let id, let waiter):
                    #expect(open.contains(id) && !connecting.contains(id) && leased[id] == nil)
                    #expect(waiting.remove(waiter) != nil)
                    leased[id] = waiter
                case .fail(let waiter, _):
                    #expect(waiting.remove(waiter) != nil)
                case .close(let id):
                    #expect(open.remove(id) != nil)
                    connecting.remove(id)
                    leased[id] = nil
                case .finished:
                    #expect(open.isEmpty)
                }
            }
            #expect(open.count <= 2)
        }

        for _ in 0..<400 {
            seconds += Double.random(in: 0..<2, using: &random)
            let now = at(seconds)
            switch Int.random(in: 0..<8, using: &random) {
            case 0, 1:
                nextWaiter += 1
                waiting.insert(nextWaiter)
                apply(pool.acquire(nextWaiter, now: now))
            case 2, 3:
                if let id = connecting.sorted().randomElement(using: &random) {
                    connecting.remove(id)
                    apply(pool.connected(id, now: now))
                }
            case 4:
                if let id = connecting.sorted().randomElement(using: &random) {
                    connecting.remove(id)
                    open.remove(id)
                    apply(pool.connectFailed(id, refused, isPermanent: false, jitter: 0.3, now: now))
                }
            case 5:
                if let id = leased.keys.sorted().randomElement(using: &random) {
                    leased[id] = nil
                    apply(pool.released(id, reusable: .random(using: &random), now: now))
                }
            case 6:
                if let id = open.subtracting(connecting).sorted().randomElement(using: &random) {
                    open.remove(id)
                    leased[id] = nil
                    apply(pool.lost(id, now: now))
                }
            default:
                if let waiter = waiting.sorted().randomElement(using: &random) {
                    #expect(pool.abandon(waiter) == true)
                    waiting.remove(waiter)
                }
            }
            apply(pool.tick(now: now))
            if let deadline = pool.nextDeadline { #expect(deadline > now) }
        }
        apply(pool.close(now: at(seconds)))
        #expect(waiting.isEmpty)
        apply(pool.tick(now: at(seconds + 3)))
        #expect(open.isEmpty)
    }

    @Test func `a caller's own deadline comes before the pools`() {
        var pool = Self.machine()
        #expect(pool.acquire(1, now: at(0)) == [.connect(1)])
        #expect(pool.acquire(2, until: at(1), now: at(0)) == [.connect(2)])
        #expect(pool.acquire(3, until: at(60), now: at(0.5)) == [])
        #expect(pool.nextDeadline == at(1))
        #expect(pool.tick(now: at(1)) == [.fail(2, .callerDeadline)])
        #expect(pool.nextDeadline == at(5))
        #expect(pool.acquire(4, until: at(1), now: at(1)) == [.fail(4, .callerDeadline)])
        // The order of coming stays.
        #expect(pool.connected(1, now: at(2)) == [.lease(1, to: 1)])
        #expect(pool.connected(2, now: at(2)) == [.lease(2, to: 3)])
        #expect(pool.nextDeadline == nil)
    }

    /// The server has become a standby: nothing leads there any more.
    @Test func `all are retired at once`() {
        var pool = Self.machine()
        _ = pool.acquire(1, now: at(0))
        _ = pool.acquire(2, now: at(0))
        _ = pool.connected(1, now: at(0))
        _ = pool.connected(2, now: at(0))
        #expect(pool.released(1, reusable: true, now: at(1)) == [])
        #expect(pool.retireAll(now: at(1)) == [.close(1)])
        #expect(pool.acquire(3, now: at(2)) == [.connect(3)])
        #expect(pool.released(2, reusable: true, now: at(3)) == [.close(2)])
        #expect(pool.connected(3, now: at(3)) == [.lease(3, to: 3)])
        #expect(pool.released(3, reusable: true, now: at(4)) == [])
    }
}
