import Cryptography
import Encodings

/// A public key of the provider's set (RFC 7517, RFC 7518 section 6). Only the public parts are ever read.
struct WebKey: Sendable, Hashable {
    let identifier: String?
    let type: String
    let use: String?
    let algorithm: String?
    /// What the key is for (`key_ops`); `nil` if that is not said.
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

    /// Whether signatures of this algorithm can be checked with it.
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
