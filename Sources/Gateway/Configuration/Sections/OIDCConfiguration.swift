import OIDC

/// `[oidc]`: where people log in.
public struct OIDCConfiguration: ConfigurationSection {
    /// The client's way to prove itself to the provider.
    public enum Authentication: String, Sendable, Hashable, CaseIterable {
        /// The secret among the form's fields.
        case post = "client_secret_post"
        /// The secret as HTTP Basic credentials.
        case basic = "client_secret_basic"
        /// No secret.
        case none
    }

    /// The provider's issuer URL; without it, nobody logs in.
    public var issuer: String?
    /// The provider's name for this server.
    public var clientID = "webhook2fedmsg"
    /// The secret that the provider gave.
    public var clientSecret: String?
    /// The way in which the client proves itself.
    public var clientAuthentication = Authentication.post
    /// The requested scopes.
    public var scopes = OIDCSettings.fedoraScopes
    /// The claims that may name the account.
    public var accountClaims = ["preferred_username", "nickname"]
    /// The claim that lists groups.
    public var groupsClaim = "groups"
    /// The signature algorithms of ID tokens.
    public var idTokenAlgorithms = ["RS256"]
    /// Certificate authorities to trust.
    public var caFile: String?
    /// The tolerance between clocks.
    public var clockSkew = Duration.seconds(60)
    /// Resolving, connecting and TLS.
    public var connectTimeout = Duration.seconds(5)
    /// One request in all.
    public var requestTimeout = Duration.seconds(10)
    /// Bytes of an answer.
    public var maxResponseSize = 256 << 10
    /// Requests at once.
    public var maxRequests = 8
    /// Requests that wait.
    public var maxWaiters = 64
    /// The time that the provider's documents are used.
    public var documentsMaxAge = Duration.seconds(3600)
    /// The least time between two fetches of one.
    public var refetchInterval = Duration.seconds(60)

    /// The defaults.
    public init() {}

    static let documentation = [
        "Where people log in: an OpenID provider. Its client for this server has the redirect URI",
        "<server.public_url>/login/callback, letter by letter. Without issuer nobody can log in.",
    ]

    static let keys = clientKeys + claimKeys + requestKeys

    private static let clientKeys = [
        key(
            "issuer", \.issuer, .optionalString("a URL"),
            "The provider's issuer URL, such as \"https://id.fedoraproject.org/openidc\"."),
        key("client_id", \.clientID, .string("a client's id", emptyAllowed: false), "What the provider calls us."),
        key(
            "client_secret", \.clientSecret, .optionalString("a secret"), secret: true,
            "The secret that the provider gave us; better by W2F_OIDC_CLIENT_SECRET_FILE."),
        key(
            "client_authentication", \.clientAuthentication, .choice,
            "How the client is registered: client_secret_post, client_secret_basic or none."),
        key(
            "scopes", \.scopes, .names("a list of scopes"),
            "What is asked for. A scope that the provider does not know makes it refuse all logins."),
    ]

    private static let claimKeys = [
        key(
            "account_claims", \.accountClaims, .names("a list of claims"),
            "The claims of UserInfo that may name the account; the first that is there counts. They must be unique to a "
                + "person for ever."),
        key(
            "groups_claim", \.groupsClaim, .string("a claim", emptyAllowed: false),
            "The claim of UserInfo that lists groups."),
        key(
            "id_token_algorithms", \.idTokenAlgorithms, .names("a list of algorithms"),
            "The signature algorithms that ID tokens may have, of RS256, RS384, RS512, PS256, PS384, PS512, ES256, "
                + "ES384, ES512 and EdDSA."),
        key(
            "clock_skew", \.clockSkew, .duration(.zero ... .seconds(300)),
            "How far the provider's clock and ours may differ."),
    ]

    private static let requestKeys = [
        key(
            "ca_file", \.caFile, .optionalString("a path"),
            "Certificate authorities to trust, in PEM; empty trusts the system's."),
        key(
            "connect_timeout", \.connectTimeout, .duration(.milliseconds(100) ... .seconds(60)),
            "Resolving the provider's name, connecting and TLS."),
        key(
            "request_timeout", \.requestTimeout, .duration(.milliseconds(100) ... .seconds(60)),
            "One request to the provider in all."),
        key("max_response_size", \.maxResponseSize, .size(16 << 10...16 << 20), "Bytes of the provider's answers."),
        key("max_requests", \.maxRequests, .integer(1...1000), "Requests to the provider at once."),
        key("max_waiters", \.maxWaiters, .integer(0...100_000), "Requests that wait for these; further ones fail."),
        key(
            "documents_max_age", \.documentsMaxAge, .duration(.seconds(60) ... .seconds(604_800)),
            "How long the provider's discovery document and keys are used."),
        key(
            "refetch_interval", \.refetchInterval, .duration(.seconds(1) ... .seconds(3600)),
            "The least time between two fetches of one of them, such as for a key that is not known yet."),
    ]
}
