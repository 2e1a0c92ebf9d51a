import Cryptography
import Encodings

/// The relying party's knowledge of the provider and of itself, with Fedora's defaults.
public struct OIDCSettings: Sendable, Hashable {
    /// The provider's issuer URL, with or without a slash at its end; empty where there is no provider.
    public var issuer: String
    /// The provider's name for us.
    public var clientID = "webhook2fedmsg"
    /// The secret that the provider gave us.
    public var clientSecret: String?
    /// Our proof that we are this client.
    public var clientAuthentication = ClientAuthentication.post
    /// The address to which people come back; registered at the provider letter by letter.
    public var redirectURI: String
    /// The address to which people go after a logout at the provider; nil leaves it to the provider.
    public var postLogoutRedirectURI: String?
    /// The requested scopes; `openid` among them.
    public var scopes = [
        "openid", "profile", "email", "https://id.fedoraproject.org/scope/groups",
        "https://id.fedoraproject.org/scope/agreements",
    ]
    /// The claims that may name the account, the first that is there counts.
    public var accountClaims = ["preferred_username", "nickname"]
    /// The claim that lists groups.
    public var groupsClaim = "groups"
    /// The signature algorithms that are accepted, and no others.
    public var algorithms: [SigningAlgorithm] = [.rs256]
    /// The tolerance between clocks, in seconds.
    public var clockSkew: Int64 = 60
    /// The time that the discovery document and the key set are used.
    public var documentsMaxAge = Duration.seconds(3600)
    /// The least time between two fetches of the key set or the discovery document.
    public var refetchInterval = Duration.seconds(60)

    /// Settings for a provider.
    public init(issuer: String = "", redirectURI: String = "") {
        self.issuer = issuer
        self.redirectURI = redirectURI
    }
}

/// The client's proof at the token endpoint (OpenID Connect Core section 9).
public enum ClientAuthentication: String, Sendable, Hashable, CaseIterable {
    /// The secret among the form's fields.
    case post = "client_secret_post"
    /// Id and secret, each form-encoded, as HTTP Basic credentials (RFC 6749 section 2.3.1).
    case basic = "client_secret_basic"
    /// A public client, protected by PKCE.
    case none
}

extension OIDCSettings {
    /// Adds to a request what proves that it is ours.
    func authenticate(form: inout FormEncoder, fields: inout [ProviderRequest.Field]) {
        switch clientAuthentication {
        case .post:
            form.add("client_id", clientID)
            form.add("client_secret", clientSecret ?? "")
        case .basic:
            let pair = "\(PercentEncoding.encode(clientID)):\(PercentEncoding.encode(clientSecret ?? ""))"
            fields.append(.init("Authorization", "Basic \(Base64.encode(Array(pair.utf8)))"))
        case .none:
            form.add("client_id", clientID)
        }
    }
}
