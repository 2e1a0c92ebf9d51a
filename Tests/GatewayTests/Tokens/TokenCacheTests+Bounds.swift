import Database
import EventLoop
import Testing

@testable import Gateway

/// What bounds reads and those who wait for them.
extension TokenCacheTests {
    @Test func `bounds`() async throws {
        let others = try (0..<3).map { _ in try authority.make() }
        let running = [load(others[0]), load(others[1])]
        await loader.waitForReads(2)
        // A third id waits for its turn.
        let third = load(others[2])
        await waitForWaiters(3)
        #expect(loader.started.count == 2)
        let waiting = (0..<5).map { _ in load(others[0]) }
        await waitForWaiters(8)
        await #expect(throws: TokenCacheError.overloaded) { try await cache.load(others[0]) }
        await #expect(throws: TokenCacheError.overloaded) { try await cache.load(id) }
        loader.finish(.success(nil))
        await loader.waitForReads(3)
        #expect(loader.started[2] == others[2])
        loader.finish(.success(nil))
        loader.finish(.success(nil))
        for request in running + waiting + [third] { #expect(try await request.value == nil) }
        #expect(loader.started.count == 3)
        #expect(await cache.counts() == (0, 3, 0, 0))
    }

    /// Many ids at once are read one after the other, as many as may be at a time, and none is refused.
    @Test func `many cold ids`() async throws {
        let cache = TokenCache(
            loader: loader, authority: authority, settings: TokenCacheSettings(loads: 2, waiters: 200),
            clock: { [clock] in clock.now })
        let ids = try (0..<100).map { _ in try authority.make() }
        let requests = ids.map { id in Task { try await cache.load(id) } }
        for read in 1...100 {
            await loader.waitForReads(read)
            #expect(await cache.counts().loads <= 2)
            loader.finish(.success(TestRecord.make(loader.started[read - 1])))
        }
        for (id, request) in zip(ids, requests) { #expect(try await request.value?.id == id) }
        #expect(Set(loader.started) == Set(ids) && loader.started.count == 100)
    }

    /// A token that may have changed is not used unchecked because others are read just now; but nobody waits for longer
    /// than for a database that hangs. That it had to wait says nothing against the database.
    @Test func `a token that may have changed waits for its turn`() async throws {
        let record = try await known(id)
        await cache.handle(.watching)
        let others = try (0..<2).map { _ in load(try authority.make()) }
        await loader.waitForReads(3)
        let checked = load(id)
        await waitForWaiters(3)
        loader.finish(.success(nil))
        await loader.waitForReads(4)
        loader.finish(.success(nil))
        let disabled = TestRecord.make(id, isEnabled: false)
        loader.finish(.success(disabled))
        #expect(try await checked.value === disabled)
        for request in others { _ = try await request.value }

        // As others go on being read, it does not take the database for away: the next one waits again.
        await cache.handle(.watching)
        let slow = try (0..<2).map { _ in load(try authority.make()) }
        await loader.waitForReads(6)
        let before = load(try authority.make())
        await waitForWaiters(3)
        let late = load(id)
        await waitForWaiters(4)
        clock.advance(by: .milliseconds(400))
        loader.finish(.success(nil))
        await loader.waitForReads(7)
        clock.advance(by: .milliseconds(100))
        await cache.expire()
        #expect(try await late.value === disabled)
        clock.advance(by: .milliseconds(399))
        await cache.handle(.everything)
        let again = load(id)
        await waitForWaiters(3)
        // But it does, when nothing has moved for so long.
        clock.advance(by: .milliseconds(500))
        await cache.expire()
        #expect(try await again.value === disabled)
        #expect(record !== disabled)
        clock.advance(by: .seconds(1))
        #expect(try await cache.load(id) === disabled)
        #expect(loader.started.count == 7)
        await finish(slow + [before])
    }

    /// Ends all reads under way, also those that are done again.
    private func finish(_ requests: [Task<TokenRecord?, any Error>]) async {
        while await cache.counts().loads > 0 {
            loader.finish(.success(nil))
            await Task.yield()
        }
        for request in requests { _ = try? await request.value }
    }

    /// A request with little time left takes the known token at its deadline; the database is not away for that.
    @Test func `a short deadline says nothing of the database`() async throws {
        let other = try authority.make()
        let records = [try await known(id), try await known(other)]
        await cache.handle(.watching)
        let hasty = load(id, until: .milliseconds(100))
        await loader.waitForReads(3)
        await waitForWaiters(1)
        clock.advance(by: .milliseconds(100))
        await cache.expire()
        #expect(try await hasty.value === records[0])
        let patient = load(other)
        await loader.waitForReads(4)
        await waitForWaiters(1)
        clock.advance(by: .milliseconds(399))
        await cache.expire()
        #expect(await cache.counts().waiters == 1)
        // This read has had its time now, which is another thing: the database is away.
        clock.advance(by: .milliseconds(101))
        await cache.expire()
        #expect(try await patient.value === records[1])
        clock.advance(by: .seconds(1))
        #expect(try await cache.load(other) === records[1])
        loader.finish(.success(nil))
        loader.finish(.success(nil))
    }

    @Test func `cancellation frees the waiter alone`() async throws {
        let cancelled = load(id)
        await loader.waitForReads(1)
        let patient = load(id)
        await waitForWaiters(2)
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        let record = TestRecord.make(id)
        loader.finish(.success(record))
        #expect(try await patient.value === record)
    }

    @Test func `the last waiter's cancellation does not lose the read`() async throws {
        let cancelled = load(id)
        await loader.waitForReads(1)
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        let next = load(id)
        await waitForWaiters(1)
        let record = TestRecord.make(id)
        loader.finish(.success(record))
        #expect(try await next.value === record)
        #expect(loader.started.count == 1)
    }

    @Test func `cancelled before it asks`() async throws {
        let request = Task { [cache, id] in
            while !Task.isCancelled { await Task.yield() }
            return try await cache.load(id)
        }
        request.cancel()
        await #expect(throws: CancellationError.self) { try await request.value }
        #expect(loader.started.isEmpty)
    }

    @Test func `reads from many threads`() async throws {
        let record = try await known(id)
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask { [cache, clock, id] in
                    (0..<2000).count { _ in cache.lookup(id, now: clock.now)?.record === record }
                }
            }
            for await hits in group { #expect(hits == 2000) }
        }
    }
}
