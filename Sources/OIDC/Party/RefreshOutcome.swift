/// The outcome of asking again who somebody is.
public enum RefreshOutcome: Sendable, Hashable {
    /// This is what holds now.
    case current(Identity, Credentials)
    /// The provider does not know the grant any more: the login is over.
    case ended(OIDCError)
    /// It cannot be said now. The credentials may be new ones all the same.
    case unavailable(OIDCError, Credentials)
}
