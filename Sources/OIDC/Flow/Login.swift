/// A login that holds.
public struct Login: Sendable, Hashable {
    /// The person.
    public let identity: Identity
    /// For asking again.
    public let credentials: Credentials
    /// When the person logged in at the provider, in seconds since 1970; nil if it does not say.
    public let authenticatedAt: Int64?
}
