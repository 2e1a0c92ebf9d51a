internal import Cryptography

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
