import Database
import EventLoop
import Foundation
import Testing

@testable import Gateway

/// Two replicas on one database: what one changes, the other hears of.
@Suite struct TokenNoticeWatchTests {
    /// What a replica hears.
    private final class Ear: Sendable {
        private let heard = Locked<[TokenNotice]>([])
        private let task: Task<Void, any Error>

        init(_ database: any Database, _ first: @escaping @Sendable (TokenNotice) async -> Void = { _ in }) {
            let notices = TokenNotices()
            notices.listen(first)
            notices.listen { [heard] notice in heard.withLock { $0.append(notice) } }
            task = Task { try await TokenNoticeWatch(database: database, notices: notices).run() }
        }

        deinit { task.cancel() }

        func wait(for notice: TokenNotice) async throws {
            while !heard.withLock({ $0.contains(notice) }) { try await Task.sleep(for: .milliseconds(5)) }
        }

        func forget() { heard.withLock { $0.removeAll() } }

        var all: [TokenNotice] { heard.withLock { $0 } }
    }

    @Test(
        .enabled(if: TestDatabases.all.contains(.postgresql), "W2F_TEST_POSTGRES_URL is not set"),
        .timeLimit(.minutes(1)))
    func `postgresql tells which token changed`() async throws {
        try await TestDatabases.withSchema { url in
            let database = try await TestDatabases.open(url)
            let replica = try await TestDatabases.open(url)
            try await Migrator.migrate(database, migrations: GatewayMigrations.all)
            let store = try TestStore(database: database).store
            let ear = Ear(replica)
            try await ear.wait(for: .watching)

            let id = try await store.create(TokenDraft(service: "github", name: "x")).token.id
            try await ear.wait(for: .token(id))
            for change in [
                { _ = try await store.setState(id, to: .disabled) },
                { _ = try await store.rotate(id, grace: .zero) },
                { _ = try await store.delete(id) },
            ] as [() async throws -> Void] {
                ear.forget()
                try await change()
                try await ear.wait(for: .token(id))
            }
            // What says nothing to webhooks makes no noise: a secret sealed anew.
            let other = try await store.create(TokenDraft(service: "github", name: "y")).token.id
            try await ear.wait(for: .token(other))
            ear.forget()
            try await database.query("UPDATE token SET key_id = 'other', secret = 'anew', lookup_hash = 'anew'")
            let last = try await store.create(TokenDraft(service: "github", name: "z")).token.id
            try await ear.wait(for: .token(last))
            #expect(!ear.all.contains(.token(other)))
            // By hand, all at once.
            try await database.query("TRUNCATE token CASCADE")
            try await ear.wait(for: .everything)
            await replica.close()
            await database.close()
        }
    }

    /// Whoever writes, and whatever becomes of `updated_at`: all that webhooks see is told of.
    @Test(
        .enabled(if: TestDatabases.all.contains(.postgresql), "W2F_TEST_POSTGRES_URL is not set"),
        .timeLimit(.minutes(1)))
    func `postgresql tells of changes by hand`() async throws {
        try await TestDatabases.withSchema { url in
            let database = try await TestDatabases.open(url)
            let replica = try await TestDatabases.open(url)
            try await Migrator.migrate(database, migrations: GatewayMigrations.all)
            let store = try TestStore(database: database).store
            let id = try await store.create(TokenDraft(service: "github", name: "x")).token.id
            let ear = Ear(replica)
            try await ear.wait(for: .watching)
            for change in [
                "service = 'gitlab'", "scope = 'a/b'", "scope = NULL", "event_filter = 'push'", "event_filter = NULL",
                "publish_private = 1", "settings = '{\"a\":\"b\"}'", "state = 'disabled'", "secret = 'x'",
                "previous_key_id = 'k', previous_secret = 'y', previous_expires_at = 1", "previous_expires_at = 2",
                "previous_secret = 'z'", "previous_key_id = NULL, previous_secret = NULL, previous_expires_at = NULL",
                "uuid = 'd2b14f3c-2a9c-4c4f-9f5c-3e5b3a6f0b11'",
            ] {
                ear.forget()
                try await database.query("UPDATE token SET \(change)")
                try await ear.wait(for: .token(id))
            }
            // Under another id it is another token; the old id has none any more.
            let renamed = try store.authority.make()
            ear.forget()
            try await database.query("UPDATE token SET public_id = $1", [.text("\(renamed)")])
            try await ear.wait(for: .token(id))
            try await ear.wait(for: .token(renamed))
            // What webhooks do not see: no noise.
            ear.forget()
            try await database.query("UPDATE token SET name = 'y', created_by = 'me'")
            try await database.query("SELECT pg_notify($1, '')", [.text(TokenNoticeWatch.channel)])
            try await ear.wait(for: .everything)
            #expect(ear.all == [.everything])
            await replica.close()
            await database.close()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `SQLite tells that something changed`() async throws {
        let folder = try TemporaryFolder()
        let url = "sqlite:\(folder.path)/w2f.db"
        let database = try await TestDatabases.open(url)
        let replica = try await TestDatabases.open(url)
        try await Migrator.migrate(database, migrations: GatewayMigrations.all)
        let store = try TestStore(database: database).store
        let ear = Ear(replica)
        try await ear.wait(for: .watching)
        // The best of three: any of them may meet a busy moment of the machine.
        var times: [Duration] = []
        for name in ["x", "y", "z"] {
            ear.forget()
            _ = try await store.create(TokenDraft(service: "github", name: name))
            let start = ContinuousClock.now
            try await ear.wait(for: .everything)
            times.append(start.duration(to: .now))
        }
        #expect(try #require(times.min()) < .seconds(1))
        await replica.close()
        await database.close()
    }

    /// A token may be disabled in the file that is there now: what is known of it does not count any more.
    @Test(.timeLimit(.minutes(1)))
    func `a replaced file ends what is known`() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/w2f.db"
        let database = try await TestDatabases.open("sqlite:\(path)")
        try await Migrator.migrate(database, migrations: GatewayMigrations.all)
        let test = try TestStore(database: database)
        let id = try await test.store.create(TokenDraft(service: "github", name: "x")).token.id
        let cache = TokenCache(loader: test.loader(), authority: test.store.authority)
        let ear = Ear(database) { await cache.handle($0) }
        try await ear.wait(for: .watching)
        #expect(try await cache.load(id) != nil)
        #expect(cache.lookup(id, now: .now) != nil)

        rename(path, path + ".old")
        try await ear.wait(for: .unwatched)
        #expect(ear.all.contains(.everything))
        #expect(cache.lookup(id, now: .now) == nil)
        let error = await #expect(throws: DatabaseError.self) { _ = try await cache.load(id) }
        #expect(error?.code == .replaced)
        let probe = DatabaseProbe(database: database, keys: test.keys, interval: .zero, timeout: .seconds(10))
        let parts = await probe.readiness()
        #expect(parts.map(\.isReady) == [false])
        #expect(parts.first?.detail.contains("\(path) was removed") == true)

        ear.forget()
        rename(path + ".old", path)
        try await ear.wait(for: .watching)
        var record: TokenRecord?
        // Its failure is remembered for a moment.
        while record == nil { record = try? await cache.load(id) }
        await database.close()
    }

    @Test func `what payloads mean`() throws {
        let id = try TokenIDAuthority(KeyRing(TestStore.key())).make()
        #expect(TokenNotice(.changed(payload: id.description)) == .token(id))
        for payload in ["", "nonsense", String(repeating: "a", count: 7000)] {
            #expect(TokenNotice(.changed(payload: payload)) == .everything)
        }
        #expect(TokenNotice(.changed(payload: nil)) == .everything)
        #expect(TokenNotice(.listening) == .watching)
        #expect(TokenNotice(.lost(UnreachableDatabase.error)) == .unwatched)
    }
}
