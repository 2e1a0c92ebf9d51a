import Testing

@testable import Gateway

@Suite struct LoadTableTests {
    private typealias Table = LoadTable<TokenID>

    private let first = TokenID(high: 1, low: 0)
    private let second = TokenID(high: 2, low: 0)
    private let third = TokenID(high: 3, low: 0)
    private let start = ContinuousClock.now

    /// `#expect` cannot expand a mutating call that gives a truth value.
    private func leave(_ waiter: Table.Waiter, _ table: inout Table) -> Bool { table.leave(waiter) }

    private func next(_ table: inout Table) -> TokenID? { table.startNext(now: start)?.key }

    @Test func `one read for all`() {
        var table = Table(maximumLoads: 4, maximumWaiters: 10)
        #expect(table.join(first, 1, now: start) == .start(generation: 0))
        #expect(table.join(first, 2, now: start) == .wait)
        #expect(table.join(second, 3, now: start) == .start(generation: 0))
        #expect(table.counts == (2, 3))
        #expect(table.finish(first, generation: 0, now: start) == .deliver([1, 2]))
        #expect(table.counts == (1, 1))
        #expect(table.join(first, 4, now: start) == .start(generation: 0))
    }

    @Test func `an overtaken read begins anew`() {
        var table = Table(maximumLoads: 4, maximumWaiters: 10)
        #expect(table.join(first, 1, now: start) == .start(generation: 0))
        #expect(table.join(second, 2, now: start) == .start(generation: 0))
        table.invalidate(first)
        // Whoever comes after the invalidation waits for the second read, too.
        #expect(table.join(first, 3, now: start) == .wait)
        #expect(table.finish(second, generation: 0, now: start) == .deliver([2]))
        #expect(table.finish(first, generation: 0, now: start) == .reload(generation: 1))
        #expect(table.finish(first, generation: 1, now: start) == .deliver([1, 3]))
        #expect(table.counts == (0, 0))
    }

    @Test func `invalidating all overtakes all`() {
        var table = Table(maximumLoads: 4, maximumWaiters: 10)
        #expect(table.join(first, 1, now: start) == .start(generation: 0))
        #expect(table.join(second, 2, now: start) == .start(generation: 0))
        table.invalidateAll()
        #expect(table.finish(first, generation: 0, now: start) == .reload(generation: 1))
        #expect(table.finish(second, generation: 0, now: start) == .reload(generation: 1))
        #expect(table.finish(first, generation: 1, now: start) == .deliver([1]))
        // A read that begins afterwards is of the new generation.
        #expect(table.join(first, 3, now: start) == .start(generation: 1))
        #expect(table.finish(first, generation: 1, now: start) == .deliver([3]))
    }

    @Test func `gives up in the end`() {
        var table = Table(maximumLoads: 4, maximumWaiters: 10, maximumAttempts: 2)
        #expect(table.join(first, 1, now: start) == .start(generation: 0))
        table.invalidate(first)
        #expect(table.finish(first, generation: 0, now: start) == .reload(generation: 1))
        table.invalidate(first)
        #expect(table.finish(first, generation: 1, now: start) == .giveUp([1]))
        #expect(table.counts == (0, 0))
    }

    @Test func `bounds`() {
        var table = Table(maximumLoads: 1, maximumWaiters: 3)
        #expect(table.join(first, 1, now: start) == .start(generation: 0))
        #expect(table.join(second, 2, now: start) == .wait)
        #expect(table.join(first, 3, now: start) == .wait)
        #expect(table.join(first, 4, now: start) == .refuse)
        #expect(table.join(third, 5, now: start) == .refuse)
        #expect(table.counts == (1, 3))
        #expect(next(&table) == nil)
        #expect(table.finish(first, generation: 0, now: start) == .deliver([1, 3]))
        #expect(next(&table) == second)
        #expect(next(&table) == nil)
        #expect(table.counts == (1, 1))
        #expect(table.finish(second, generation: 0, now: start) == .deliver([2]))
        #expect(table.counts == (0, 0))
    }

    @Test func `ids wait for their turn in order`() {
        var table = Table(maximumLoads: 1, maximumWaiters: 100)
        let ids = (10..<20 as Range<UInt64>).map { TokenID(high: $0, low: 0) }
        #expect(table.join(first, 1, now: start) == .start(generation: 0))
        for (number, id) in ids.enumerated() {
            #expect(table.join(id, Table.Waiter(10 + number), now: start) == .wait)
        }
        // Nobody waits for the fourth any more: it is not read. Nor are those that come back before their turn.
        #expect(leave(13, &table) == true)
        #expect(leave(10, &table) == true)
        #expect(table.join(ids[0], 30, now: start) == .wait)
        #expect(table.join(ids[1], 31, now: start) == .wait)
        // What waits for its turn sees every change.
        table.invalidateAll()
        #expect(table.finish(first, generation: 0, now: start) == .reload(generation: 1))
        #expect(table.finish(first, generation: 1, now: start) == .deliver([1]))
        var order: [TokenID] = []
        while let id = next(&table) {
            order.append(id)
            let place = Table.Waiter(ids.firstIndex(of: id) ?? 0)
            let waiters: [Table.Waiter] = place == 0 ? [30] : place == 1 ? [11, 31] : [10 + place]
            #expect(table.finish(id, generation: 1, now: start) == .deliver(waiters))
        }
        #expect(order == [1, 2, 4, 5, 6, 7, 8, 9, 0].map { ids[$0] })
        #expect(table.counts == (0, 0))
    }

    /// Whoever goes away is told how long the database has had for the read, or for those before it.
    @Test func `since when it is read`() {
        var table = Table(maximumLoads: 1, maximumWaiters: 10)
        let end = start + .seconds(9)
        _ = table.join(first, 1, until: end, now: start + .seconds(1))
        _ = table.join(second, 2, until: end, now: start + .seconds(2))
        #expect(table.expire(now: end).map(\.startedAt) == [start + .seconds(1), start + .seconds(1)])
        // The read goes on; the other one never begins.
        #expect(table.counts == (1, 0))
        table.invalidate(first)
        #expect(table.finish(first, generation: 0, now: end) == .reload(generation: 1))
        _ = table.join(first, 3, until: end + .seconds(1), now: end)
        #expect(table.expire(now: end + .seconds(1)).map(\.startedAt) == [end])
        #expect(table.finish(first, generation: 1, now: end) == .deliver([]))
        #expect(next(&table) == nil)
    }

    @Test func `leaving`() {
        var table = Table(maximumLoads: 1, maximumWaiters: 2)
        #expect(table.join(first, 1, now: start) == .start(generation: 0))
        #expect(table.join(first, 2, now: start) == .wait)
        #expect(leave(1, &table) == true)
        #expect(leave(1, &table) == false)
        #expect(leave(99, &table) == false)
        #expect(table.join(first, 3, now: start) == .wait)
        #expect(table.finish(first, generation: 0, now: start) == .deliver([2, 3]))
        #expect(leave(2, &table) == false)
    }

    @Test func `deadlines of those who wait`() {
        var table = Table(maximumLoads: 4, maximumWaiters: 10)
        #expect(table.nextDeadline == nil)
        _ = table.join(first, 1, until: start + .seconds(5), now: start)
        _ = table.join(first, 2, now: start)
        _ = table.join(second, 3, until: start + .seconds(2), now: start)
        #expect(table.nextDeadline == start + .seconds(2))
        #expect(table.expire(now: start + .seconds(1)).count == 0)
        let expired = table.expire(now: start + .seconds(2))
        #expect(expired.map(\.waiter) == [3] && expired.map(\.key) == [second])
        #expect(table.nextDeadline == start + .seconds(5))
        // The read goes on, for the cache.
        #expect(table.counts == (2, 2))
        #expect(table.finish(second, generation: 0, now: start) == .deliver([]))
        #expect(table.finish(first, generation: 0, now: start) == .deliver([1, 2]))
        #expect(table.nextDeadline == nil)
        _ = table.join(first, 4, until: start + .seconds(60), now: start)
        #expect(table.nextDeadline == start + .seconds(60))
    }

    /// Patience is for ids of which something is known: its end is no end for others, nor do they lose their turn.
    @Test func `patience`() {
        var table = Table(maximumLoads: 1, maximumWaiters: 10)
        func at(_ seconds: Int) -> Table.Instant { start + .seconds(seconds) }
        _ = table.join(first, 1, until: at(5), patience: at(1), now: start)
        _ = table.join(second, 2, until: at(5), patience: at(1), now: start)
        _ = table.join(second, 3, patience: at(1), now: start)
        _ = table.join(second, 4, until: at(1), patience: at(2), now: start)
        #expect(table.nextDeadline == at(1))
        #expect(table.expire(now: at(1)) { $0 == first }.map(\.waiter) == [1, 4])
        #expect(table.nextDeadline == at(5))
        #expect(table.expire(now: at(5)) { _ in false }.map(\.waiter) == [2])
        #expect(table.nextDeadline == nil)
        #expect(table.finish(first, generation: 0, now: at(6)) == .deliver([]))
        #expect(next(&table) == second)
        #expect(table.finish(second, generation: 0, now: at(6)) == .deliver([3]))
    }

    @Test func `reads for nobody`() {
        var table = Table(maximumLoads: 1, maximumWaiters: 2)
        #expect(table.refresh(first, now: start) == 0)
        #expect(table.refresh(first, now: start) == nil)
        #expect(table.refresh(second, now: start) == nil)
        #expect(table.join(first, 1, now: start) == .wait)
        table.invalidate(first)
        #expect(table.finish(first, generation: 0, now: start) == .reload(generation: 1))
        #expect(table.finish(first, generation: 1, now: start) == .deliver([1]))
        #expect(table.refresh(second, now: start) == 1)
    }
}
