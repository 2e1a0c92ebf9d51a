import Database
import EventLoop
import Testing

@testable import Gateway

/// Many ids that nobody has: what they cost the database.
@Suite struct TokenFloodTests {
    private static func cache(
        _ database: CountingDatabase, _ keys: KeyRing, _ notices: TokenNotices
    ) -> TokenCache {
        let cache = TokenCache(
            loader: TokenRecordLoader(
                store: TokenStore(database: database, keys: keys, notices: notices), entries: 10,
                logger: TestDatabases.logger),
            authority: TokenIDAuthority(keys), settings: TokenCacheSettings(absentEntries: 64, shards: 4))
        notices.listen { [weak cache] in await cache?.handle($0) }
        return cache
    }

    @Test(arguments: TestDatabases.all)
    func `made up ids ask the database nothing`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let database = CountingDatabase(test.database)
            let cache = Self.cache(database, test.keys, test.notices)
            for number in 0..<20_000 as Range<UInt64> {
                // One in 2³² has the right tag by chance.
                let id = TokenID(high: number &* 0x9e37_79b9_7f4a_7c15, low: number << 32 | number)
                let known = cache.lookup(id, now: .now)
                #expect(known == nil)
                let record = try await cache.load(id)
                #expect(record == nil)
            }
            #expect(database.queries == 0)
            #expect(await cache.counts() == (0, 0, 0, 0))
        }
    }

    /// Ids that had a token once: as many questions as there are ids, and then none for a while.
    @Test(arguments: TestDatabases.all)
    func `ids of tokens that are gone are bounded`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let database = CountingDatabase(test.database)
            let cache = Self.cache(database, test.keys, test.notices)
            await test.notices.tell(.watching)
            let authority = TokenIDAuthority(test.keys)
            let few = try (0..<10).map { _ in try authority.make() }
            for _ in 0..<50 {
                for id in few where cache.lookup(id, now: .now) == nil { _ = try await cache.load(id) }
            }
            #expect(database.queries == 10)
            for _ in 0..<200 { _ = try await cache.load(try authority.make()) }
            #expect(database.queries == 210)
            #expect(await cache.counts().absent == 64)
        }
    }

    /// A token that is made counts at once, though it was looked for before: also for the replica that made it.
    @Test(arguments: TestDatabases.all)
    func `what is made and changed here counts at once`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let cache = Self.cache(CountingDatabase(test.database), test.keys, test.notices)
            await test.notices.tell(.watching)
            let made = try await test.store.create(TokenDraft(service: "github", name: "x")).token
            #expect(try await cache.load(made.id)?.isEnabled == true)
            _ = try await test.store.setState(made.id, to: .disabled)
            #expect(cache.lookup(made.id, now: .now) == nil)
            #expect(try await cache.load(made.id)?.isEnabled == false)
            _ = try await test.store.delete(made.id)
            #expect(cache.lookup(made.id, now: .now) == nil)
            #expect(try await cache.load(made.id) == nil)
            #expect(cache.lookup(made.id, now: .now)?.isAbsent == true)
        }
    }
}
