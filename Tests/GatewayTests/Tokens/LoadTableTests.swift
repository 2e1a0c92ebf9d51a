import Testing

@testable import Gateway

@Suite struct LoadTableTests {
    private let first = TokenID(high: 1, low: 0)
    private let second = TokenID(high: 2, low: 0)

    /// `#expect` cannot expand a mutating call that gives a truth value.
    private func leave(_ waiter: LoadTable.Waiter, _ table: inout LoadTable) -> Bool { table.leave(waiter) }

    @Test func oneReadForAll() {
        var table = LoadTable(maximumLoads: 4, maximumWaiters: 10)
        #expect(table.join(first, 1) == .start(generation: 0))
        #expect(table.join(first, 2) == .wait)
        #expect(table.join(second, 3) == .start(generation: 0))
        #expect(table.counts == (2, 3))
        #expect(table.finish(first, generation: 0) == .deliver([1, 2]))
        #expect(table.counts == (1, 1))
        #expect(table.join(first, 4) == .start(generation: 0))
    }

    @Test func anOvertakenReadBeginsAnew() {
        var table = LoadTable(maximumLoads: 4, maximumWaiters: 10)
        #expect(table.join(first, 1) == .start(generation: 0))
        #expect(table.join(second, 2) == .start(generation: 0))
        table.invalidate(first)
        // Whoever comes after the invalidation waits for the second read, too.
        #expect(table.join(first, 3) == .wait)
        #expect(table.finish(second, generation: 0) == .deliver([2]))
        #expect(table.finish(first, generation: 0) == .reload(generation: 1))
        #expect(table.finish(first, generation: 1) == .deliver([1, 3]))
        #expect(table.counts == (0, 0))
    }

    @Test func invalidatingAllOvertakesAll() {
        var table = LoadTable(maximumLoads: 4, maximumWaiters: 10)
        #expect(table.join(first, 1) == .start(generation: 0))
        #expect(table.join(second, 2) == .start(generation: 0))
        table.invalidateAll()
        #expect(table.finish(first, generation: 0) == .reload(generation: 1))
        #expect(table.finish(second, generation: 0) == .reload(generation: 1))
        #expect(table.finish(first, generation: 1) == .deliver([1]))
        // A read that begins afterwards is of the new generation.
        #expect(table.join(first, 3) == .start(generation: 1))
        #expect(table.finish(first, generation: 1) == .deliver([3]))
    }

    @Test func givesUpInTheEnd() {
        var table = LoadTable(maximumLoads: 4, maximumWaiters: 10, maximumAttempts: 2)
        #expect(table.join(first, 1) == .start(generation: 0))
        table.invalidate(first)
        #expect(table.finish(first, generation: 0) == .reload(generation: 1))
        table.invalidate(first)
        #expect(table.finish(first, generation: 1) == .giveUp([1]))
        #expect(table.counts == (0, 0))
    }

    @Test func bounds() {
        var table = LoadTable(maximumLoads: 1, maximumWaiters: 2)
        #expect(table.join(first, 1) == .start(generation: 0))
        #expect(table.join(second, 2) == .refuse)
        #expect(table.join(first, 3) == .wait)
        #expect(table.join(first, 4) == .refuse)
        #expect(table.finish(first, generation: 0) == .deliver([1, 3]))
        #expect(table.join(second, 5) == .start(generation: 0))
    }

    @Test func leaving() {
        var table = LoadTable(maximumLoads: 1, maximumWaiters: 2)
        #expect(table.join(first, 1) == .start(generation: 0))
        #expect(table.join(first, 2) == .wait)
        #expect(leave(1, &table) == true)
        #expect(leave(1, &table) == false)
        #expect(leave(99, &table) == false)
        #expect(table.join(first, 3) == .wait)
        #expect(table.finish(first, generation: 0) == .deliver([2, 3]))
        #expect(leave(2, &table) == false)
    }

    @Test func deadlinesOfThoseWhoWait() {
        let start = ContinuousClock.now
        var table = LoadTable(maximumLoads: 4, maximumWaiters: 10)
        #expect(table.nextDeadline == nil)
        _ = table.join(first, 1, until: start + .seconds(5))
        _ = table.join(first, 2)
        _ = table.join(second, 3, until: start + .seconds(2))
        #expect(table.nextDeadline == start + .seconds(2))
        #expect(table.expire(now: start + .seconds(1)).count == 0)
        let expired = table.expire(now: start + .seconds(2))
        #expect(expired.map(\.waiter) == [3] && expired.map(\.id) == [second])
        #expect(table.nextDeadline == start + .seconds(5))
        // The read goes on, for the cache.
        #expect(table.counts == (2, 2))
        #expect(table.finish(second, generation: 0) == .deliver([]))
        #expect(table.finish(first, generation: 0) == .deliver([1, 2]))
        #expect(table.nextDeadline == nil)
        _ = table.join(first, 4, until: start + .seconds(60))
        #expect(table.nextDeadline == start + .seconds(60))
    }

    @Test func readsForNobody() {
        var table = LoadTable(maximumLoads: 1, maximumWaiters: 2)
        #expect(table.refresh(first) == 0)
        #expect(table.refresh(first) == nil)
        #expect(table.refresh(second) == nil)
        #expect(table.join(first, 1) == .wait)
        table.invalidate(first)
        #expect(table.finish(first, generation: 0) == .reload(generation: 1))
        #expect(table.finish(first, generation: 1) == .deliver([1]))
        #expect(table.refresh(second) == 1)
    }
}
