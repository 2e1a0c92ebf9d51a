import Database
import OIDC

/// Someone's login in one browser, as it holds for one request.
struct Session: Sendable, Hashable {
    /// The account's name.
    let account: String
    /// The display name of the person, in words of others.
    let displayName: String?
    /// The groups, in order; none while ``rightsAreStale``.
    let groups: [String]
    /// The provider could not be asked for groups for too long: groups, and with them administration, do not count.
    let rightsAreStale: Bool
    /// A Boolean value that indicates whether one of the groups is a group of administrators.
    let isAdmin: Bool
    /// Until when the login is recent enough for what only administrators may change; nil if it never was.
    let adminFreshUntil: UnixTime?
    /// The content of the forms' field `csrf`.
    let csrfToken: String
    /// A Boolean value that indicates whether it was begun by the development login.
    let isDevelopment: Bool
    /// The name in the person's list of sessions.
    let handle: String
    /// The browser's id.
    let id: SessionID

    /// The person, as far as rights go.
    var person: Person {
        Person(
            account: account, groups: Set(groups), isAdmin: isAdmin, adminFreshUntil: isAdmin ? adminFreshUntil : nil)
    }
}

extension Session {
    /// - Throws: `CryptographyError`.
    init(_ record: SessionRecord, id: SessionID, rules: SessionRules, adminGroups: [String], now: UnixTime) throws {
        let rightsAreStale = rules.areRightsStale(record, now: now)
        let groups = rightsAreStale ? [] : record.groups
        self.init(
            account: record.account, displayName: record.name, groups: groups, rightsAreStale: rightsAreStale,
            isAdmin: groups.contains { adminGroups.contains($0) }, adminFreshUntil: rules.adminFreshUntil(record),
            csrfToken: try id.csrfToken(), isDevelopment: record.isDevelopment, handle: record.handle, id: id)
    }
}

/// A session as it stands in the database.
struct SessionRecord: Sendable, Hashable {
    /// The name in someone's list of sessions; says nothing of the id.
    let handle: String
    let account: String
    /// The provider's name for the person; empty for the development login.
    let subject: String
    var name: String?
    var groups: [String]
    /// For asking the provider again, sealed; nil if that cannot be done.
    var credentials: SealedValue?
    let isDevelopment: Bool
    let userAgent: String?
    let createdAt: UnixTime
    /// When the person logged in at the provider: perhaps long before; nil if the provider did not say.
    let authenticatedAt: UnixTime?
    var seenAt: UnixTime
    /// When the groups were last heard of.
    var rightsAt: UnixTime
    /// Not asked again before, after it failed.
    var refreshAfter: UnixTime
    let expiresAt: UnixTime

    /// The place for which the credentials are sealed.
    var credentialsPlace: SealedPlace { SealedPlace(column: "session.credentials", row: handle) }
}

/// The meaning of a session's times. Pure; the time is passed in.
struct SessionRules: Sendable, Hashable {
    let idleTimeout: Duration
    let rightsMaxAge: Duration
    let adminLoginMaxAge: Duration
    let touchInterval: Duration

    /// Returns a Boolean value that indicates whether it still counts.
    func isAlive(_ record: SessionRecord, now: UnixTime) -> Bool {
        now < record.expiresAt && now < record.seenAt.advanced(by: idleTimeout)
    }

    /// Returns a Boolean value that indicates whether its last use is to be written down again.
    func needsTouch(_ record: SessionRecord, now: UnixTime) -> Bool {
        record.seenAt.advanced(by: touchInterval) <= now
    }

    /// Returns a Boolean value that indicates whether the groups are too old to mean anything.
    func areRightsStale(_ record: SessionRecord, now: UnixTime) -> Bool {
        !record.isDevelopment && record.rightsAt.advanced(by: rightsMaxAge) <= now
    }

    /// Returns a Boolean value that indicates whether the provider is to be asked again.
    func needsRefresh(_ record: SessionRecord, now: UnixTime) -> Bool {
        areRightsStale(record, now: now) && record.credentials != nil && record.refreshAfter <= now
    }

    /// Until when the login is recent enough for what only administrators may change; nil if nobody knows when it was.
    func adminFreshUntil(_ record: SessionRecord) -> UnixTime? {
        record.authenticatedAt?.advanced(by: adminLoginMaxAge)
    }
}
