import Cryptography

/// The rules for an ID token's claims (OpenID Connect Core section 3.1.3.7). Without I/O; the time is passed in.
struct IDTokenRules {
    let issuer: String
    let clientID: String
    let nonce: String
    let code: String
    let accessToken: String
    /// The time that ago the person may have logged in, in seconds, where that was asked for.
    let maxAge: Int64?
    let skew: Int64

    /// The claims that are used further on.
    struct Holder: Hashable {
        let subject: String
        /// When the person logged in at the provider, if it says.
        let authenticatedAt: Int64?
    }

    /// Checks everything but the signature.
    func check(_ token: IDToken, now: Int64) throws(OIDCError) -> Holder {
        do throws(IDTokenFault) {
            try checkParties(token.claims)
            try checkTimes(token.claims, now: now)
            try checkBinding(token)
            guard let subject = token.claims["sub"]?.text, subject.utf8.count <= 255 else { throw .subject }
            let authenticatedAt = try authenticationTime(token.claims, now: now)
            return Holder(subject: subject, authenticatedAt: authenticatedAt)
        } catch {
            throw .idToken(error)
        }
    }

    private func checkParties(_ claims: [String: JSONValue]) throws(IDTokenFault) {
        guard claims["iss"]?.text == issuer else { throw .issuer }
        guard let audiences = claims["aud"]?.texts, audiences.contains(clientID) else { throw .audience }
        if let party = claims["azp"] {
            guard party.text == clientID else { throw .authorizedParty }
        } else if audiences.contains(where: { $0 != clientID }) {
            throw .authorizedParty
        }
    }

    private func checkTimes(_ claims: [String: JSONValue], now: Int64) throws(IDTokenFault) {
        guard let expiry = claims["exp"]?.seconds else { throw .noExpiry }
        guard now < expiry + skew else { throw .expired }
        guard let issued = claims["iat"]?.seconds else { throw .noIssueTime }
        guard issued <= now + skew else { throw .notYetValid }
        if let start = claims["nbf"] {
            guard let seconds = start.seconds, seconds <= now + skew else { throw .notYetValid }
        }
    }

    private func checkBinding(_ token: IDToken) throws(IDTokenFault) {
        guard let nonce = token.claims["nonce"]?.text, constantTimeEqual(Array(nonce.utf8), Array(self.nonce.utf8))
        else { throw .nonce }
        if let hash = token.claims["c_hash"] {
            guard hash.text == token.algorithm.halfHash(of: code) else { throw .codeHash }
        }
        if let hash = token.claims["at_hash"] {
            guard hash.text == token.algorithm.halfHash(of: accessToken) else { throw .accessTokenHash }
        }
    }

    private func authenticationTime(_ claims: [String: JSONValue], now: Int64) throws(IDTokenFault) -> Int64? {
        if let claim = claims["auth_time"], case .number = claim, claim.seconds == nil { throw .authenticationTime }
        // A time that is yet to come says nothing of when the person logged in.
        let time = claims["auth_time"]?.seconds.flatMap { $0 <= now + skew ? $0 : nil }
        guard let maxAge else { return time }
        guard let time else {
            throw claims["auth_time"]?.seconds == nil ? .noAuthenticationTime : .authenticationTime
        }
        let (limit, overflow) = maxAge.addingReportingOverflow(skew)
        guard overflow || now - time <= limit else { throw .authenticationTime }
        return time
    }
}
