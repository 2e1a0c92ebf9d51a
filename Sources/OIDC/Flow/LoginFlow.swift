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
        settings.authentication.apply(clientID: settings.clientID, form: &form, fields: &fields)
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
