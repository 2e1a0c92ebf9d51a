import HTTPServer
import OIDC

extension ConfigurationLoader {
    /// Checks what is needed to log people in.
    mutating func checkOIDC() {
        let oidc = configuration.oidc
        checkAlgorithms(oidc.idTokenAlgorithms)
        for name in configuration.sessions.adminGroups where AccountNames.groups([name]).isEmpty {
            reject("sessions.admin_groups", "\"\(name)\" cannot be a group's name")
        }
        if areSound("oidc.account_claims"), oidc.accountClaims.isEmpty {
            reject("oidc.account_claims", "expected at least one claim")
        }
        guard let issuer = oidc.issuer, areSound("oidc.issuer") else { return }
        let isPlain = issuer.hasPrefix("http://") && LoopbackHost.isLoopback(url: issuer)
        guard issuer.hasPrefix("https://") || isPlain, issuer.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            !issuer.contains(where: { "?#".contains($0) })
        else {
            return reject(
                "oidc.issuer",
                "expected an https:// URL without query (http:// is taken on loopback alone), such as "
                    + "\"https://id.fedoraproject.org/openidc\"")
        }
        if areSound("oidc.scopes"), !oidc.scopes.contains("openid") {
            reject("oidc.scopes", "\"openid\" must be among them")
        }
        checkClientSecret()
        if areSound("server.public_url", "server.listen") {
            let base = configuration.server.baseURL
            guard base.hasPrefix("https://") || LoopbackHost.isLoopback(url: base) else {
                return reject(
                    "server.public_url", "must be https:// (or on loopback) where people log in: cookies go over it")
            }
        }
    }

    private mutating func checkAlgorithms(_ names: [String]) {
        guard areSound("oidc.id_token_algorithms") else { return }
        if names.isEmpty { reject("oidc.id_token_algorithms", "expected at least one algorithm") }
        for name in names where SigningAlgorithm(rawValue: name) == nil {
            let known = SigningAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
            reject("oidc.id_token_algorithms", "\"\(name)\" is none of \(known)")
        }
    }

    private mutating func checkClientSecret() {
        guard areSound("oidc.client_secret", "oidc.client_authentication") else { return }
        switch (configuration.oidc.clientAuthentication, configuration.oidc.clientSecret) {
        case (.none, nil), (.post, _?), (.basic, _?): break
        case (.none, _?):
            reject("oidc.client_secret", "client_authentication is \"none\", which has no secret: leave it out")
        case (let method, nil):
            reject(
                "oidc.client_secret", "required for \(method.rawValue): set it, or client_authentication to \"none\"",
                at: source(of: "oidc.issuer"))
        }
    }
}
