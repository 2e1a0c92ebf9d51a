/// The reason why a login failed. Its text is for a log: it holds no token, no code, no secret, and of what others sent
/// only what was cut to harmless words.
public enum OIDCError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The parties' documents and endpoints.
    public enum Endpoint: String, Sendable, Hashable {
        /// The discovery document.
        case discovery
        /// The key set.
        case keys
        /// The token endpoint.
        case token
        /// UserInfo.
        case userInfo = "UserInfo"
        /// The revocation endpoint.
        case revocation
    }

    /// No answer came.
    case unreachable(Endpoint, reason: String)
    /// An answer that is none: not JSON, or without what it must have.
    case malformed(Endpoint, reason: String)
    /// The discovery document is another issuer's.
    case issuerMismatch
    /// The callback's parameters are not those of a provider.
    case badCallback(reason: String)
    /// The callback is of a login that this browser did not begin, or that is over.
    case stateMismatch
    /// The callback says that it is of another provider (RFC 9207).
    case callbackIssuerMismatch
    /// The provider sent the person back with an error (RFC 6749 section 4.1.2.1).
    case refused(code: String)
    /// The token endpoint said no.
    case tokenRefused(code: String)
    /// The ID token does not hold.
    case idToken(IDTokenFault)
    /// UserInfo said no: the access token is not good any more.
    case userInfoRefused(code: String)
    /// UserInfo is about somebody else.
    case subjectMismatch
    /// None of the claims that may name the account is there.
    case noAccountName
    /// The provider gave no way to ask again.
    case notRefreshable

    /// One line for a log.
    public var description: String {
        switch self {
        case .unreachable(let endpoint, let reason): "the provider's \(endpoint.rawValue) does not answer: \(reason)"
        case .malformed(let endpoint, let reason): "the provider's \(endpoint.rawValue) answer is no use: \(reason)"
        case .issuerMismatch: "the discovery document names another issuer than the one configured"
        case .badCallback(let reason): "the callback is malformed: \(reason)"
        case .stateMismatch: "the callback does not belong to a login of this browser"
        case .callbackIssuerMismatch: "the callback names another issuer"
        case .refused(let code): "the provider refused the login: \(code)"
        case .tokenRefused(let code): "the token endpoint refused: \(code)"
        case .idToken(let fault): "the ID token does not hold: \(fault)"
        case .userInfoRefused(let code): "UserInfo refused: \(code)"
        case .subjectMismatch: "UserInfo has another subject than the ID token"
        case .noAccountName: "none of the configured claims names the account"
        case .notRefreshable: "the access token is over, and there is no refresh token"
        }
    }

    /// A word of others in harmless form: letters, digits, `_`, `-` and `.`, at most 64.
    static func word(_ text: String) -> String {
        let word = text.unicodeScalars.prefix(64).filter {
            $0.isASCII && ($0.properties.isAlphabetic || "0123456789_-.".unicodeScalars.contains($0))
        }
        return word.isEmpty ? "unnamed" : String(String.UnicodeScalarView(word))
    }
}
