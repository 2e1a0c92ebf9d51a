/// The relying party's knowledge of the provider and of itself.
public struct OIDCSettings: Sendable, Hashable {
    /// The provider's issuer URL, with or without a slash at its end.
    public var issuer: String
    /// The provider's name for us.
    public var clientID: String
    /// Our proof that we are this client.
    public var authentication: ClientAuthentication
    /// The address to which people come back; registered at the provider letter by letter.
    public var redirectURI: String
    /// The address to which people go after a logout at the provider; nil leaves it to the provider.
    public var postLogoutRedirectURI: String?
    /// The requested scopes; `openid` among them.
    public var scopes: [String]
    /// The claims that may name the account, the first that is there counts.
    public var accountClaims: [String]
    /// The claim that lists groups.
    public var groupsClaim: String
    /// The signature algorithms that are accepted, and no others.
    public var algorithms: [SigningAlgorithm]
    /// The tolerance between clocks, in seconds.
    public var clockSkew: Int64
    /// The time that the discovery document is used.
    public var metadataMaxAge: Duration
    /// The time that the key set is used.
    public var keysMaxAge: Duration
    /// The least time between two fetches of the key set or the discovery document.
    public var refetchInterval: Duration

    /// Fedora's scopes.
    public static let fedoraScopes = [
        "openid", "profile", "email", "https://id.fedoraproject.org/scope/groups",
        "https://id.fedoraproject.org/scope/agreements",
    ]

    /// Settings with Fedora's defaults.
    public init(issuer: String, clientID: String, authentication: ClientAuthentication, redirectURI: String) {
        self.issuer = issuer
        self.clientID = clientID
        self.authentication = authentication
        self.redirectURI = redirectURI
        postLogoutRedirectURI = nil
        scopes = Self.fedoraScopes
        accountClaims = ["preferred_username", "nickname"]
        groupsClaim = "groups"
        algorithms = [.rs256]
        clockSkew = 60
        metadataMaxAge = .seconds(3600)
        keysMaxAge = .seconds(3600)
        refetchInterval = .seconds(60)
    }
}
