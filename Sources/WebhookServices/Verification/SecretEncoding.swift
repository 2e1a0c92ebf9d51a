internal import Cryptography
import Encodings

/// The form in which the secret that people copy encodes a signing key.
public enum SecretEncoding: Sendable, Hashable {
    /// The secret's own bytes.
    case plain
    /// Base 16, digits in either case: at least 16 bytes.
    case hex
    /// Base 64, padded: at least 16 bytes.
    case base64
    /// Standard Webhooks: 24 to 64 bytes in base 64, after `whsec_`, which may be left out.
    case standardWebhooks

    private static let standardPrefix = "whsec_"
    private static let minimumDecoded = 16

    /// The key's bytes.
    func key(of secret: [UInt8]) throws(SecretError) -> [UInt8] {
        guard !secret.isEmpty else { throw .empty }
        switch self {
        case .plain:
            return secret
        case .hex:
            guard let bytes = Hex.decode(secret), bytes.count >= Self.minimumDecoded else {
                throw .malformed(expected: "at least 16 bytes in hexadecimal digits")
            }
            return bytes
        case .base64:
            guard let bytes = Base64.decode(secret), bytes.count >= Self.minimumDecoded else {
                throw .malformed(expected: "at least 16 bytes in Base64")
            }
            return bytes
        case .standardWebhooks:
            var encoded =
                secret.starts(with: Self.standardPrefix.utf8)
                ? secret[Self.standardPrefix.utf8.count...] : secret[...]
            // Some applications show it without the padding.
            while !encoded.count.isMultiple(of: 4) { encoded.append(UInt8(ascii: "=")) }
            guard let bytes = Base64.decode(encoded), (24...64).contains(bytes.count) else {
                throw .malformed(expected: "\"whsec_\" followed by 24 to 64 bytes in Base64")
            }
            return bytes
        }
    }

    /// A secret in this encoding.
    func secret(from random: [UInt8]) -> String {
        switch self {
        case .plain, .hex: Hex.encode(random)
        case .base64: Base64.encode(random)
        case .standardWebhooks: Self.standardPrefix + Base64.encode(random)
        }
    }
}
