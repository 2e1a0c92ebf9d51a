import Cryptography
import Database
import Encodings
import FoundationEssentials
import Logging
import OIDC
import ServiceLifecycle

/// The rules and bounds of sessions.
struct SessionSettings: Sendable {
    var rules = SessionRules()
    /// The time from the login to the end, however busy.
    var lifetime = Duration.seconds(7 * 86_400)
    /// The same, where the provider gave no refresh token: it cannot be asked whether the person is still who they
    /// were, so they log in anew after a day at most.
    var lifetimeWithoutRefresh: Duration { min(lifetime, .seconds(86_400)) }
    /// The time that someone may take to log in at the provider.
    var loginTimeout = Duration.seconds(600)
    /// The groups whose members administer.
    var adminGroups: [String] = []
    /// The maximum number of sessions of a person; with one more, the oldest ends.
    var maxPerAccount = 50
    /// The number of sessions held in memory.
    var cacheEntries = 4096
    /// The time for which such a session is used without asking the database.
    var cacheTimeToLive = Duration.seconds(5)
    /// The time that passes before a provider that could not be reached is asked again.
    var refreshRetry = Duration.seconds(30)
}

/// A login that just succeeded.
struct NewSession: Sendable {
    let account: String
    let subject: String
    let name: String?
    let groups: [String]
    let credentials: Credentials?
    let isDevelopment: Bool
    let userAgent: String?
    /// The time at which the person logged in at the provider; `nil` if it does not say.
    let authenticatedAt: UnixTime?
}

/// The sessions of people who are logged in: sessions in the database, by the hash of their ids, and for seconds in
/// memory. Works across replicas: what one ends, the others know within the cache's time.
actor SessionStore {
    /// The time to wait between looks for what another replica's refresh brought, and how often.
    private static let (pollInterval, polls) = (Duration.milliseconds(250), 20)

    private let table: SessionTable
    private let keys: KeyRing
    private let settings: SessionSettings
    /// The time that a refresh may take before another replica tries.
    private let refreshLease: Duration
    private let refresher: (any SessionRefresher)?
    private let revocation: GrantRevocation?
    private let logger: Logger
    private let clock: @Sendable () -> UnixTime
    private var cache: SessionCache
    /// Refreshes under way here: one a session. They go on when the request that began them is gone, because a refresh
    /// spends the old tokens and the new ones must be kept.
    private var refreshes: [SessionHash: Task<SessionRecord?, any Error>] = [:]

    init(
        database: any Database, keys: KeyRing, settings: SessionSettings, refreshLease: Duration,
        refresher: (any SessionRefresher)?, revocation: GrantRevocation? = nil, logger: Logger,
        clock: @escaping @Sendable () -> UnixTime = { .now() }
    ) {
        table = SessionTable(database: database, keys: keys)
        self.keys = keys
        self.settings = settings
        self.refreshLease = refreshLease
        self.refresher = refresher
        self.revocation = revocation
        self.logger = logger
        self.clock = clock
        cache = SessionCache(entries: settings.cacheEntries, timeToLive: settings.cacheTimeToLive)
    }

    // MARK: Beginning

    /// Begins a session under a new id; one that the browser had is ended.
    func begin(_ session: NewSession, replacing old: SessionID?) async throws -> SessionID {
        let now = clock()
        let id = try SessionID()
        let handle = Hex.encode(try SecureRandom.bytes(12))
        let isRefreshable = session.isDevelopment || session.credentials?.refreshToken != nil
        let lifetime = isRefreshable ? settings.lifetime : settings.lifetimeWithoutRefresh
        let record = SessionRecord(
            handle: handle, account: session.account, subject: session.subject, name: session.name,
            groups: session.groups, credentials: nil, isDevelopment: session.isDevelopment,
            userAgent: session.userAgent, createdAt: now, authenticatedAt: session.authenticatedAt.map { min($0, now) },
            seenAt: now, rightsAt: now, refreshAfter: now, expiresAt: now.advanced(by: lifetime))
        try await table.insert(
            record, session.credentials, hash: id.hash, replacing: old?.hash, limit: settings.maxPerAccount)
        // The account's oldest may have gone with it.
        cache.removeAll()
        return id
    }

    /// Notes that a login in progress was used.
    /// - Returns: false if it had been used before, here or elsewhere.
    func use(state: String, until end: UnixTime) async throws -> Bool {
        try await table.use(Self.hash(ofState: state), until: end)
    }

    /// Returns a Boolean value that indicates whether a login in progress was used, here or elsewhere.
    func isUsed(state: String) async throws -> Bool {
        try await table.isUsed(Self.hash(ofState: state))
    }

    private static func hash(ofState state: String) -> [UInt8] {
        SHA256.digest(Array("webhook2fedmsg login v1\0\(state)".utf8))
    }

    // MARK: Finding

    /// The session of an id, with groups as fresh as can be had; nil if there is none any more.
    func find(_ id: SessionID) async throws -> SessionRecord? {
        let hash = id.hash
        let now = clock()
        guard var record = try await read(hash), settings.rules.isAlive(record, now: now) else { return nil }
        if settings.rules.needsRefresh(record, now: now), let refresher {
            guard let refreshed = try await refresh(record, hash, refresher) else { return nil }
            record = refreshed
        }
        guard settings.rules.needsTouch(record, now: now) else { return record }
        let generation = cache.generation
        if try await table.touch(hash, at: now) {
            record.seenAt = now
        } else {
            guard let found = try await table.find(hash) else { return nil }
            record = found
        }
        keep(record, hash, generation)
        return record
    }

    private func read(_ hash: SessionHash) async throws -> SessionRecord? {
        if let record = cache.find(hash, now: .now) { return record }
        let generation = cache.generation
        let record = try await table.find(hash)
        if let record { keep(record, hash, generation) }
        return record
    }

    private func keep(_ record: SessionRecord, _ hash: SessionHash, _ generation: SessionCache.Generation) {
        cache.store(record, for: hash, generation, now: .now)
    }

    /// The account's sessions that count, newest first.
    func list(of account: String) async throws -> [SessionRecord] {
        let now = clock()
        return try await table.list(of: account, limit: settings.maxPerAccount).filter {
            settings.rules.isAlive($0, now: now)
        }
    }

    /// Returns the credentials for asking the provider about a session.
    func credentials(of record: SessionRecord) -> Credentials? {
        guard let sealed = record.credentials,
            let bytes = try? keys.open(sealed, for: record.credentialsPlace)
        else { return nil }
        return try? JSONDecoder().decode(Credentials.self, from: Data(bytes))
    }

    // MARK: Ending

    /// Ends a session.
    func end(_ id: SessionID) async throws {
        let ended = try await table.delete(id.hash)
        cache.remove(id.hash)
        await giveBack([ended].compactMap { $0 })
    }

    /// Ends one of the account's.
    /// - Returns: whether there was one.
    func end(handle: String, of account: String) async throws -> Bool {
        let ended = try await table.delete(handle: handle, of: account)
        cache.removeAll()
        await giveBack([ended].compactMap { $0 })
        return ended != nil
    }

    /// Ends all of the account's, on every device.
    func endAll(of account: String) async throws {
        let ended = try await table.deleteAll(of: account)
        cache.removeAll()
        await giveBack(ended)
    }

    /// The provider is told of what a person ended: nobody can ask it with their grants any more.
    private func giveBack(_ ended: [SessionRecord]) async {
        await revocation?.revoke(ended.compactMap(credentials(of:)))
    }

    /// Forgets what is in memory: another replica changed something.
    func forgetAll() {
        cache.removeAll()
    }

    // MARK: Asking the provider again

    private func refresh(
        _ record: SessionRecord, _ hash: SessionHash, _ refresher: any SessionRefresher
    ) async throws -> SessionRecord? {
        if let running = refreshes[hash] { return try await running.value }
        let task = Task { try await self.runRefresh(record, hash, refresher) }
        refreshes[hash] = task
        return try await task.value
    }

    private func runRefresh(
        _ record: SessionRecord, _ hash: SessionHash, _ refresher: any SessionRefresher
    ) async throws -> SessionRecord? {
        defer { refreshes[hash] = nil }
        let now = clock()
        let until = now.advanced(by: refreshLease)
        guard try await table.lease(hash, rightsAt: record.rightsAt, now: now, until: until) else {
            return try await awaitOther(record, hash)
        }
        guard let credentials = credentials(of: record) else {
            logger.warning("a session's credentials cannot be read", metadata: ["account": "\(record.account)"])
            return try await endRefresh(hash)
        }
        var new = record
        switch await refresher.refresh(subject: record.subject, credentials) {
        case .current(let identity, let credentials) where identity.account == record.account:
            new.name = identity.name
            new.groups = AccountNames.groups(identity.groups)
            new.rightsAt = clock()
            return try await finish(new, credentials, hash)
        case .current:
            logger.notice("an account has another name now", metadata: ["account": "\(record.account)"])
            return try await endRefresh(hash)
        case .ended(let error):
            logger.notice(
                "the provider ended a login", metadata: ["account": "\(record.account)", "error": "\(error)"])
            return try await endRefresh(hash)
        case .unavailable(let error, let credentials):
            logger.warning(
                "cannot ask the provider for groups", metadata: ["account": "\(record.account)", "error": "\(error)"])
            new.refreshAfter = clock().advanced(by: settings.refreshRetry)
            return try await finish(new, credentials, hash)
        }
    }

    private func finish(
        _ record: SessionRecord, _ credentials: Credentials, _ hash: SessionHash
    ) async throws -> SessionRecord? {
        let stored = try await table.store(record, credentials, hash: hash)
        cache.remove(hash)
        guard let stored else { return nil }
        keep(stored, hash, cache.generation)
        return stored
    }

    /// The refresh showed that the session is over.
    private func endRefresh(_ hash: SessionHash) async throws -> SessionRecord? {
        try await table.delete(hash)
        cache.remove(hash)
        return nil
    }

    /// Another replica asks already: what it brings, or the old, if that takes too long.
    private func awaitOther(_ record: SessionRecord, _ hash: SessionHash) async throws -> SessionRecord? {
        for _ in 0..<Self.polls {
            let generation = cache.generation
            guard let found = try await table.find(hash) else {
                cache.remove(hash)
                return nil
            }
            if found.rightsAt != record.rightsAt || found.refreshAfter != record.refreshAfter {
                keep(found, hash, generation)
                return found
            }
            try await Task.sleep(for: Self.pollInterval)
        }
        return record
    }
}

/// Listens for the end of sessions on other replicas, and drops the cached ones. While nothing is heard, a
/// session is read again after `sessions.cache_ttl`.
struct SessionChangeListener: Service {
    /// PostgreSQL's channel. It belongs to migrations that were released: it does not change.
    static let channel = "w2f_session"

    let database: any Database
    let store: SessionStore

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await notice in database.notices(on: Self.channel) {
                switch notice {
                case .listening, .changed: await store.forgetAll()
                case .lost: break
                }
            }
        }
        // The stream ends with the database; this service ends with the process.
        try? await gracefulShutdown()
    }
}
