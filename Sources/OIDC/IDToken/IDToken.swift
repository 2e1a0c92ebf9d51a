import Cryptography
import Encodings

/// An ID token taken apart, of which nothing is proven yet (RFC 7515 section 7.1).
struct IDToken: Sendable {
    /// Bytes of a token that is looked at.
    static let maximumCount = 64 * 1024

    let algorithm: SigningAlgorithm
    let keyID: String?
    /// The signed bytes.
    let input: [UInt8]
    let signature: [UInt8]
    /// The claims, in JSON.
    let payload: [UInt8]
    let claims: [String: JSONValue]

    /// - Parameter algorithms: those that are accepted.
    init(_ text: String, algorithms: [SigningAlgorithm]) throws(OIDCError) {
        let bytes = Array(text.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard bytes.count <= Self.maximumCount, parts.count == 3,
            let header = Base64.decodeURLSafe(parts[0]).flatMap({ JSONValue.object(in: $0) }),
            let payload = Base64.decodeURLSafe(parts[1]), let claims = JSONValue.object(in: payload),
            let signature = Base64.decodeURLSafe(parts[2])
        else { throw .idToken(.malformed) }
        guard let algorithm = header["alg"]?.text.flatMap(SigningAlgorithm.init(rawValue:)),
            algorithms.contains(algorithm)
        else { throw .idToken(.algorithm) }
        guard header["crit"] == nil else { throw .idToken(.critical) }
        self.algorithm = algorithm
        keyID = header["kid"]?.text
        input = Array(bytes[..<parts[1].endIndex])
        self.signature = signature
        self.payload = payload
        self.claims = claims
    }
}
