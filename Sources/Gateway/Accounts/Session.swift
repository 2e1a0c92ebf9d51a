import Database
import OIDC

/// Somebody's login in one browser, as it is for one request.
struct Session: Sendable, Hashable {
    let account: String
    /// The display name of the person: untrusted text.
    let displayName: String?
    /// The groups, in order; none while ``rightsAreStale``.
    let groups: [String]
    /// A Boolean value that indicates whether the provider could not be asked for groups for too long: groups, and with
    /// them administration, do not count.
    let rightsAreStale: Bool
    /// A Boolean value that indicates whether one of the groups is a group of administrators.
    let isAdmin: Bool
    /// The time until which the login is recent enough for what only administrators may change; `nil` if it never was.
    let adminFreshUntil: UnixTime?
    /// The value of the field `csrf` in forms.
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
    /// The name in the person's list of sessions, which tells nothing of the id.
    let handle: String
    let account: String
    /// The provider's name for the person; empty for the development login.
    let subject: String
    var name: String?
    var groups: [String]
    /// The sealed credentials for asking the provider again; `nil` if there are none.
    var credentials: SealedValue?
    let isDevelopment: Bool
    let userAgent: String?
    let createdAt: UnixTime
    /// The time at which the person logged in at the provider, perhaps long before; `nil` if the provider did not say.
    let authenticatedAt: UnixTime?
    var seenAt: UnixTime
    /// The time at which the groups were last read.
    var rightsAt: UnixTime
    /// The time before which the provider is not asked again, after it failed.
    var refreshAfter: UnixTime
    let expiresAt: UnixTime

    /// The place for which the credentials are sealed.
    var credentialsPlace: SealedPlace { SealedPlace(column: "session.credentials", row: handle) }
}

/// The rules about a session's times. Times are passed in.
struct SessionRules: Sendable, Hashable {
    /// The time for which nobody may use a session before it is over.
    var idleTimeout = Duration.seconds(12 * 3600)
    /// The time for which the groups that the provider told count.
    var rightsMaxAge = Duration.seconds(900)
    /// The maximum age of the login for actions of administrators.
    var adminLoginMaxAge = Duration.seconds(3600)
    /// The precision of the last use.
    var touchInterval = Duration.seconds(60)

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

    /// Returns the time until which the login is recent enough for what only administrators may change; `nil` if it is
    /// not known when it was.
    func adminFreshUntil(_ record: SessionRecord) -> UnixTime? {
        record.authenticatedAt?.advanced(by: adminLoginMaxAge)
    }
}
