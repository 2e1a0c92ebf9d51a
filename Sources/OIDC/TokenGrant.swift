/// The response of the token endpoint (RFC 6749 section 5.1). Secrets all: its description says nothing.
struct TokenGrant: Sendable, CustomStringConvertible {
    let accessToken: String
    /// Seconds that the access token lasts, if it was said.
    let lifetime: Int64?
    let refreshToken: String?
    let idToken: String?

    var description: String { "a token grant" }

    init(_ response: ProviderResponse) throws(OIDCError) {
        let members: [String: JSONValue]
        switch response.content {
        case .object(let object): members = object
        case .error(let code): throw .tokenRefused(code: code)
        case .nothing(let reason): throw .malformed(.token, reason: reason)
        }
        guard let accessToken = members["access_token"]?.text, Self.isPrintable(accessToken) else {
            throw .malformed(.token, reason: "no access_token")
        }
        guard members["token_type"]?.text?.lowercased() == "bearer" else {
            throw .malformed(.token, reason: "token_type is not Bearer")
        }
        self.accessToken = accessToken
        refreshToken = members["refresh_token"]?.text
        idToken = members["id_token"]?.text
        switch members["expires_in"] {
        // Some write the number as text.
        case .string(let text): lifetime = Double(text).flatMap { JSONValue.number($0).clampedSeconds }
        case let value: lifetime = value?.clampedSeconds
        }
    }

    /// The longest that is believed, in seconds: ten years.
    static let maximumLifetime: Int64 = 10 * 365 * 86_400

    /// It goes into a header field: nothing in it may end the line.
    private static func isPrintable(_ token: String) -> Bool {
        token.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}

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
