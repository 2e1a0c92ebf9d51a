import HTTPClient
import OIDC

extension OIDCSettings {
    /// Those of `[oidc]`; nil without an issuer.
    init?(_ configuration: Configuration) {
        let oidc = configuration.oidc
        guard let issuer = oidc.issuer else { return nil }
        let authentication: ClientAuthentication =
            switch oidc.clientAuthentication {
            case .post: .post(secret: oidc.clientSecret ?? "")
            case .basic: .basic(secret: oidc.clientSecret ?? "")
            case .none: .none
            }
        let base = configuration.server.baseURL
        self.init(
            issuer: issuer, clientID: oidc.clientID, authentication: authentication,
            redirectURI: base + AccountPaths.callback)
        postLogoutRedirectURI = base + "/"
        scopes = oidc.scopes
        accountClaims = oidc.accountClaims
        groupsClaim = oidc.groupsClaim
        algorithms = oidc.idTokenAlgorithms.compactMap(SigningAlgorithm.init(rawValue:))
        clockSkew = oidc.clockSkew.components.seconds
        metadataMaxAge = oidc.documentsMaxAge
        keysMaxAge = oidc.documentsMaxAge
        refetchInterval = oidc.refetchInterval
    }
}

extension HTTPClientLimits {
    /// Those of `[oidc]`.
    init(_ oidc: OIDCConfiguration) {
        self.init()
        concurrency = oidc.maxRequests
        waiting = oidc.maxWaiters
        connectTimeout = oidc.connectTimeout
        totalTimeout = oidc.requestTimeout
        maxBodyBytes = oidc.maxResponseSize
    }
}
