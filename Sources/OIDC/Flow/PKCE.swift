import Cryptography
import Encodings

/// Proof Key for Code Exchange with S256 (RFC 7636).
enum PKCE {
    /// The challenge of a verifier: the base64url of its SHA-256.
    static func challenge(of verifier: String) -> String {
        Base64.encodeURLSafe(SHA256.digest(Array(verifier.utf8)))
    }
}
