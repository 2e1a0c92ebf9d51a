import Cryptography
import Encodings

/// The way from a callback to a login, without I/O: what happened goes in, what to do next comes out.
///
///     begin → ask the token endpoint → tokenAnswer → check the signature → signatureHolds → ask UserInfo
///           → userInfoAnswer → the login
struct LoginFlow {
    private let settings: OIDCSettings
    private let metadata: ProviderMetadata
    private let attempt: LoginAttempt
    private var code = ""
    private var grant: TokenGrant?
    private var holder: IDTokenRules.Holder?

    init(settings: OIDCSettings, metadata: ProviderMetadata, attempt: LoginAttempt) {
        self.settings = settings
        self.metadata = metadata
        self.attempt = attempt
    }

    /// Returns the address at which the person logs in.
    static func authorizationURL(
        _ settings: OIDCSettings, _ metadata: ProviderMetadata, _ attempt: LoginAttempt
    ) -> String {
        var query = FormEncoder()
        query.add("response_type", "code")
        query.add("client_id", settings.clientID)
        query.add("redirect_uri", settings.redirectURI)
        query.add("scope", settings.scopes.joined(separator: " "))
        query.add("state", attempt.state)
        query.add("nonce", attempt.nonce)
        query.add("code_challenge", PKCE.challenge(of: attempt.verifier))
        query.add("code_challenge_method", "S256")
        if let maxAge = attempt.maxAge {
            // With `max_age`, `auth_time` has to be in the ID token; `prompt` is for providers that do not heed it.
            query.add("max_age", "\(maxAge)")
            query.add("prompt", "login")
        }
        return query.appended(to: metadata.authorizationEndpoint)
    }

    /// The person came back: what to ask the token endpoint.
    mutating func begin(_ callback: LoginCallback) throws(OIDCError) -> ProviderRequest {
        try callback.check(attempt)
        if let issuer = callback.issuer {
            guard issuer == metadata.issuer else { throw .callbackIssuerMismatch }
        } else if metadata.alwaysNamesIssuer {
            throw .callbackIssuerMismatch
        }
        switch callback.outcome {
        case .error(let code): throw .refused(code: code)
        case .code(let code): self.code = code
        }
        var form = FormEncoder()
        form.add("grant_type", "authorization_code")
        form.add("code", code)
        form.add("redirect_uri", settings.redirectURI)
        form.add("code_verifier", attempt.verifier)
        var fields: [ProviderRequest.Field] = []
        settings.authenticate(form: &form, fields: &fields)
        return .post(.token, metadata.tokenEndpoint, form: form, fields: fields)
    }

    /// The token endpoint answered: the token whose signature to check. Its claims hold by then.
    mutating func tokenAnswer(_ response: ProviderResponse, now: Int64) throws(OIDCError) -> IDToken {
        let grant = try TokenGrant(response)
        guard let text = grant.idToken else { throw .malformed(.token, reason: "no id_token") }
        let token = try IDToken(text, algorithms: settings.algorithms)
        let rules = IDTokenRules(
            issuer: metadata.issuer, clientID: settings.clientID, nonce: attempt.nonce, code: code,
            accessToken: grant.accessToken, maxAge: attempt.maxAge, skew: settings.clockSkew)
        holder = try rules.check(token, now: now)
        self.grant = grant
        return token
    }

    /// The signature holds: what to ask UserInfo.
    func signatureHolds() throws(OIDCError) -> ProviderRequest {
        guard let grant else { throw .idToken(.signature) }
        return .get(.userInfo, metadata.userInfoEndpoint, bearer: grant.accessToken)
    }

    /// UserInfo answered: the login.
    func userInfoAnswer(_ response: ProviderResponse, now: Int64) throws(OIDCError) -> Login {
        guard let grant, let holder else { throw .idToken(.signature) }
        let info = try UserInfo(response)
        guard info.subject == holder.subject else { throw .subjectMismatch }
        return Login(
            identity: try info.identity(settings), credentials: Credentials(grant, now: now),
            authenticatedAt: holder.authenticatedAt)
    }
}

/// A login in progress: what binds the callback to the browser that began it. Kept in a sealed cookie.
public struct LoginAttempt: Sendable, Hashable {
    /// Comes back in the callback.
    public let state: String
    /// Comes back in the ID token.
    public let nonce: String
    /// Proves to the token endpoint that whoever redeems the code began the login.
    public let verifier: String
    /// Seconds since 1970.
    public let startedAt: Int64
    /// The greatest age of the person's login at the provider, in seconds; nil if it does not matter.
    public let maxAge: Int64?
    /// The destination after the login.
    public let returnAddress: String

    /// An attempt with random values of 256 bits.
    public init(returnAddress: String, maxAge: Int64?, startedAt: Int64) throws {
        state = Base64.encodeURLSafe(try SecureRandom.bytes(32))
        nonce = Base64.encodeURLSafe(try SecureRandom.bytes(32))
        verifier = Base64.encodeURLSafe(try SecureRandom.bytes(32))
        self.startedAt = startedAt
        self.maxAge = maxAge
        self.returnAddress = returnAddress
    }

    /// The attempt that these bytes hold, as ``bytes`` made them; nil if they hold none.
    public init?(bytes: [UInt8]) {
        let pieces = bytes.split(separator: 0, omittingEmptySubsequences: false)
        let parts = pieces.map { String(decoding: $0, as: UTF8.self) }
        guard parts.count == 7, parts[0] == "1", let startedAt = Int64(parts[4]) else { return nil }
        state = parts[1]
        nonce = parts[2]
        verifier = parts[3]
        self.startedAt = startedAt
        maxAge = Int64(parts[5])
        returnAddress = parts[6]
    }

    /// For the cookie; to be sealed.
    public var bytes: [UInt8] {
        let parts = ["1", state, nonce, verifier, "\(startedAt)", maxAge.map { "\($0)" } ?? "", returnAddress]
        return Array(parts.joined(separator: "\0").utf8)
    }
}

/// The parameters with which the provider sent the person back (RFC 6749 section 4.1.2, RFC 9207).
public struct LoginCallback: Sendable, Hashable {
    enum Outcome: Sendable, Hashable {
        case code(String)
        case error(code: String)
    }

    /// The state, as it came.
    public let state: String
    let outcome: Outcome
    let issuer: String?

    /// Reads a callback's query, without its question mark.
    public init(query: some Collection<UInt8>) throws(OIDCError) {
        guard query.count <= 8192, let fields = FormDecoder.decode(query, limit: 32) else {
            throw .badCallback(reason: "the query is no form")
        }
        let state = try Self.single("state", in: fields)
        let code = try Self.single("code", in: fields)
        let error = try Self.single("error", in: fields)
        issuer = try Self.single("iss", in: fields)
        guard let state, !state.isEmpty, state.utf8.count <= 256 else { throw .badCallback(reason: "no state") }
        self.state = state
        switch (code, error) {
        case (nil, let error?): outcome = .error(code: OIDCError.word(error))
        case (let code?, nil) where !code.isEmpty && code.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }):
            outcome = .code(code)
        default: throw .badCallback(reason: "neither one code nor one error")
        }
    }

    /// Checks that it answers this attempt, and that it brings a code. Asks nobody.
    func check(_ attempt: LoginAttempt) throws(OIDCError) {
        guard constantTimeEqual(Array(state.utf8), Array(attempt.state.utf8)) else { throw .stateMismatch }
        if case .error(let code) = outcome { throw .refused(code: code) }
    }

    private static func single(_ name: String, in fields: [(name: String, value: String)]) throws(OIDCError) -> String?
    {
        let values = fields.filter { $0.name == name }
        guard values.count < 2 else { throw .badCallback(reason: "\(name) more than once") }
        return values.first?.value
    }
}

/// A login that holds.
public struct Login: Sendable, Hashable {
    /// The person.
    public let identity: Identity
    /// For asking again.
    public let credentials: Credentials
    /// When the person logged in at the provider, in seconds since 1970; nil if it does not say.
    public let authenticatedAt: Int64?
}

/// Proof Key for Code Exchange with S256 (RFC 7636).
enum PKCE {
    /// The challenge of a verifier: the base64url of its SHA-256.
    static func challenge(of verifier: String) -> String {
        Base64.encodeURLSafe(SHA256.digest(Array(verifier.utf8)))
    }
}
