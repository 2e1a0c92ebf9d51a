/// What is wrong with an ID token.
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
