import Database
import Testing

@testable import Gateway

@Suite struct SessionCacheTests {
    private let start = ContinuousClock.now
    private let hash = SessionHash(bytes: [1])

    @Test func `a session is kept for a while`() {
        var cache = SessionCache(entries: 2, timeToLive: .seconds(5))
        let generation = cache.generation
        cache.store(.test(), for: hash, generation, now: start)
        #expect(cache.find(hash, now: start + .milliseconds(4999)) == .test())
        #expect(cache.find(hash, now: start + .seconds(5)) == nil)
    }

    /// The read may have seen the session that was ended meanwhile.
    @Test func `a read that was overtaken is not kept`() {
        var cache = SessionCache(entries: 2, timeToLive: .seconds(5))
        let generation = cache.generation
        cache.remove(SessionHash(bytes: [2]))
        cache.store(.test(), for: hash, generation, now: start)
        #expect(cache.find(hash, now: start) == nil)
    }

    @Test func `there are only so many`() {
        var cache = SessionCache(entries: 2, timeToLive: .seconds(5))
        for number: UInt8 in 0..<10 {
            cache.store(.test(), for: SessionHash(bytes: [number]), cache.generation, now: start)
        }
        let found = (UInt8(0)..<10).filter { cache.find(SessionHash(bytes: [$0]), now: start) != nil }
        #expect(found.count == 2)
        cache.removeAll()
        #expect(found.allSatisfy { cache.find(SessionHash(bytes: [$0]), now: start) == nil })
    }
}

@Suite struct SessionRulesTests {
    private let rules = SessionRules(
        idleTimeout: .seconds(100), rightsMaxAge: .seconds(10), adminLoginMaxAge: .seconds(50),
        touchInterval: .seconds(5))

    @Test func `times pass`() {
        let record = SessionRecord.test(
            credentials: SealedValue(keyID: "k", bytes: [1]), expiresAt: .after(1000), authenticatedAt: .after(-20))
        #expect(rules.isAlive(record, now: .after(99)))
        #expect(!rules.isAlive(record, now: .after(100)))
        #expect(!rules.needsTouch(record, now: .after(4)))
        #expect(rules.needsTouch(record, now: .after(5)))
        #expect(!rules.areRightsStale(record, now: .after(9)))
        #expect(rules.areRightsStale(record, now: .after(10)))
        #expect(rules.needsRefresh(record, now: .after(10)))
        #expect(rules.adminFreshUntil(record) == .after(30))
    }

    @Test func `the end comes however busy`() {
        var record = SessionRecord.test(expiresAt: .after(1000))
        record.seenAt = .after(999)
        #expect(rules.isAlive(record, now: .after(999)))
        #expect(!rules.isAlive(record, now: .after(1000)))
    }

    @Test func `a provider that failed is left alone`() {
        var record = SessionRecord.test(credentials: SealedValue(keyID: "k", bytes: [1]), expiresAt: .after(1000))
        record.refreshAfter = .after(40)
        #expect(rules.areRightsStale(record, now: .after(39)))
        #expect(!rules.needsRefresh(record, now: .after(39)))
        #expect(rules.needsRefresh(record, now: .after(40)))
    }

    @Test func `the development login knows its groups for ever`() {
        let record = SessionRecord.test(isDevelopment: true, expiresAt: .after(1000))
        #expect(!rules.areRightsStale(record, now: .after(99)))
    }

    private func session(_ record: SessionRecord, now: UnixTime, admins: [String] = ["sysadmin"]) throws -> Session {
        try Session(record, id: SessionID(), rules: rules, adminGroups: admins, now: now)
    }

    @Test func `what a session may do`() throws {
        let record = SessionRecord.test(groups: ["packager", "sysadmin"], expiresAt: .after(1000))
        let fresh = try session(record, now: .after(9))
        #expect(fresh.groups == ["packager", "sysadmin"])
        #expect(fresh.person.mayAdminister(at: .after(9)))
        #expect(fresh.person.isAdmin)
        #expect(fresh.person.adminFreshUntil == .after(50))
        let stale = try session(record, now: .after(10))
        #expect(stale.groups == [])
        #expect(!stale.isAdmin, "groups that are too old make nobody an administrator")
        #expect(stale.person.adminFreshUntil == nil)
        #expect(try !session(record, now: .after(9), admins: []).isAdmin)
    }

    @Test func `administration needs a fresh login`() throws {
        var record = SessionRecord.test(groups: ["sysadmin"], expiresAt: .after(1000))
        record.rightsAt = .after(45)
        #expect(try session(record, now: .after(49)).person.mayAdminister(at: .after(49)))
        let late = try session(record, now: .after(50))
        #expect(late.isAdmin)
        #expect(!late.person.mayAdminister(at: .after(50)))
    }

    /// A provider that does not say when the person logged in says nothing of how fresh that is.
    @Test func `a login that nobody dated is never fresh`() throws {
        let record = SessionRecord.test(groups: ["sysadmin"], authenticatedAt: nil)
        let session = try session(record, now: .after(0))
        #expect(session.isAdmin && !session.person.mayAdminister(at: .after(0)))
        #expect(session.person.adminFreshUntil == nil)
        let owners = [try TokenOwner(.user, name: "zoe")]
        #expect(
            Authorization.decide(session.person, .edit, owners: owners, now: .after(0)) == .forbid(.staleLogin))
        #expect(Authorization.decide(session.person, .view, owners: owners, now: .after(0)) == .allow(.admin))
    }
}

extension UnixTime {
    /// Seconds after the tests' beginning.
    static func after(_ seconds: Int64) -> UnixTime {
        UnixTime(milliseconds: 1_795_455_986_000 + seconds * 1000)
    }
}

extension SessionRecord {
    static func test(
        groups: [String] = ["packager"], credentials: SealedValue? = nil, isDevelopment: Bool = false,
        expiresAt: UnixTime = .after(1000), authenticatedAt: UnixTime? = .after(0)
    ) -> SessionRecord {
        SessionRecord(
            handle: "h", account: "alice", subject: "alice", name: "Alice", groups: groups, credentials: credentials,
            isDevelopment: isDevelopment, userAgent: nil, createdAt: .after(0), authenticatedAt: authenticatedAt,
            seenAt: .after(0), rightsAt: .after(0), refreshAfter: .after(0), expiresAt: expiresAt)
    }
}
