/// The discovery document (OpenID Connect Discovery section 3), as far as we need it.
public struct ProviderMetadata: Sendable, Hashable {
    /// The issuer, letter by letter as `iss` must have it.
    public let issuer: String
    /// The address of the login.
    public let authorizationEndpoint: String
    /// The address at which a code becomes tokens.
    public let tokenEndpoint: String
    /// The address of names and groups.
    public let userInfoEndpoint: String
    /// The address of the keys.
    public let keysURL: String
    /// The address of the logout, if there is one.
    public let endSessionEndpoint: String?
    /// The address at which tokens are given back (RFC 7009), if there is such a place.
    public let revocationEndpoint: String?
    /// A Boolean value that indicates whether every callback has `iss` (RFC 9207).
    public let alwaysNamesIssuer: Bool

    /// Returns the address of an issuer's document.
    public static func url(of issuer: String) -> String {
        withoutSlash(issuer) + "/.well-known/openid-configuration"
    }

    /// Reads the document.
    /// - Parameter issuer: the issuer as configured; a slash at the end makes no difference (Ipsilon has one, Fedora's
    ///   settings do not).
    init(_ response: ProviderResponse, configured issuer: String) throws(OIDCError) {
        let members: [String: JSONValue]
        switch response.content {
        case .object(let object): members = object
        case .error(let code): throw .malformed(.discovery, reason: code)
        case .nothing(let reason): throw .malformed(.discovery, reason: reason)
        }
        guard let named = members["issuer"]?.text, Self.withoutSlash(named) == Self.withoutSlash(issuer) else {
            throw .issuerMismatch
        }
        self.issuer = named
        let isPlain = named.lowercased().hasPrefix("http://")
        authorizationEndpoint = try Self.endpoint("authorization_endpoint", in: members, isPlain: isPlain)
        tokenEndpoint = try Self.endpoint("token_endpoint", in: members, isPlain: isPlain)
        userInfoEndpoint = try Self.endpoint("userinfo_endpoint", in: members, isPlain: isPlain)
        keysURL = try Self.endpoint("jwks_uri", in: members, isPlain: isPlain)
        endSessionEndpoint = try? Self.endpoint("end_session_endpoint", in: members, isPlain: isPlain)
        revocationEndpoint = try? Self.endpoint("revocation_endpoint", in: members, isPlain: isPlain)
        alwaysNamesIssuer = members["authorization_response_iss_parameter_supported"] == .boolean(true)
    }

    /// An endpoint is https; http only where the issuer itself is.
    private static func endpoint(
        _ name: String, in members: [String: JSONValue], isPlain: Bool
    ) throws(OIDCError) -> String {
        guard let url = members[name]?.text else { throw .malformed(.discovery, reason: "no \(name)") }
        let start = url.prefix(8).lowercased()
        guard start.hasPrefix("https://") || isPlain && start.hasPrefix("http://"),
            url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }), url.utf8.count <= 2048
        else { throw .malformed(.discovery, reason: "\(name) is no https URL") }
        return url
    }

    private static func withoutSlash(_ url: String) -> String {
        url.hasSuffix("/") ? String(url.dropLast()) : url
    }
}
