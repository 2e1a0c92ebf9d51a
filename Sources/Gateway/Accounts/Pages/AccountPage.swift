/// A page about logging in and out: what is said, not how it looks.
public enum AccountPage: Sendable, Hashable {
    /// The login did not work.
    case loginFailed(LoginFailure)
    /// The development login's form: `POST /login/development` with `account`, `groups` (separated by commas) and
    /// `next`.
    case developmentLogin(next: ReturnAddress, problem: String?)
    /// There is neither a provider nor a development login.
    case loginNotConfigured
    /// Logged out here; `providerLogout` is where the provider's own session ends, if it has such a place.
    case loggedOut(providerLogout: String?)
    /// The logout did not work: why, in a sentence for people, and what the request is called in the log.
    case stillLoggedIn(reason: String, requestID: String)
    /// Something was refused: why, in a sentence for people.
    case forbidden(reason: String)
}
