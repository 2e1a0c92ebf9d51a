internal import Cryptography

/// How a signing key is made of the secret that people copy.
public enum SecretEncoding: Sendable, Hashable {
    /// The secret's own bytes.
    case plain
    /// Standard Webhooks: 24 to 64 bytes in base 64, after `whsec_`, which may be left out.
    case standardWebhooks

    /// The key.
    func key(of secret: [UInt8]) throws(SecretError) -> HMACSHA256Key {
        guard !secret.isEmpty else { throw .empty }
        let bytes: [UInt8]
        switch self {
        case .plain: bytes = secret
        case .standardWebhooks: bytes = try Self.decodeStandardWebhooks(secret)
        }
        do {
            return try HMACSHA256Key(bytes)
        } catch {
            throw .cryptography
        }
    }

    private static func decodeStandardWebhooks(_ secret: [UInt8]) throws(SecretError) -> [UInt8] {
        let prefix = Array("whsec_".utf8)
        let encoded = secret.starts(with: prefix) ? secret[prefix.count...] : secret[...]
        guard let bytes = Base64.decode(encoded), (24...64).contains(bytes.count) else {
            throw .malformed(expected: "\"whsec_\" and 24 to 64 bytes in base 64")
        }
        return bytes
    }
}
