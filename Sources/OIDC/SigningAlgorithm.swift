import Cryptography
import Encodings

/// A signature algorithm of ID tokens (RFC 7518 section 3.1): only those with a key pair. `none` and the HS family, for
/// which a public key could be taken for a secret, cannot even be named.
public enum SigningAlgorithm: String, Sendable, Hashable, CaseIterable {
    /// RSASSA-PKCS1-v1_5 with SHA-256: what Ipsilon uses.
    case rs256 = "RS256"
    /// With SHA-384.
    case rs384 = "RS384"
    /// With SHA-512.
    case rs512 = "RS512"
    /// RSASSA-PSS with SHA-256.
    case ps256 = "PS256"
    /// With SHA-384.
    case ps384 = "PS384"
    /// With SHA-512.
    case ps512 = "PS512"
    /// ECDSA with P-256 and SHA-256.
    case es256 = "ES256"
    /// With P-384 and SHA-384.
    case es384 = "ES384"
    /// With P-521 and SHA-512.
    case es512 = "ES512"
    /// Ed25519 (RFC 8037).
    case edDSA = "EdDSA"

    /// The algorithm that its signatures are verified by.
    var verification: PublicKey.Algorithm {
        switch self {
        case .rs256: .rsaPKCS1(.sha256)
        case .rs384: .rsaPKCS1(.sha384)
        case .rs512: .rsaPKCS1(.sha512)
        case .ps256: .rsaPSS(.sha256)
        case .ps384: .rsaPSS(.sha384)
        case .ps512: .rsaPSS(.sha512)
        case .es256: .ecdsa(.p256)
        case .es384: .ecdsa(.p384)
        case .es512: .ecdsa(.p521)
        case .edDSA: .ed25519
        }
    }

    /// The key type that it needs.
    var keyType: String {
        switch self {
        case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: "RSA"
        case .es256, .es384, .es512: "EC"
        case .edDSA: "OKP"
        }
    }

    /// The curve that it needs; nil for RSA.
    var curve: String? {
        switch self {
        case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: nil
        case .es256: "P-256"
        case .es384: "P-384"
        case .es512: "P-521"
        case .edDSA: "Ed25519"
        }
    }

    /// The left half of the algorithm's hash in base64url: what `c_hash` and `at_hash` are (OpenID Connect Core section
    /// 3.3.2.11).
    func halfHash(of text: String) -> String {
        let bytes = Array(text.utf8)
        let digest =
            switch self {
            case .rs256, .ps256, .es256: SHA256.digest(bytes)
            case .rs384, .ps384, .es384: SHA384.digest(bytes)
            case .rs512, .ps512, .es512, .edDSA: SHA512.digest(bytes)
            }
        return Base64.encodeURLSafe(digest.prefix(digest.count / 2))
    }
}
