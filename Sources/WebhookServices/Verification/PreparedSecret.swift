internal import Cryptography
import Encodings

/// A token's secret, made ready once for all the webhooks that it verifies. Shows nothing of it when printed.
public struct PreparedSecret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The key of signatures; `nil` where the secret cannot be one.
    let signingKey: SigningKey?
    /// SHA-256 of the secret, for services that send the secret itself.
    let tokenDigest: [UInt8]?

    /// A proof that needs no secret.
    static let none = PreparedSecret(signingKey: nil)

    init(signingKey: SigningKey?, tokenDigest: [UInt8]? = nil) {
        self.signingKey = signingKey
        self.tokenDigest = tokenDigest
    }

    /// A fixed text.
    public var description: String { "PreparedSecret(redacted)" }
    /// A fixed text.
    public var debugDescription: String { description }
    /// Nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The reason why a secret cannot be used with a service. Never says anything of the secret itself.
public enum SecretError: Error, Hashable, CustomStringConvertible {
    /// An empty secret proves nothing.
    case empty
    /// The service's secrets have a form that this one has not. What the form is.
    case malformed(expected: String)
    /// OpenSSL has no memory or no SHA-256.
    case cryptography

    /// Advice for people.
    public var description: String {
        switch self {
        case .empty: "the secret is empty"
        case .malformed(let expected): "the secret must be \(expected)"
        case .cryptography: "the secret couldn't be prepared: OpenSSL failed"
        }
    }
}

/// The form in which the secret that people copy encodes a signing key.
public enum SecretEncoding: String, Sendable, Hashable, CaseIterable {
    /// The secret's own bytes.
    case plain
    /// Base 16, digits in either case: at least 16 bytes.
    case hex
    /// Base 64, padded: at least 16 bytes.
    case base64
    /// Standard Webhooks: 24 to 64 bytes in base 64, after `whsec_`, which may be left out.
    case standardWebhooks = "standard-webhooks"

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

/// The key of a token's signatures, for the algorithm of its service.
enum SigningKey: Sendable {
    /// HMAC with SHA-256: what nearly all services use.
    case sha256(HMACSHA256Key)
    /// HMAC with a longer function.
    case longer(HMACKey)

    /// The code of the segments one after the other.
    func authenticationCode(for segments: [ArraySlice<UInt8>]) -> [UInt8] {
        switch self {
        case .sha256(let key): key.authenticationCode(for: segments)
        case .longer(let key): key.authenticationCode(for: segments)
        }
    }
}

extension SignatureScheme.Algorithm {
    /// Bytes of a code.
    var codeCount: Int {
        switch self {
        case .hmacSHA256: HMACSHA256Key.codeCount
        case .hmacSHA384: HMACKey.Function.sha384.codeCount
        case .hmacSHA512: HMACKey.Function.sha512.codeCount
        }
    }

    /// The key of these bytes.
    func key(_ bytes: [UInt8]) throws(SecretError) -> SigningKey {
        do {
            switch self {
            case .hmacSHA256: return .sha256(try HMACSHA256Key(bytes))
            case .hmacSHA384: return .longer(try HMACKey(bytes, function: .sha384))
            case .hmacSHA512: return .longer(try HMACKey(bytes, function: .sha512))
            }
        } catch {
            throw .cryptography
        }
    }
}
