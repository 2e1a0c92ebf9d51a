internal import COpenSSL

/// The public half of a key pair, checked once and ready to verify signatures.
///
/// `@unchecked Sendable`: the key is made in `init` and freed in `deinit`. In between it is only read, which OpenSSL allows
/// from several threads at once; every verification has a context of its own.
public final class PublicKey: @unchecked Sendable {
    /// An elliptic curve of ECDSA. The raw value is its name in FIPS 186, in JOSE and in OpenSSL.
    public enum Curve: String, Sendable, Hashable, CaseIterable {
        case p256 = "P-256"
        case p384 = "P-384"
        case p521 = "P-521"

        /// The length of a coordinate, and of each half of a signature, in bytes.
        public var coordinateCount: Int {
            switch self {
            case .p256: 32
            case .p384: 48
            case .p521: 66
            }
        }

        fileprivate var name: StaticString {
            switch self {
            case .p256: "P-256"
            case .p384: "P-384"
            case .p521: "P-521"
            }
        }
    }

    /// The numbers that a key consists of, most significant byte first.
    public enum Parts: Sendable, Hashable {
        /// RSA, with a modulus from 2,048 to 8,192 bits and an odd exponent from 3 to 64 bits.
        case rsa(modulus: [UInt8], exponent: [UInt8])
        /// A point of a curve; both coordinates have the curve's full length.
        case elliptic(Curve, x: [UInt8], y: [UInt8])
        /// The 32 bytes of an Ed25519 key (RFC 8032 section 5.1.5).
        case ed25519([UInt8])
    }

    /// A hash function of RSA signatures.
    public enum Hash: Sendable, Hashable {
        case sha256, sha384, sha512
    }

    /// A signature algorithm, with all that JOSE leaves no choice in (RFC 7518 section 3, RFC 8037).
    public enum Algorithm: Sendable, Hashable {
        /// RSASSA-PKCS1-v1_5.
        case rsaPKCS1(Hash)
        /// RSASSA-PSS: MGF1 with the same hash, and a salt as long as the digest.
        case rsaPSS(Hash)
        /// ECDSA with the curve's own hash: SHA-256, SHA-384 or SHA-512. A signature is r ‖ s.
        case ecdsa(Curve)
        /// Ed25519 over the message itself.
        case ed25519
    }

    /// The reason why parts make no key.
    public enum Fault: Error, Hashable, CustomStringConvertible {
        /// A part is shorter or longer than is accepted.
        case size
        /// An even modulus or exponent, a point that is not on its curve, or one that is known to prove nothing.
        case value

        /// What is wrong, for a log.
        public var description: String {
            switch self {
            case .size: "the key's size is not accepted"
            case .value: "the key's numbers make no key"
            }
        }
    }

    private enum Kind {
        /// RSA; the modulus, and so every signature, has `count` bytes.
        case rsa(count: Int)
        case elliptic(Curve)
        case ed25519
    }

    /// The accepted sizes of RSA's modulus, in bits. A check of a key of the greatest takes a tenth of a second.
    public static let modulusBits = 2048...8192

    private let pointer: OpaquePointer
    private let kind: Kind

    /// Makes a key of its parts, and checks it as far as public numbers can be checked.
    public init(_ parts: Parts) throws(Fault) {
        defer { ERR_clear_error() }
        let made: OpaquePointer?
        switch parts {
        case .rsa(let modulus, let exponent):
            let (modulus, exponent) = (modulus.drop { $0 == 0 }, exponent.drop { $0 == 0 })
            let bits = modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0)
            guard Self.modulusBits.contains(bits), (1...8).contains(exponent.count) else { throw .size }
            guard modulus.last?.isMultiple(of: 2) == false, exponent.last?.isMultiple(of: 2) == false,
                exponent.count > 1 || exponent.first != 1
            else { throw .value }
            kind = .rsa(count: modulus.count)
            made = Self.rsaKey(modulus, exponent)
        case .elliptic(let curve, let x, let y):
            guard x.count == curve.coordinateCount, y.count == curve.coordinateCount else { throw .size }
            kind = .elliptic(curve)
            made = Self.ellipticKey(curve, point: [0x04] + x + y)
        case .ed25519(let bytes):
            guard bytes.count == 32 else { throw .size }
            // The sign of x, which all of these points may have either way.
            let y = bytes.dropLast() + [bytes[31] & 0x7F]
            guard !Self.smallOrderPoints.contains(Array(y)) else { throw .value }
            kind = .ed25519
            made = Self.ed25519Key(bytes)
        }
        guard let made else { throw .value }
        pointer = made
    }

    deinit {
        EVP_PKEY_free(pointer)
    }

    /// Returns a Boolean value that indicates whether `signature` was made of `input` with the private key and `algorithm`.
    ///
    /// A signature of any other length than the algorithm's own, and an algorithm for another kind of key, is refused.
    public func verify(_ signature: [UInt8], of input: [UInt8], algorithm: Algorithm) -> Bool {
        defer { ERR_clear_error() }
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        var signature = signature
        switch (kind, algorithm) {
        case (.rsa(let count), .rsaPKCS1(let hash)):
            guard signature.count == count, let key = begin(context, Self.digest(hash)),
                EVP_PKEY_CTX_set_rsa_padding(key, RSA_PKCS1_PADDING) > 0
            else { return false }
        case (.rsa(let count), .rsaPSS(let hash)):
            let digest = Self.digest(hash)
            guard signature.count == count, let key = begin(context, digest),
                EVP_PKEY_CTX_set_rsa_padding(key, RSA_PKCS1_PSS_PADDING) > 0,
                EVP_PKEY_CTX_set_rsa_mgf1_md(key, digest.pointer) > 0,
                EVP_PKEY_CTX_set_rsa_pss_saltlen(key, CInt(digest.count)) > 0
            else { return false }
        case (.elliptic(let curve), .ecdsa(let demanded)):
            guard curve == demanded, signature.count == 2 * curve.coordinateCount,
                let encoded = Self.encoded(signature),
                begin(context, Self.digest(curve)) != nil
            else { return false }
            signature = encoded
        case (.ed25519, .ed25519):
            // The algorithm hashes for itself.
            guard signature.count == 64, EVP_DigestVerifyInit(context, nil, nil, nil, pointer) == 1 else {
                return false
            }
        default: return false
        }
        return EVP_DigestVerify(context, signature, signature.count, input, input.count) == 1
    }

    /// Starts a verification; returns the settings of the key's part in it, which belong to `context`.
    private func begin(_ context: OpaquePointer, _ digest: MessageDigest) -> OpaquePointer? {
        var key: OpaquePointer?
        // Without a digest, OpenSSL would take its default one.
        guard let digest = digest.pointer, EVP_DigestVerifyInit(context, &key, digest, nil, pointer) == 1 else {
            return nil
        }
        return key
    }

    private static func digest(_ hash: Hash) -> MessageDigest {
        switch hash {
        case .sha256: .sha256
        case .sha384: .sha384
        case .sha512: .sha512
        }
    }

    private static func digest(_ curve: Curve) -> MessageDigest {
        switch curve {
        case .p256: .sha256
        case .p384: .sha384
        case .p521: .sha512
        }
    }

    /// The DER form of r ‖ s, which OpenSSL takes; `nil` if there is no memory.
    private static func encoded(_ signature: [UInt8]) -> [UInt8]? {
        let half = signature.count / 2
        guard let pair = ECDSA_SIG_new() else { return nil }
        defer { ECDSA_SIG_free(pair) }
        let r = BN_bin2bn(Array(signature.prefix(half)), CInt(half), nil)
        let s = BN_bin2bn(Array(signature.suffix(half)), CInt(half), nil)
        // From here on, the pair owns both.
        guard ECDSA_SIG_set0(pair, r, s) == 1 else {
            BN_free(r)
            BN_free(s)
            return nil
        }
        let count = i2d_ECDSA_SIG(pair, nil)
        guard count > 0 else { return nil }
        return [UInt8](unsafeUninitializedCapacity: Int(count)) { output, written in
            var end = output.baseAddress
            written = Int(max(i2d_ECDSA_SIG(pair, &end), 0))
        }
    }

    // MARK: Keys of OpenSSL

    private static func rsaKey(_ modulus: ArraySlice<UInt8>, _ exponent: ArraySlice<UInt8>) -> OpaquePointer? {
        var (modulus, exponent) = (nativeNumber(modulus), nativeNumber(exponent))
        return modulus.withUnsafeMutableBufferPointer { modulus in
            exponent.withUnsafeMutableBufferPointer { exponent in
                make(
                    "RSA",
                    [
                        OSSL_PARAM_construct_BN(ParameterName.pointer("n"), modulus.baseAddress, modulus.count),
                        OSSL_PARAM_construct_BN(ParameterName.pointer("e"), exponent.baseAddress, exponent.count),
                    ])
            }
        }
    }

    private static func ellipticKey(_ curve: Curve, point: [UInt8]) -> OpaquePointer? {
        var point = point
        return point.withUnsafeMutableBytes { point in
            make(
                "EC",
                [
                    OSSL_PARAM_construct_utf8_string(
                        ParameterName.pointer("group"),
                        UnsafeMutablePointer(mutating: ParameterName.pointer(curve.name)), 0),
                    OSSL_PARAM_construct_octet_string(ParameterName.pointer("pub"), point.baseAddress, point.count),
                ])
        }
    }

    private static func ed25519Key(_ bytes: [UInt8]) -> OpaquePointer? {
        var bytes = bytes
        return bytes.withUnsafeMutableBytes { bytes in
            make(
                "ED25519",
                [OSSL_PARAM_construct_octet_string(ParameterName.pointer("pub"), bytes.baseAddress, bytes.count)])
        }
    }

    /// A key of the caller's own; `nil` where OpenSSL finds that it is none.
    private static func make(_ type: StaticString, _ parameters: [OSSL_PARAM]) -> OpaquePointer? {
        var parameters = parameters + [OSSL_PARAM_construct_end()]
        let maker = EVP_PKEY_CTX_new_from_name(nil, ParameterName.pointer(type), nil)
        defer { EVP_PKEY_CTX_free(maker) }
        let selection = OSSL_KEYMGMT_SELECT_ALL_PARAMETERS | OSSL_KEYMGMT_SELECT_PUBLIC_KEY
        var made: OpaquePointer?
        guard EVP_PKEY_fromdata_init(maker) == 1, EVP_PKEY_fromdata(maker, &made, selection, &parameters) == 1,
            isSound(made)
        else {
            // A failure may leave an empty key behind.
            EVP_PKEY_free(made)
            return nil
        }
        return made
    }

    private static func isSound(_ key: OpaquePointer?) -> Bool {
        guard let key, let checker = EVP_PKEY_CTX_new_from_pkey(nil, key, nil) else { return false }
        defer { EVP_PKEY_CTX_free(checker) }
        return EVP_PKEY_public_check(checker) == 1
    }

    /// A number in the byte order of this machine, as parameters have it.
    private static func nativeNumber(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        #if _endian(little)
            bytes.reversed()
        #else
            Array(bytes)
        #endif
    }

    /// The points of Ed25519 whose order divides 8, in all their encodings, without the sign: each is the public key of
    /// signatures that anybody can make.
    private static let smallOrderPoints: Set<[UInt8]> = {
        let (zeros, ones) = ([UInt8](repeating: 0, count: 31), [UInt8](repeating: 0xFF, count: 30) + [0x7F])
        return [
            [0x00] + zeros, [0x01] + zeros, [0xEC] + ones, [0xED] + ones, [0xEE] + ones,
            [
                0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0,
                0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
            ],
            [
                0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F,
                0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
            ],
        ]
    }()
}
