import Cryptography
import Encodings

/// An ID token taken apart, of which nothing is proven yet (RFC 7515 section 7.1).
struct IDToken: Sendable {
    /// Bytes of a token that is looked at.
    static let maximumCount = 64 * 1024

    let algorithm: SigningAlgorithm
    let keyID: String?
    /// The signed bytes.
    let input: [UInt8]
    let signature: [UInt8]
    /// The claims, in JSON.
    let payload: [UInt8]
    let claims: [String: JSONValue]

    /// - Parameter algorithms: those that are accepted.
    init(_ text: String, algorithms: [SigningAlgorithm]) throws(OIDCError) {
        let bytes = Array(text.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard bytes.count <= Self.maximumCount, parts.count == 3,
            let header = Base64.decodeURLSafe(parts[0]).flatMap({ JSONValue.object(in: $0) }),
            let payload = Base64.decodeURLSafe(parts[1]), let claims = JSONValue.object(in: payload),
            let signature = Base64.decodeURLSafe(parts[2])
        else { throw .idToken(.malformed) }
        guard let algorithm = header["alg"]?.text.flatMap(SigningAlgorithm.init(rawValue:)),
            algorithms.contains(algorithm)
        else { throw .idToken(.algorithm) }
        guard header["crit"] == nil else { throw .idToken(.critical) }
        self.algorithm = algorithm
        keyID = header["kid"]?.text
        input = Array(bytes[..<parts[1].endIndex])
        self.signature = signature
        self.payload = payload
        self.claims = claims
    }
}

/// A fault of an ID token.
public enum IDTokenFault: String, Error, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    /// Not three parts of base64url, or no JSON in them.
    case malformed
    /// `alg` is not one of those configured.
    case algorithm
    /// `crit` asks for something that we do not know.
    case critical
    /// No key of the set has its `kid`, or none fits.
    case unknownKey
    /// It has no `kid`, or one that several keys share: it cannot be told which key is meant.
    case ambiguousKey
    /// The key that it names is too short, too long or no key at all.
    case unusableKey
    /// The signature is wrong.
    case signature
    /// `iss` is not the discovery document's issuer.
    case issuer
    /// `aud` does not name us.
    case audience
    /// `azp` names somebody else, or is missing beside several audiences.
    case authorizedParty
    /// `sub` is missing or too long.
    case subject
    /// `exp` is missing.
    case noExpiry
    /// It is over.
    case expired
    /// `iat` is missing.
    case noIssueTime
    /// `iat` or `nbf` is in the future.
    case notYetValid
    /// `nonce` is not the one that we sent.
    case nonce
    /// `c_hash` is not that of the code.
    case codeHash
    /// `at_hash` is not that of the access token.
    case accessTokenHash
    /// `auth_time` is in no year from 1970 to 9999; or too long ago or yet to come, though a fresh login was asked for.
    case authenticationTime
    /// `auth_time` is missing, though a fresh login was asked for.
    case noAuthenticationTime

    /// Its name.
    public var description: String { rawValue }
}

/// The rules for an ID token's claims (OpenID Connect Core section 3.1.3.7). Without I/O; the time is passed in.
struct IDTokenRules {
    let issuer: String
    let clientID: String
    let nonce: String
    let code: String
    let accessToken: String
    /// The greatest age of the person's login at the provider, in seconds, where that was asked for.
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
