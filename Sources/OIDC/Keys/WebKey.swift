/// A public key of the provider's set (RFC 7517, RFC 7518 section 6). Only the public parts are ever read.
struct WebKey: Sendable, Hashable {
    let identifier: String?
    let type: String
    let use: String?
    let algorithm: String?
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
        curve = members["crv"]?.text
        modulus = members["n"]?.text
        exponent = members["e"]?.text
        x = members["x"]?.text
        y = members["y"]?.text
    }

    /// Whether signatures of this algorithm can be checked with it.
    func fits(_ algorithm: SigningAlgorithm) -> Bool {
        type == algorithm.keyType && (use ?? "sig") == "sig"
            && (self.algorithm ?? algorithm.rawValue) == algorithm.rawValue
            && (algorithm.curve == nil || curve == algorithm.curve)
    }
}
