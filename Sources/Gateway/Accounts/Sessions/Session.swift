import Database

/// Someone's login in one browser, as it holds for one request.
public struct Session: Sendable, Hashable {
    /// The account's name.
    public let account: String
    /// The display name of the person, in words of others.
    public let displayName: String?
    /// The groups, in order; none while ``rightsAreStale``.
    public let groups: [String]
    /// The provider could not be asked for groups for too long: groups, and with them administration, do not count.
    public let rightsAreStale: Bool
    /// A Boolean value that indicates whether one of the groups is a group of administrators.
    public let isAdmin: Bool
    /// Until when the login is recent enough for what only administrators may change; nil if it never was.
    public let adminFreshUntil: UnixTime?
    /// The content of the forms' field `csrf`.
    public let csrfToken: String
    /// When the person logged in at the provider; nil if the provider did not say.
    public let authenticatedAt: UnixTime?
    /// When this session began.
    public let createdAt: UnixTime
    /// When it ends, however busy.
    public let expiresAt: UnixTime
    /// A Boolean value that indicates whether it was begun by the development login.
    public let isDevelopment: Bool
    /// The name in the person's list of sessions.
    let handle: String
    /// The browser's id.
    let id: SessionID
    private let now: UnixTime

    init(_ record: SessionRecord, id: SessionID, rules: SessionRules, adminGroups: [String], now: UnixTime) throws {
        account = record.account
        displayName = record.name
        rightsAreStale = rules.areRightsStale(record, now: now)
        groups = rightsAreStale ? [] : record.groups
        isAdmin = groups.contains { adminGroups.contains($0) }
        adminFreshUntil = rules.adminFreshUntil(record)
        csrfToken = try id.csrfToken()
        authenticatedAt = record.authenticatedAt
        createdAt = record.createdAt
        expiresAt = record.expiresAt
        isDevelopment = record.isDevelopment
        handle = record.handle
        self.id = id
        self.now = now
    }

    /// A Boolean value that indicates whether the login is recent enough for what only administrators may change.
    public var hasFreshLogin: Bool { adminFreshUntil.map { now < $0 } ?? false }

    /// A Boolean value that indicates whether the person may change what only administrators may, now.
    public var mayAdminister: Bool { isAdmin && hasFreshLogin }

    /// The person, as far as rights go.
    public var person: Person {
        Person(
            account: account, groups: Set(groups), isAdmin: isAdmin, adminFreshUntil: isAdmin ? adminFreshUntil : nil)
    }
}
