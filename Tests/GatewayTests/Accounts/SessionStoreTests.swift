import Database
import EventLoop
import Foundation
import Logging
import OIDC
import Testing

@testable import Gateway

/// Sessions on both databases, with a clock that tests turn.
@Suite(.timeLimit(.minutes(2))) struct SessionStoreTests {
    private struct World: Sendable {
        let tokens: TestStore
        let refresher = ScriptedRefresher()
        let elapsed = Locked<Int64>(0)

        /// One replica.
        func store(_ change: (inout Configuration) -> Void = { _ in }) -> SessionStore {
            var configuration = Configuration()
            configuration.sessions.maxPerAccount = 3
            change(&configuration)
            let elapsed = elapsed
            return SessionStore(
                database: tokens.database, keys: tokens.keys, settings: configuration.sessions,
                refreshLease: .seconds(40),
                refresher: refresher, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                clock: { .after(elapsed.withLock { $0 }) })
        }

        func wait(_ seconds: Int64) { elapsed.withLock { $0 += seconds } }

        var rows: Int64 {
            get async throws {
                try await tokens.database.query("SELECT COUNT(*) AS n FROM session").rows[0].integer("n")
            }
        }
    }

    private func world(_ database: TestDatabases, _ body: (World) async throws -> Void) async throws {
        try await database.withStore { try await body(World(tokens: $0)) }
    }

    private func credentials(_ refreshToken: String = "refresh-1") throws -> Credentials {
        try JSONDecoder().decode(
            Credentials.self, from: Data(#"{"accessToken": "access", "refreshToken": "\#(refreshToken)"}"#.utf8))
    }

    private func login(_ account: String = "alice", groups: [String] = ["packager"]) throws -> NewSession {
        NewSession(
            account: account, subject: account, name: "A", groups: groups, credentials: try credentials(),
            isDevelopment: false, userAgent: "Firefox", authenticatedAt: .after(0))
    }

    private func identity(_ account: String = "alice", groups: [String]) -> Identity {
        Identity(subject: "alice", account: account, name: "Alice", groups: groups)
    }

    private func login(refreshToken: String?, authenticatedAt: UnixTime?) throws -> NewSession {
        let token = refreshToken.map { #""\#($0)""# } ?? "null"
        let credentials = try JSONDecoder().decode(
            Credentials.self, from: Data(#"{"accessToken": "access", "refreshToken": \#(token)}"#.utf8))
        return NewSession(
            account: "alice", subject: "alice", name: nil, groups: [], credentials: credentials, isDevelopment: false,
            userAgent: nil, authenticatedAt: authenticatedAt)
    }

    // MARK: A session's life

    @Test(arguments: TestDatabases.all)
    func `without a refresh token it lasts a day`(database: TestDatabases) async throws {
        try await world(database) { world in
            let store = world.store { $0.sessions.rules.idleTimeout = .seconds(30 * 86_400) }
            let short = try await store.begin(
                login(refreshToken: nil, authenticatedAt: .after(0)), replacing: nil)
            let long = try await store.begin(
                login(refreshToken: "r", authenticatedAt: nil), replacing: nil)
            #expect(try await store.find(short)?.expiresAt == .after(86_400))
            #expect(try await store.find(short)?.authenticatedAt == .after(0))
            #expect(try await store.find(long)?.expiresAt == .after(7 * 86_400))
            #expect(try await store.find(long)?.authenticatedAt == nil, "nobody knows when")
            world.wait(86_400)
            #expect(try await store.find(short) == nil)
            #expect(try await store.find(long) != nil)
        }
    }

    @Test(arguments: TestDatabases.all)
    func `a session is found by its id alone`(database: TestDatabases) async throws {
        try await world(database) { world in
            let store = world.store()
            let id = try await store.begin(login(), replacing: nil)
            let found = try #require(try await store.find(id))
            #expect(found.account == "alice")
            #expect(found.groups == ["packager"])
            #expect(try await world.store().find(id) == found, "another replica knows it")
            #expect(try await store.find(try SessionID()) == nil)
            // Nothing in the row lets its reader log in, or ask the provider.
            let row = try await world.tokens.database.query("SELECT * FROM session").rows[0]
            let cookie = Array(id.cookie(world.tokens.keys).utf8)
            for value in row.values {
                if case .text(let text) = value { #expect(!text.contains("refresh-1") && Array(text.utf8) != cookie) }
                if case .blob(let bytes) = value {
                    #expect(!String(decoding: bytes, as: UTF8.self).contains("refresh-1"))
                }
            }
        }
    }

    @Test(arguments: TestDatabases.all)
    func `a login ends the session that the browser had`(database: TestDatabases) async throws {
        try await world(database) { world in
            let store = world.store()
            let first = try await store.begin(login("mallory"), replacing: nil)
            let second = try await store.begin(login("alice"), replacing: first)
            #expect(first != second)
            #expect(try await store.find(first) == nil)
            #expect(try await store.find(second)?.account == "alice")
        }
    }

    @Test(arguments: TestDatabases.all)
    func `sessions end by themselves`(database: TestDatabases) async throws {
        try await world(database) { world in
            let store = world.store {
                $0.sessions.rules.idleTimeout = .seconds(600)
                $0.sessions.lifetime = .seconds(1500)
                $0.sessions.rules.rightsMaxAge = .seconds(900)
            }
            world.refresher.answer { .current(Identity(subject: "alice", account: "alice", name: nil, groups: []), $0) }
            let (busy, idle) = (
                try await store.begin(login(), replacing: nil), try await store.begin(login(), replacing: nil)
            )
            world.wait(599)
            #expect(try await store.find(busy) != nil)
            world.wait(1)
            #expect(try await store.find(idle) == nil)
            world.wait(598)
            #expect(try await store.find(busy) != nil)
            world.wait(301)
            #expect(try await world.store().find(busy) != nil, "the last use is known to all")
            world.wait(1)
            #expect(try await store.find(busy) == nil, "however busy")
            _ = try await store.begin(login("bob"), replacing: nil)
            try await SessionTable.sweep(
                world.tokens.database, now: .after(world.elapsed.withLock { $0 }), idleTimeout: .seconds(600))
            #expect(try await world.rows == 1, "what is over is swept")
        }
    }

    @Test(arguments: TestDatabases.all)
    func `ending sessions`(database: TestDatabases) async throws {
        try await world(database) { world in
            let store = world.store()
            let other = world.store { $0.sessions.cacheTimeToLive = .zero }
            var ids: [SessionID] = []
            for _ in 0..<3 {
                ids.append(try await store.begin(login(), replacing: nil))
                world.wait(1)
            }
            let bob = try await store.begin(login("bob"), replacing: nil)
            for id in ids { #expect(try await store.find(id) != nil) }
            try await store.end(ids[0])
            #expect(try await store.find(ids[0]) == nil)
            #expect(try await other.find(ids[0]) == nil)

            let listed = try await store.list(of: "alice")
            #expect(listed.count == 2)
            #expect(listed[0].createdAt > listed[1].createdAt)
            #expect(try await !store.end(handle: listed[0].handle, of: "bob"), "bob cannot end alice's")
            #expect(try await store.end(handle: listed[0].handle, of: "alice"))
            #expect(try await store.find(ids[2]) == nil)

            try await other.endAll(of: "alice")
            await store.forgetAll()
            #expect(try await store.find(ids[1]) == nil)
            #expect(try await store.find(bob) != nil)
        }
    }

    @Test(arguments: TestDatabases.all)
    func `the oldest gives way`(database: TestDatabases) async throws {
        try await world(database) { world in
            let store = world.store()
            var ids: [SessionID] = []
            for _ in 0..<5 {
                ids.append(try await store.begin(login(), replacing: nil))
                world.wait(1)
            }
            var found: [Bool] = []
            for id in ids { found.append(try await store.find(id) != nil) }
            #expect(found == [false, false, true, true, true])
        }
    }

    @Test(arguments: TestDatabases.all)
    func `a login in progress is used once`(database: TestDatabases) async throws {
        try await world(database) { world in
            let (store, other) = (world.store(), world.store())
            #expect(try await store.use(state: "abc", until: .after(600)))
            #expect(try await !other.use(state: "abc", until: .after(600)))
            #expect(try await other.use(state: "abd", until: .after(600)))
            let used = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<20 { group.addTask { try await store.use(state: "race", until: .after(600)) } }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(used == 1)
        }
    }

    // MARK: Groups

    @Test(arguments: TestDatabases.all)
    func `groups are asked for again`(database: TestDatabases) async throws {
        try await world(database) { world in
            let store = world.store()
            let id = try await store.begin(login(), replacing: nil)
            let new = try credentials("refresh-2")
            world.refresher.answer { _ in
                .current(identity(groups: ["sysadmin", "Not A Group", "sysadmin", "a"]), new)
            }
            world.wait(899)
            #expect(try await store.find(id)?.groups == ["packager"])
            world.wait(1)
            #expect(try await store.find(id)?.groups == ["a", "sysadmin"])
            #expect(try await store.find(id)?.name == "Alice")
            #expect(world.refresher.asked.withLock { $0 } == ["refresh-1"])
            world.wait(900)
            _ = try await world.store().find(id)
            #expect(world.refresher.asked.withLock { $0 } == ["refresh-1", "refresh-2"], "the new tokens were kept")
        }
    }

    @Test(arguments: TestDatabases.all)
    func `a provider that is away costs groups only`(database: TestDatabases) async throws {
        try await world(database) { world in
            let store = world.store()
            let id = try await store.begin(login(), replacing: nil)
            let new = try credentials("refresh-2")
            world.refresher.answer { _ in .unavailable(.unreachable(.userInfo, reason: "test"), new) }
            world.wait(900)
            for _ in 0..<3 {
                let record = try #require(try await store.find(id))
                #expect(record.rightsAt == .after(0), "they stay as old as they are")
            }
            #expect(world.refresher.asked.withLock { $0.count } == 1, "it is left alone for a while")
            world.wait(30)
            world.refresher.answer { .current(identity(groups: ["b"]), $0) }
            #expect(try await store.find(id)?.groups == ["b"])
            #expect(world.refresher.asked.withLock { $0 } == ["refresh-1", "refresh-2"])
        }
    }

    @Test(arguments: TestDatabases.all)
    func `a grant that is over ends the session`(database: TestDatabases) async throws {
        try await world(database) { world in
            let store = world.store()
            let id = try await store.begin(login(), replacing: nil)
            world.refresher.answer { _ in .ended(.tokenRefused(code: "invalid_grant")) }
            world.wait(900)
            #expect(try await store.find(id) == nil)
            #expect(try await world.rows == 0)
        }
    }

    @Test(arguments: TestDatabases.all)
    func `an account that is somebody else now ends the session`(database: TestDatabases) async throws {
        try await world(database) { world in
            let store = world.store()
            let id = try await store.begin(login(), replacing: nil)
            world.refresher.answer { .current(identity("root", groups: ["sysadmin"]), $0) }
            world.wait(900)
            #expect(try await store.find(id) == nil)
        }
    }

    /// Refresh tokens are used once: two replicas must not both try.
    @Test(arguments: TestDatabases.all)
    func `one asks for all`(database: TestDatabases) async throws {
        try await world(database) { world in
            let stores = [world.store(), world.store()]
            let id = try await stores[0].begin(login(), replacing: nil)
            world.refresher.answer { .current(identity(groups: ["b"]), $0) }
            world.wait(900)
            try await withThrowingTaskGroup(of: [String]?.self) { group in
                for number in 0..<10 { group.addTask { try await stores[number % 2].find(id)?.groups } }
                for try await groups in group { #expect(groups == ["b"]) }
            }
            #expect(world.refresher.asked.withLock { $0.count } == 1)
        }
    }

    /// A server that runs while the root key is changed seals under the new one from then on.
    @Test(arguments: TestDatabases.all)
    func `credentials are sealed under the current root key`(database: TestDatabases) async throws {
        try await world(database) { world in
            let database = world.tokens.database
            let (old, new) = (try TestStore.key(1), try TestStore.key(2))
            _ = try await RootKeys(root: old, former: []).open(database)
            func store() throws -> SessionStore {
                SessionStore(
                    database: database, keys: try KeyRing(old, former: [new]),
                    settings: SessionSettings(), refreshLease: .seconds(40), refresher: world.refresher,
                    logger: TestDatabases.logger, clock: { .after(world.elapsed.withLock { $0 }) })
            }
            func keyIDs() async throws -> Set<String> {
                Set(try await database.query("SELECT key_id FROM session").rows.map { try $0.text("key_id") })
            }
            // One server begins sessions, another asks the provider again; neither does anything else.
            let (beginning, refreshing) = (try store(), try store())
            let id = try await beginning.begin(login(), replacing: nil)
            #expect(try await keyIDs() == [old.id])
            // Current, but nothing is sealed anew yet.
            _ = try await RootKeyTable.replaceCurrent(
                by: new.id, checkValue: new.derive(.check), known: [old.id], in: database)
            world.refresher.answer { .current(Identity(subject: "alice", account: "alice", name: nil, groups: []), $0) }
            world.wait(900)
            #expect(try await refreshing.find(id) != nil)
            #expect(try await keyIDs() == [new.id])
            _ = try await beginning.begin(login("bob"), replacing: nil)
            #expect(try await keyIDs() == [new.id])
            let found = try #require(try await beginning.find(id))
            #expect(await beginning.credentials(of: found) != nil)
        }
    }

    @Test(arguments: TestDatabases.all)
    func `a session ended while it is refreshed stays ended`(database: TestDatabases) async throws {
        try await world(database) { world in
            let store = world.store()
            let id = try await store.begin(login(), replacing: nil)
            let database = world.tokens.database
            world.wait(900)
            let ended = Locked(false)
            world.refresher.answer { credentials in
                ended.withLock { $0 = true }
                return .current(Identity(subject: "alice", account: "alice", name: nil, groups: ["b"]), credentials)
            }
            let slow = SlowRefresher(world.refresher) { _ = try? await database.query("DELETE FROM session") }
            let other = SessionStore(
                database: database, keys: world.tokens.keys, settings: SessionSettings(), refreshLease: .seconds(40),
                refresher: slow, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                clock: { .after(900) })
            #expect(try await other.find(id) == nil)
            #expect(ended.withLock { $0 })
        }
    }
}

/// A refresh during which something else happens.
private struct SlowRefresher: SessionRefresher {
    let refresher: ScriptedRefresher
    let meanwhile: @Sendable () async -> Void

    init(_ refresher: ScriptedRefresher, _ meanwhile: @escaping @Sendable () async -> Void) {
        self.refresher = refresher
        self.meanwhile = meanwhile
    }

    func refresh(subject: String, _ credentials: Credentials) async -> RefreshOutcome {
        await meanwhile()
        return await refresher.refresh(subject: subject, credentials)
    }
}

/// A provider that is asked again, and answers as it is told.
final class ScriptedRefresher: SessionRefresher {
    let outcome = Locked<@Sendable (Credentials) -> RefreshOutcome>({ .unavailable(.notRefreshable, $0) })
    /// The refresh tokens that it was asked with.
    let asked = Locked<[String]>([])

    func refresh(subject: String, _ credentials: Credentials) async -> RefreshOutcome {
        asked.withLock { $0.append(credentials.refreshToken ?? "") }
        return outcome.withLock { $0 }(credentials)
    }

    func answer(_ outcome: @escaping @Sendable (Credentials) -> RefreshOutcome) {
        self.outcome.withLock { $0 = outcome }
    }
}
