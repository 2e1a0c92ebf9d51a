/// The credentials for asking the provider about a person again. Secrets all: kept sealed, and its description says
/// nothing.
public struct Credentials: Sendable, Hashable, Codable, CustomStringConvertible, CustomDebugStringConvertible {
    /// For UserInfo.
    public var accessToken: String
    /// When the access token ends, in seconds since 1970; nil if it was not said.
    public var accessExpiry: Int64?
    /// For another access token.
    public var refreshToken: String?
    /// Tells the provider at a logout which session is meant.
    public var idToken: String?

    init(_ grant: TokenGrant, before: Credentials? = nil, now: Int64) {
        accessToken = grant.accessToken
        accessExpiry = grant.lifetime.map { now + $0 }
        refreshToken = grant.refreshToken ?? before?.refreshToken
        idToken = before?.idToken ?? grant.idToken
    }

    /// Nothing of it.
    public var description: String { "credentials" }
    /// Nothing of it.
    public var debugDescription: String { "credentials" }
}
