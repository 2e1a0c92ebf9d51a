import Testing

@testable import Database

/// Who is next on SQLite's one connection, as transcripts.
@Suite struct SQLiteQueueTests {
    private let start = ContinuousClock.now

    private static let limits: DatabaseLimits = {
        var limits = DatabaseLimits()
        limits.waiters = 2
        limits.acquireTimeout = .seconds(5)
        limits.transactionIdleTimeout = .seconds(30)
        limits.closeTimeout = .seconds(3)
        return limits
    }()

    private var queue = SQLiteQueue(limits: Self.limits)
    private func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test func `work is done in its order`() {
        var queue = queue
        #expect(queue.next(now: at(0)) == .wait(until: nil))
        #expect(queue.add(1, session: nil, now: at(0)) == nil)
        #expect(queue.add(2, session: nil, now: at(0)) == nil)
        #expect(queue.add(3, session: nil, now: at(0)) == .poolOverloaded(2))
        #expect(queue.next(now: at(1)) == .run(1))
        #expect(queue.next(now: at(1)) == .run(2))
        #expect(queue.next(now: at(1)) == .wait(until: nil))
    }

    @Test func `a transaction keeps the others waiting`() {
        var queue = queue
        _ = queue.add(1, session: nil, now: at(0))
        #expect(queue.next(now: at(0)) == .run(1))
        queue.began(1, now: at(0))
        _ = queue.add(2, session: nil, now: at(1))
        #expect(queue.next(now: at(1)) == .wait(until: at(6)))
        #expect(queue.add(3, session: 1, now: at(2)) == nil)
        #expect(queue.next(now: at(2)) == .run(3))
        queue.continued(now: at(2))
        #expect(queue.next(now: at(6)) == .fail(2, .sqliteTimeout(Self.limits)))
        #expect(queue.next(now: at(6)) == .wait(until: at(32)))
        _ = queue.add(4, session: nil, now: at(7))
        queue.ended()
        #expect(queue.next(now: at(8)) == .run(4))
    }

    @Test func `an idle transaction is rolled back`() {
        var queue = queue
        queue.began(1, now: at(0))
        #expect(queue.next(now: at(29)) == .wait(until: at(30)))
        #expect(queue.next(now: at(30)) == .rollBack)
        queue.ended()
        #expect(queue.add(2, session: 1, now: at(31)) == DatabaseError(.other, "the transaction has ended"))
        #expect(queue.next(now: at(31)) == .wait(until: nil))
    }

    @Test func `what the transaction still wanted is refused`() {
        var queue = queue
        queue.began(1, now: at(0))
        _ = queue.add(2, session: 1, now: at(0))
        _ = queue.add(3, session: 1, now: at(0))
        #expect(queue.add(4, session: 1, now: at(0)) == .poolOverloaded(2))
        #expect(queue.next(now: at(0)) == .run(2))
        queue.ended()
        #expect(queue.next(now: at(0)) == .fail(3, DatabaseError(.other, "the transaction has ended")))
        #expect(queue.next(now: at(0)) == .wait(until: nil))
    }

    @Test func `who gives up is forgotten`() {
        var queue = queue
        _ = queue.add(1, session: nil, now: at(0))
        #expect(queue.remove(1) == true)
        #expect(queue.remove(1) == false)
        queue.began(2, now: at(0))
        _ = queue.add(3, session: 2, now: at(0))
        #expect(queue.remove(3) == true)
        #expect(queue.next(now: at(0)) == .wait(until: at(30)))
    }

    @Test func `closing waits for the transaction and not forever`() {
        var queue = queue
        queue.began(1, now: at(0))
        _ = queue.add(2, session: nil, now: at(0))
        queue.close(now: at(1))
        #expect(queue.add(3, session: nil, now: at(1)) == .poolClosed)
        #expect(queue.next(now: at(1)) == .fail(2, .poolClosed))
        _ = queue.add(4, session: 1, now: at(1))
        #expect(queue.next(now: at(1)) == .run(4))
        #expect(queue.next(now: at(1)) == .wait(until: at(4)))
        #expect(queue.next(now: at(4)) == .rollBack)
        queue.ended()
        #expect(queue.next(now: at(4)) == .stop)
    }

    @Test func `who waits for a thread that hangs is told`() {
        var queue = queue
        #expect(queue.nextDeadline == nil)
        _ = queue.add(1, session: nil, timeout: .seconds(2), now: at(0))
        #expect(queue.nextDeadline == at(5))
        #expect(queue.next(now: at(0)) == .run(1))
        // The statement's own limit, and a little patience.
        #expect(queue.nextDeadline == at(2.5))
        #expect(queue.add(2, session: nil, until: at(1), now: at(0)) == nil)
        _ = queue.add(3, session: nil, now: at(0))
        #expect(queue.nextDeadline == at(1))
        #expect(queue.expire(now: at(0.5)).count == 0)
        let first = queue.expire(now: at(1))
        #expect(first.map(\.id) == [2] && first.map(\.error) == [.callerDeadline])
        let second = queue.expire(now: at(2.5))
        #expect(second.map(\.id) == [1] && second.map(\.error) == [.sqliteHangs])
        let third = queue.expire(now: at(5))
        #expect(third.map(\.id) == [3] && third.map(\.error) == [.sqliteTimeout(Self.limits)])
        #expect(queue.nextDeadline == nil)
        // It is back.
        queue.finished(1)
        #expect(queue.next(now: at(9)) == .wait(until: nil))
        #expect(queue.add(4, session: nil, until: at(9), now: at(9)) == .callerDeadline)
    }

    @Test func `a caller's deadline holds for work that has begun`() {
        var queue = queue
        _ = queue.add(1, session: nil, until: at(1), timeout: .seconds(60), now: at(0))
        #expect(queue.next(now: at(0)) == .run(1))
        #expect(queue.nextDeadline == at(1))
        queue.finished(1)
        #expect(queue.nextDeadline == nil)
        #expect(queue.expire(now: at(1)).count == 0)
    }

    /// A rollback is done even if nobody waits for it any more.
    @Test func `what is owed stays`() {
        var queue = queue
        queue.began(1, now: at(0))
        _ = queue.add(2, session: 1, now: at(0))
        #expect(queue.next(now: at(0)) == .run(2))
        #expect(queue.add(3, session: 1, until: at(0), isOwed: true, now: at(1)) == nil)
        let expired = queue.expire(now: at(1))
        #expect(expired.map(\.id) == [3])
        #expect(queue.expire(now: at(2)).count == 0)
        queue.finished(2)
        #expect(queue.next(now: at(9)) == .run(3))
    }

    @Test func `the file is looked at while somebody wants to know`() {
        var queue = queue
        queue.poll(true, now: at(0))
        #expect(queue.next(now: at(0)) == .poll)
        #expect(queue.next(now: at(0)) == .wait(until: at(0.25)))
        _ = queue.add(1, session: nil, now: at(0.3))
        _ = queue.add(2, session: nil, now: at(0.3))
        // Work that never ends does not keep it from that.
        #expect(queue.next(now: at(0.3)) == .poll)
        #expect(queue.next(now: at(0.3)) == .run(1))
        #expect(queue.next(now: at(0.55)) == .poll)
        #expect(queue.next(now: at(0.55)) == .run(2))
        queue.began(2, now: at(1))
        #expect(queue.next(now: at(2)) == .wait(until: at(31)))
        queue.ended()
        queue.poll(false, now: at(3))
        #expect(queue.next(now: at(3)) == .wait(until: nil))
    }
}
