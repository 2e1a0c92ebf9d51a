import COpenSSL
import Cryptography
import Encodings
import Testing

@testable import OIDC

/// A key pair that signs tokens, by OpenSSL.
struct TestKey: Sendable {
    let pair: KeyPair
    let identifier: String?
    let algorithm: SigningAlgorithm

    static let first = TestKey(pair: KeyPair(.rs256), identifier: "key-1", algorithm: .rs256)
    static let second = TestKey(pair: KeyPair(.rs256), identifier: "key-2", algorithm: .rs256)

    func named(_ identifier: String?) -> TestKey {
        TestKey(pair: pair, identifier: identifier, algorithm: algorithm)
    }

    /// The key as a set shows it.
    func publicKey(use: String? = "sig", algorithm: String? = nil) -> JSONValue {
        var members: [String: JSONValue] = ["kty": .string(self.algorithm.keyType)]
        if let curve = self.algorithm.curve { members["crv"] = .string(curve) }
        for (name, bytes) in pair.publicParts { members[name] = .string(Base64.encodeURLSafe(bytes)) }
        if let identifier { members["kid"] = .string(identifier) }
        if let use { members["use"] = .string(use) }
        if let algorithm { members["alg"] = .string(algorithm) }
        return .object(members)
    }

    func sign(_ input: [UInt8]) throws -> [UInt8] { try pair.sign(input, algorithm) }
}

/// A new key pair.
///
/// `@unchecked Sendable`: the pair is made in `init` and only read from then on.
final class KeyPair: @unchecked Sendable {
    private let pointer: OpaquePointer?
    private let curve: PublicKey.Curve?
    private let isRSA: Bool

    /// Makes a pair for an algorithm. One that could not be made signs nothing.
    init(_ algorithm: SigningAlgorithm) {
        curve = algorithm.curve.flatMap(PublicKey.Curve.init(rawValue:))
        isRSA = algorithm.keyType == "RSA"
        let type = isRSA ? "RSA" : curve != nil ? "EC" : "ED25519"
        let maker = EVP_PKEY_CTX_new_from_name(nil, type, nil)
        defer { EVP_PKEY_CTX_free(maker) }
        EVP_PKEY_keygen_init(maker)
        if isRSA { EVP_PKEY_CTX_set_rsa_keygen_bits(maker, 2048) }
        if let curve { EVP_PKEY_CTX_set_group_name(maker, curve.rawValue) }
        var made: OpaquePointer?
        EVP_PKEY_generate(maker, &made)
        pointer = made
    }

    deinit {
        EVP_PKEY_free(pointer)
    }

    /// The public numbers by their names in JOSE.
    var publicParts: [String: [UInt8]] {
        if isRSA { return ["n": number("n", 256), "e": number("e", 3)] }
        if let curve { return ["x": number("qx", curve.coordinateCount), "y": number("qy", curve.coordinateCount)] }
        var (bytes, count) = ([UInt8](repeating: 0, count: 32), 32)
        EVP_PKEY_get_raw_public_key(pointer, &bytes, &count)
        return ["x": bytes]
    }

    func sign(_ input: [UInt8], _ algorithm: SigningAlgorithm) throws -> [UInt8] {
        let context = try #require(EVP_MD_CTX_new())
        defer { EVP_MD_CTX_free(context) }
        let digest =
            switch algorithm {
            case .rs256, .ps256, .es256: EVP_sha256()
            case .rs384, .ps384, .es384: EVP_sha384()
            case .rs512, .ps512, .es512: EVP_sha512()
            case .edDSA: nil as OpaquePointer?
            }
        var settings: OpaquePointer?
        try #require(EVP_DigestSignInit(context, &settings, digest, nil, pointer) == 1)
        if [.ps256, .ps384, .ps512].contains(algorithm) {
            try #require(EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) > 0)
            try #require(EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST) > 0)
        }
        var signature = [UInt8](repeating: 0, count: 512)
        var count = signature.count
        try #require(EVP_DigestSign(context, &signature, &count, input, input.count) == 1)
        let made = Array(signature.prefix(count))
        return if let curve { try Self.raw(made, half: curve.coordinateCount) } else { made }
    }

    /// An ECDSA signature as r ‖ s.
    private static func raw(_ encoded: [UInt8], half: Int) throws -> [UInt8] {
        let pair = encoded.withUnsafeBufferPointer { encoded in
            var start = encoded.baseAddress
            return d2i_ECDSA_SIG(nil, &start, encoded.count)
        }
        defer { ECDSA_SIG_free(pair) }
        var (r, s) = ([UInt8](repeating: 0, count: half), [UInt8](repeating: 0, count: half))
        try #require(BN_bn2binpad(ECDSA_SIG_get0_r(pair), &r, CInt(half)) == half)
        try #require(BN_bn2binpad(ECDSA_SIG_get0_s(pair), &s, CInt(half)) == half)
        return r + s
    }

    private func number(_ name: String, _ count: Int) -> [UInt8] {
        var number: OpaquePointer?
        EVP_PKEY_get_bn_param(pointer, name, &number)
        defer { BN_free(number) }
        var bytes = [UInt8](repeating: 0, count: count)
        BN_bn2binpad(number, &bytes, CInt(count))
        return bytes
    }
}
