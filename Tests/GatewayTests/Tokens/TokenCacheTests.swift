import Database
import EventLoop
import Testing

@testable import Gateway

@Suite struct TokenCacheTests {
    let clock = TestClock()
    let loader = ScriptedLoader()
    let authority: TokenIDAuthority
    let cache: TokenCache
    let id: TokenID

    init() throws {
        authority = TokenIDAuthority(try KeyRing(TestStore.key()))
        id = try authority.make()
        cache = TokenCache(
            loader: loader, authority: authority,
            settings: TokenCacheSettings(
                times: CacheTimes(
                    timeToLive: .seconds(10), absentTimeToLive: .seconds(5), staleAfter: .seconds(2),
                    recheckWait: .milliseconds(500), staleTimeToLive: .seconds(100), staleRetry: .seconds(1)),
                loads: 2, waiters: 8),
            clock: { [clock] in clock.now })
    }

    func load(_ id: TokenID, until deadline: Duration? = nil) -> Task<TokenRecord?, any Error> {
        let deadline = deadline.map { RequestDeadline(clock.now + $0) }
        return Task { [cache] in try await cache.load(id, until: deadline) }
    }

    /// Returns when so many requests wait in the cache.
    func waitForWaiters(_ count: Int) async {
        while await cache.counts().waiters < count { await Task.yield() }
    }

    func known(_ id: TokenID) async throws -> TokenRecord {
        let record = TestRecord.make(id)
        let read = loader.started.count
        let request = load(id)
        await loader.waitForReads(read + 1)
        loader.finish(.success(record))
        #expect(try await request.value === record)
        return record
    }

    @Test func `miss then hit`() async throws {
        await cache.handle(.watching)
        #expect(cache.lookup(id, now: clock.now) == nil)
        let record = try await known(id)
        #expect(cache.lookup(id, now: clock.now)?.record === record)
        #expect(try await cache.load(id) === record)
        #expect(loader.started == [id])
        clock.advance(by: .seconds(10))
        #expect(cache.lookup(id, now: clock.now) == nil)
    }

    @Test func `one read however many ask`() async throws {
        let requests = (0..<5).map { _ in load(id) }
        await loader.waitForReads(1)
        await waitForWaiters(5)
        let record = TestRecord.make(id)
        loader.finish(.success(record))
        for request in requests { #expect(try await request.value === record) }
        #expect(loader.started == [id])
        #expect(await cache.counts() == (1, 0, 0, 0))
    }

    @Test func `absent ids are remembered`() async throws {
        let request = load(id)
        await loader.waitForReads(1)
        loader.finish(.success(nil))
        #expect(try await request.value == nil)
        #expect(cache.lookup(id, now: clock.now)?.isAbsent == true)
        #expect(try await cache.load(id) == nil)
        #expect(loader.started.count == 1)
    }

    @Test func `made up ids are never read`() async throws {
        let stranger = try TokenIDAuthority(KeyRing(TestStore.key(9))).make()
        #expect(try await cache.load(stranger) == nil)
        #expect(loader.started.isEmpty)
        // Nor do they take room.
        #expect(await cache.counts() == (0, 0, 0, 0))
    }

    @Test func `an overtaken read is thrown away`() async throws {
        let request = load(id)
        await loader.waitForReads(1)
        // Disabled while it was read.
        await cache.invalidate(id)
        loader.finish(.success(TestRecord.make(id, isEnabled: true)))
        await loader.waitForReads(2)
        #expect(cache.lookup(id, now: clock.now) == nil)
        let disabled = TestRecord.make(id, isEnabled: false)
        loader.finish(.success(disabled))
        #expect(try await request.value === disabled)
        #expect(cache.lookup(id, now: clock.now)?.record === disabled)
    }

    @Test func `endless changes give up`() async throws {
        let request = load(id)
        for read in 1...4 {
            await loader.waitForReads(read)
            await cache.invalidate(id)
            loader.finish(.success(TestRecord.make(id)))
        }
        await #expect(throws: TokenCacheError.changing) { try await request.value }
        #expect(cache.lookup(id, now: clock.now) == nil)
    }

    @Test func `invalidation drops at once`() async throws {
        _ = try await known(id)
        await cache.invalidate(id)
        #expect(cache.lookup(id, now: clock.now) == nil)
        let request = load(id)
        await loader.waitForReads(2)
        // Not even used while the database is away: it was changed.
        loader.finish(.failure(UnreachableDatabase.error))
        await #expect(throws: DatabaseError.self) { try await request.value }
    }

    @Test func `known tokens outlive the database`() async throws {
        let record = try await known(id)
        clock.advance(by: .seconds(11))
        let request = load(id)
        await loader.waitForReads(2)
        loader.finish(.failure(UnreachableDatabase.error))
        #expect(try await request.value === record)
        // For a second the database is left in peace.
        #expect(cache.lookup(id, now: clock.now)?.record === record)
        clock.advance(by: .seconds(1))
        #expect(cache.lookup(id, now: clock.now) == nil)
        // Known to be away: nobody waits for it, and it is asked in the background.
        #expect(try await cache.load(id) === record)
        await loader.waitForReads(3)
        #expect(try await cache.load(id) === record)
        #expect(loader.started.count == 3)
        // It is back.
        let news = TestRecord.make(id)
        loader.finish(.success(news))
        while cache.lookup(id, now: clock.now)?.record !== news { await Task.yield() }
        // Away for too long.
        clock.advance(by: .seconds(100))
        let last = load(id)
        await loader.waitForReads(4)
        loader.finish(.failure(UnreachableDatabase.error))
        await #expect(throws: DatabaseError.self) { try await last.value }
    }

    /// Whoever is told of every change need not wait to know that there was none.
    @Test func `a watched token is used while it is read again`() async throws {
        await cache.handle(.watching)
        let record = try await known(id)
        clock.advance(by: .seconds(10))
        #expect(cache.lookup(id, now: clock.now) == nil)
        #expect(try await cache.load(id) === record)
        await loader.waitForReads(2)
        let news = TestRecord.make(id)
        loader.finish(.success(news))
        while cache.lookup(id, now: clock.now)?.record !== news { await Task.yield() }
        // And what is told counts at once, even for a read in the background.
        clock.advance(by: .seconds(10))
        #expect(try await cache.load(id) === news)
        await loader.waitForReads(3)
        await cache.handle(.token(id))
        #expect(cache.lookup(id, now: clock.now) == nil)
        loader.finish(.success(news))
        await loader.waitForReads(4)
        loader.finish(.success(nil))
        while cache.lookup(id, now: clock.now)?.isAbsent != true { await Task.yield() }
    }

    @Test func `a token that may have changed is waited for but not for long`() async throws {
        await cache.handle(.watching)
        let record = try await known(id)
        await cache.handle(.unwatched)
        #expect(cache.lookup(id, now: clock.now)?.record === record)
        clock.advance(by: .seconds(2))
        #expect(cache.lookup(id, now: clock.now) == nil)
        let request = load(id)
        await loader.waitForReads(2)
        await waitForWaiters(1)
        clock.advance(by: .milliseconds(499))
        await cache.expire()
        #expect(await cache.counts().waiters == 1)
        // The database hangs.
        clock.advance(by: .milliseconds(1))
        await cache.expire()
        #expect(try await request.value === record)
        #expect(cache.lookup(id, now: clock.now)?.record === record)
        clock.advance(by: .seconds(1))
        #expect(try await cache.load(id) === record)
        #expect(loader.started.count == 2)
        // It answers after all: the token was disabled.
        let disabled = TestRecord.make(id, isEnabled: false)
        loader.finish(.success(disabled))
        while cache.lookup(id, now: clock.now)?.record !== disabled { await Task.yield() }
    }

    /// While it is read again it is changed once more: nothing is known that could be used, and there is time to read it.
    @Test(arguments: [Duration?.none, .seconds(5)]) func `a token that changes meanwhile is waited for to the end`(
        deadline: Duration?
    ) async throws {
        _ = try await known(id)
        clock.advance(by: .seconds(2))
        let request = load(id, until: deadline)
        await loader.waitForReads(2)
        await waitForWaiters(1)
        await cache.handle(.token(id))
        clock.advance(by: .milliseconds(500))
        await cache.expire()
        try #require(await cache.counts().waiters == 1)
        // To its own end, and no further.
        let late = load(id, until: .seconds(1))
        await waitForWaiters(2)
        clock.advance(by: .seconds(1))
        await cache.expire()
        await #expect(throws: TokenCacheError.timedOut) { try await late.value }
        loader.finish(.success(TestRecord.make(id)))
        await loader.waitForReads(3)
        let disabled = TestRecord.make(id, isEnabled: false)
        loader.finish(.success(disabled))
        #expect(try await request.value === disabled)
    }

    @Test func `after a reconnect everything is read before it is used`() async throws {
        let record = try await known(id)
        await cache.handle(.watching)
        #expect(cache.lookup(id, now: clock.now) == nil)
        let request = load(id)
        await loader.waitForReads(2)
        let disabled = TestRecord.make(id, isEnabled: false)
        loader.finish(.success(disabled))
        #expect(try await request.value === disabled)
        #expect(record !== disabled)
    }

    @Test func `nobody waits beyond its deadline`() async throws {
        let short = load(id, until: .seconds(1))
        await loader.waitForReads(1)
        let long = load(id, until: .seconds(3))
        await waitForWaiters(2)
        clock.advance(by: .seconds(1))
        await cache.expire()
        await #expect(throws: TokenCacheError.timedOut) { try await short.value }
        #expect(await cache.counts().waiters == 1)
        let record = TestRecord.make(id)
        loader.finish(.success(record))
        #expect(try await long.value === record)
    }

    /// The timer on the loop does what the test above does by hand.
    @Test func `a timer answers them`() async throws {
        let cache = TokenCache(
            loader: loader, authority: authority, loop: try EventLoop.start(name: "cache-test"))
        await #expect(throws: TokenCacheError.timedOut) {
            _ = try await cache.load(id, until: RequestDeadline(.now + .milliseconds(20)))
        }
        loader.finish(.success(nil))
    }

    @Test func `unknown tokens are not absent while the database is away`() async throws {
        let request = load(id)
        await loader.waitForReads(1)
        loader.finish(.failure(UnreachableDatabase.error))
        await #expect(throws: DatabaseError.self) { try await request.value }
        #expect(cache.lookup(id, now: clock.now) == nil)
    }

    @Test func `what cannot be read is no reason for the old state`() async throws {
        _ = try await known(id)
        clock.advance(by: .seconds(11))
        for error in [
            DatabaseError(.decoding, "x") as any Error, KeyRing.Failure.notAuthentic(column: "token.secret"),
        ] {
            clock.advance(by: .seconds(1))
            let read = loader.started.count
            let request = load(id)
            await loader.waitForReads(read + 1)
            loader.finish(.failure(error))
            await #expect(throws: (any Error).self) { try await request.value }
        }
    }

    @Test func `everything is read again after expire all`() async throws {
        let record = try await known(id)
        await cache.expireAll()
        #expect(cache.lookup(id, now: clock.now) == nil)
        let request = load(id)
        await loader.waitForReads(2)
        loader.finish(.failure(UnreachableDatabase.error))
        #expect(try await request.value === record)
    }

    /// The database is not asked again for each request; a change of the token, or of everything, is looked at.
    @Test func `what cannot be read is not asked for all the time`() async throws {
        let failure = KeyRing.Failure.unknownKey(id: "0123")
        func fail(_ reads: Int) async {
            let request = load(id)
            await loader.waitForReads(reads)
            loader.finish(.failure(failure))
            await #expect(throws: failure) { try await request.value }
        }
        await fail(1)
        clock.advance(by: .milliseconds(999))
        await #expect(throws: failure) { try await cache.load(id) }
        #expect(loader.started.count == 1)
        clock.advance(by: .milliseconds(1))
        await fail(2)
        await cache.handle(.token(id))
        await fail(3)
        await cache.handle(.everything)
        await fail(4)
        // Another token is another matter.
        let other = load(try authority.make())
        await loader.waitForReads(5)
        loader.finish(.success(nil))
        #expect(try await other.value == nil)
    }

    /// A known token is no more used when it is known that what the database holds now cannot be read, though changes are
    /// heard of and nobody has to wait.
    @Test func `a known token that cannot be read any more is not used on`() async throws {
        await cache.handle(.watching)
        let record = try await known(id)
        clock.advance(by: .seconds(10))
        #expect(try await cache.load(id) === record)
        await loader.waitForReads(2)
        let failure = KeyRing.Failure.unknownKey(id: "0123")
        loader.finish(.failure(failure))
        while await cache.counts().loads > 0 { await Task.yield() }
        await #expect(throws: failure) { try await cache.load(id) }
        #expect(loader.started.count == 2)
    }
}
