import Cryptography
import Encodings

/// The provider's keys. What is no key, or of a kind unknown here, is passed over (RFC 7517 section 5).
struct WebKeySet: Sendable, Hashable {
    /// Most keys that are taken.
    static let maximumCount = 100

    let keys: [WebKey]

    init(_ response: ProviderResponse) throws(OIDCError) {
        switch response.content {
        case .object(let members):
            guard case .array(let items) = members["keys"] else { throw .malformed(.keys, reason: "no keys") }
            keys = items.prefix(Self.maximumCount).compactMap(WebKey.init)
        case .error(let code): throw .malformed(.keys, reason: code)
        case .nothing(let reason): throw .malformed(.keys, reason: reason)
        }
    }

    /// The result of a look-up.
    enum Answer: Hashable {
        case key(WebKey)
        /// None fits.
        case none
        /// Several fit, and nothing tells them apart.
        case several
    }

    /// The key for a token's header. Without a `kid`, only a single fitting key will do.
    func key(for identifier: String?, _ algorithm: SigningAlgorithm) -> Answer {
        let fitting = keys.filter { $0.fits(algorithm) && (identifier == nil || $0.identifier == identifier) }
        guard let first = fitting.first else { return .none }
        return Set(fitting).count == 1 ? .key(first) : .several
    }
}

/// A public key of the provider's set (RFC 7517, RFC 7518 section 6). Only the public parts are ever read.
struct WebKey: Sendable, Hashable {
    let identifier: String?
    let type: String
    let use: String?
    let algorithm: String?
    /// The operations of the key (`key_ops`); `nil` if they are not given.
    let operations: [String]?
    let curve: String?
    /// RSA's modulus and exponent, in base64url.
    let modulus: String?
    let exponent: String?
    /// A point's coordinates, in base64url.
    let x: String?
    let y: String?

    /// Nil for what is no key at all.
    init?(_ value: JSONValue) {
        guard case .object(let members) = value, let type = members["kty"]?.text else { return nil }
        self.type = type
        identifier = members["kid"]?.text
        use = members["use"]?.text
        algorithm = members["alg"]?.text
        // Some providers write an empty list where they have nothing to say.
        operations = members["key_ops"]?.texts.flatMap { $0.isEmpty ? nil : $0 }
        curve = members["crv"]?.text
        modulus = members["n"]?.text
        exponent = members["e"]?.text
        x = members["x"]?.text
        y = members["y"]?.text
    }

    /// Returns a Boolean value that indicates whether signatures of this algorithm can be checked with it.
    func fits(_ algorithm: SigningAlgorithm) -> Bool {
        type == algorithm.keyType && (use ?? "sig") == "sig" && (operations?.contains("verify") ?? true)
            && (self.algorithm ?? algorithm.rawValue) == algorithm.rawValue
            && (algorithm.curve == nil || curve == algorithm.curve)
    }

    /// Makes the key ready to verify signatures.
    func publicKey() throws(PublicKey.Fault) -> PublicKey {
        switch type {
        case "RSA": return try PublicKey(.rsa(modulus: Self.bytes(modulus), exponent: Self.bytes(exponent)))
        case "EC":
            guard let curve = curve.flatMap(PublicKey.Curve.init(rawValue:)) else { throw .value }
            return try PublicKey(.elliptic(curve, x: Self.bytes(x), y: Self.bytes(y)))
        case "OKP":
            guard curve == SigningAlgorithm.edDSA.curve else { throw .value }
            return try PublicKey(.ed25519(Self.bytes(x)))
        default: throw .value
        }
    }

    private static func bytes(_ text: String?) throws(PublicKey.Fault) -> [UInt8] {
        guard let bytes = text.flatMap({ Base64.decodeURLSafe($0) }) else { throw .value }
        return bytes
    }
}
