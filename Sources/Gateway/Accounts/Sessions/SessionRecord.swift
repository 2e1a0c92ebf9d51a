import Database
import OIDC

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
