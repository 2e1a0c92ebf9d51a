import FoundationEssentials
import JWTKit

/// Checks signatures, by jwt-kit.
enum SignatureCheck {
    /// Whether `signature` is that of `input` under `key`. A key that cannot be used verifies nothing.
    ///
    /// The key that jwt-kit gets is made here of the public parts alone, for the one algorithm that was settled before.
    static func isValid(
        _ signature: [UInt8], of input: [UInt8], key: WebKey, algorithm: SigningAlgorithm
    ) async -> Bool {
        let name = JWKIdentifier(string: "key")
        guard let kind = JWK.Algorithm(rawValue: algorithm.rawValue) else { return false }
        let publicKey: JWK
        switch algorithm.keyType {
        case "RSA":
            publicKey = .rsa(kind, identifier: name, modulus: key.modulus, exponent: key.exponent)
        case "EC":
            let curve = algorithm.curve.flatMap { ECDSACurve(rawValue: $0) }
            publicKey = .ecdsa(kind, identifier: name, x: key.x, y: key.y, curve: curve)
        default:
            publicKey = .octetKeyPair(kind, identifier: name, x: key.x, y: nil, curve: .ed25519)
        }
        do {
            let collection = JWTKeyCollection()
            try await collection.add(jwk: publicKey)
            let verifier = try await collection.getKey(for: name, alg: algorithm.rawValue)
            guard verifier.name == algorithm.rawValue else { return false }
            return try verifier.verify(signature, signs: input)
        } catch {
            return false
        }
    }
}
